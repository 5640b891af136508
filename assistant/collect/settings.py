"""Custom settings that policies read (``current_setting('app.tenant_id')``), told apart by whom they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterable


_PLATFORM_PREFIXES: Final = ("request.", "pgrst.", "role", "search_path", "response.", "server_version")
_TENANT: Final = re.compile(
    r"tenant|org|team|workspace|company|account|shop|store|business|client|customer", re.IGNORECASE
)
_USER: Final = re.compile(r"user|uid|subject|\bsub\b|actor|person|profile|member|identity|principal", re.IGNORECASE)
_NOT_AN_ID: Final = re.compile(
    r"role|admin|bypass|is_|plan|mode|env|secret|key|url|ip$|super|email|scope|permission", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings by whom they name, sorted."""

    user: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()


def sort_settings(names: Iterable[str], predicates: Iterable[str]) -> Settings:
    """Which settings name the user and which the tenant: by their own name, else by the column they are compared with.

    Args:
        names: every setting read by a policy or a function that a policy calls.
        predicates: policy predicates as the catalog prints them.
    """
    text = "\n".join(predicates)
    user: set[str] = set()
    tenant: set[str] = set()
    for name in names:
        if name.startswith(_PLATFORM_PREFIXES) or "." not in name:
            continue
        last = name.rpartition(".")[2]
        if _NOT_AN_ID.search(last):
            continue
        hint = last if _TENANT.search(last) or _USER.search(last) else _compared_with(name, text)
        if _USER.search(hint):
            user.add(name)
        elif _TENANT.search(hint):
            tenant.add(name)
    return Settings(user=tuple(sorted(user)), tenant=tuple(sorted(tenant)))


def _compared_with(setting: str, text: str) -> str:
    """The column left of ``= … current_setting('setting'``, or an empty string."""
    found = re.search(
        rf"(?<!\w)(\w+)\)?(?:::\w+)?\s*=[\s(]*(?:SELECT\s+)?(?:NULLIF\s*\()?[\s(]*current_setting\('{re.escape(setting)}'",
        text,
        re.IGNORECASE,
    )
    return found[1] if found else ""
