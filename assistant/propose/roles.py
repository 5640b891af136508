"""Which roles of a tenant a policy asked for, so that its replacement asks for them too.

The one thing taken from the operator's text, because it can only narrow: a policy that let owners delete must not come back
as one that lets every member delete. Helper functions are read as far as two calls deep.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.sql.predicate import always_true, calls, signed_in_only


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Catalog, PolicyRow
    from assistant.domain.ownership import Membership

_DEPTH: Final = 2
_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'")


def asked_roles(catalog: Catalog, membership: Membership | None, policies: Iterable[PolicyRow]) -> tuple[str, ...]:
    """The roles that every one of the policies narrows to, most privileged first; empty when one admits any member."""
    if membership is None or membership.role_column is None or not membership.roles:
        return ()
    found: set[str] = set()
    for policy in policies:
        texts = [text for text in (policy.using, policy.check) if text is not None]
        # what is true for everyone is the leak itself and says nothing about who was meant
        told = [text for text in texts if not always_true(text) and not signed_in_only(text)]
        if not told:
            continue
        named = set.intersection(*({*_literals(catalog, text)} for text in told)) & set(membership.roles)
        if not named:
            return ()
        found |= named
    return () if found == set(membership.roles) else tuple(role for role in membership.roles if role in found)


def _literals(catalog: Catalog, text: str, depth: int = _DEPTH) -> set[str]:
    """String literals of the text and of the functions it calls."""
    found = {literal.replace("''", "'") for literal in _LITERAL.findall(text)}
    if depth:
        called = {call.name for call in calls(text)}
        for name, function in catalog.functions.items():
            if name.name in called and function.extension is None:
                found |= _body_literals(catalog, function.body, depth - 1)
    return found


def _body_literals(catalog: Catalog, body: str, depth: int) -> set[str]:
    found = {literal.replace("''", "'") for literal in _LITERAL.findall(body)}
    if depth:
        for name, function in catalog.functions.items():
            if re.search(rf"\b{re.escape(name.name)}\s*\(", body) and function.body != body:
                found |= _body_literals(catalog, function.body, depth - 1)
    return found
