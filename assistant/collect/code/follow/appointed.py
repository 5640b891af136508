"""Whom and what the operator's settings name: the address of the one who runs the application, the id of a demo that everybody may see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.facts import NONE, NOTHING_LEARNED, Learned, Lesson, role_of
from assistant.collect.code.follow.kinds import ENVIRONMENT, REQUEST
from assistant.collect.code.follow.limits import limits
from assistant.collect.code.follow.trust import carried
from assistant.collect.code.follow.words import Words
from assistant.domain.code import GuardKind


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.follow.facts import Facts
    from assistant.domain.code import Origin

KNOWN_TO_ALL: Final = Words(
    r"(?:^|_)(?:URL|URI|BASE|HOST|HOSTNAME|DOMAIN|ORIGIN|ISSUER|AUDIENCE|CLIENT_?ID|APP_?ID|PROJECT_?ID|TENANT_?ID|REGION|VERSION)$|NEXT_PUBLIC_"
)
"""Variables that hold an address or a name: being equal to one of them proves nothing."""
_OFFICE_IN = re.compile(r"ADMIN|OWNER|STAFF", re.IGNORECASE)
_ROW: Final = Words(r"(?:DEMO|SAMPLE|EXAMPLE|PUBLIC|SHOWCASE|PLAYGROUND|TEMPLATE|GUEST)\w*_ID$")
"""Variables that hold the id of something that is there for everybody to look at."""


def named_by_operator(owner: Origin, variable: str) -> Learned:
    """``session.user.email === process.env.ADMIN_EMAIL``: the environment names the one who may."""
    if KNOWN_TO_ALL.search(variable) and not _OFFICE_IN.search(variable):
        return NOTHING_LEARNED
    lesson = Lesson(GuardKind.ROLE, f"{owner.path} = {variable}", (owner,), (variable,))
    return Learned(role_of(variable), (lesson,))


def opened_by_operator(kept: Sequence[Origin], sent: Sequence[Origin]) -> Facts:
    """``projectId === process.env.DEMO_PROJECT_ID``: the request can name no other than the one that the operator shows to everybody."""
    if not kept or not all(one.kind is ENVIRONMENT and _ROW.search(one.path) for one in kept):
        return NONE
    named = [one for one in sent if one.kind is REQUEST and not carried(one)]
    return frozenset(fact for one in named for fact in {("proven", one), *limits(one)})
