"""What a field of the metadata that users write of themselves is about: what somebody may do, or how they are addressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import Weakness


if TYPE_CHECKING:
    from assistant.domain.code import Guard

_METADATA: Final = re.compile(r"meta_?data|user_meta(?!_?data)", re.IGNORECASE)
_POWERS: Final = words.named(
    """role roles admin administrator staff super owner member membership permission permissions scope scopes access level type kind plan tier
    subscription subscribed paid pro premium status state approved verified active enabled allowed blocked banned team org organization organisation
    tenant company workspace account customer group groups department clinic school store shop project claims feature features privileges id ids username user login handle email github gitlab identity provider sub"""
)
"""Words of a field by which somebody is let in."""
_SHOWN: Final = words.named("name picture avatar logo theme locale language welcome tour seen dismissed hint referral")


def of_power(guard: Guard) -> bool:
    """The field of the metadata says what somebody may do, whose they are, or what they paid for: no tour that was seen."""
    return any(not field or bool(_POWERS & set(words.words(field))) for field in _fields(guard))


def of_show(guard: Guard) -> bool:
    """The field says how somebody is addressed, or what they were shown already: nobody is let in by it."""
    if guard.weakness is not Weakness.USER_METADATA or of_power(guard):
        return False
    return all(_SHOWN & set(words.words(field)) for field in _fields(guard))


def _fields(guard: Guard) -> list[str]:
    paths = [subject.path for subject in guard.subjects if "metadata" in subject.path.lower()] or [guard.says]
    return [_METADATA.split(path)[-1].lstrip(".").partition(".")[0] for path in paths]
