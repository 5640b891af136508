"""Whether the request, and not the session, names the person whose rows are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.signing_up import made_for
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.domain.code import Origin

_BODIES: Final = ("body", "query", "header", "argument", "input", "form", "cookie", "json", "formdata", "search")
"""Parts of a request in which an application is told who it talks to; a path only says what is asked for."""


def identity_asked(access: Access) -> bool:
    """The request, and not the session, names the person whose rows are meant; a note of what was asked for names nobody."""
    if access.query.verb == "insert" and words.keeps_notes(access.query.table):
        return False
    return any(names_caller(access, condition.column) and told(condition.origins) for condition in access.asked) or any(
        names_caller(access, written.column)
        and told(written.origins)
        and _only_request(written.origins)
        and not made_for(access, written.origins)
        for written in access.query.written
    )


def names_caller(access: Access, column: str) -> bool:
    """The column holds the person who acts, and no other column of the query holds the caller already."""
    last = column.rpartition(".")[2]
    personal = (
        words.names_person(last) or words.snake(last).endswith("user_email") or words.snake(last) == "reviewer_email"
    )
    if not personal:
        return False
    held = [condition.origins for condition in access.query.filters]
    held += [written.origins for written in access.query.written]
    return not any(origin.kind is OriginKind.CALLER for origins in held for origin in origins)


def told(origins: tuple[Origin, ...]) -> bool:
    """The part of a request in which an application is told who it talks to says it."""
    return any(origin.kind is OriginKind.REQUEST and origin.path.lower().startswith(_BODIES) for origin in origins)


def _only_request(origins: tuple[Origin, ...]) -> bool:
    return bool(origins) and all(origin.kind in {OriginKind.REQUEST, OriginKind.CONSTANT} for origin in origins)
