"""What a hosting service's list of deployments looks like: one value a host, made of functions without any network in them.

Everything that a host says was written by others: ids and addresses are screened, times must be times, hashes must be whole. What
does not fit is a reason, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from assistant.domain.errors import UsageError
from assistant.text.screen import screen


if TYPE_CHECKING:
    from assistant.domain.deploys import Deploy


Entry: TypeAlias = Mapping[str, Any]
"""One deployment as a host writes it."""

NO_COMMIT: Final = "name no whole commit (uploaded from a machine, or not made from git)"
NO_TIME: Final = "have no time that can be read"
DIRTY: Final = "were made from files with edits that are in no commit"
_SHA: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,99})\Z")
_MOST_ID: Final = 120
_MOST_ADDRESS: Final = 500
_ADDRESS: Final = re.compile(r"(?P<scheme>https?://)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:/[!#-~]*)?\Z")
_MILLISECONDS: Final = 10**11
"""Larger numbers count milliseconds since 1970, smaller ones seconds."""
_NEXT: Final = re.compile(r'<[^<>]*>\s*;\s*rel="?next\b')


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, below the address of the API."""

    path: str
    """Begins with a slash."""
    query: tuple[tuple[str, str], ...] = ()

    def with_query(self, **changed: object) -> Request:
        """The same with other parameters."""
        return Request(self.path, tuple({**dict(self.query), **{key: str(to) for key, to in changed.items()}}.items()))

    def of(self, name: str, default: int) -> int:
        """A number among the parameters."""
        return int(dict(self.query).get(name, default))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    body: object
    """Parsed JSON."""
    headers: Mapping[str, str]
    """Names in lower case."""

    def has_next(self) -> bool:
        """True when the Link header names a next page; the address in it is not used."""
        return bool(_NEXT.search(self.headers.get("link", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A service that keeps a list of deployments, newest first."""

    name: str
    """As in ``--from`` and in ``Deploy.source``."""
    title: str
    """As people write it."""
    token: str
    """Environment variable that holds the token."""
    address: str
    """Of its API."""
    wants: str
    """What names a project there, for a sentence."""
    fits: Callable[[Entry], bool]
    """True for a deployment of this host."""
    begun: Callable[[Entry], datetime | None]
    """When it was made: what the list is sorted by."""
    deploy: Callable[[Entry], Deploy | str]
    """The noun, or why there is none."""
    request: Callable[[str], Request]
    """The first page of a project; UsageError when the project is not named as this host does."""
    onward: Callable[[Request, Sequence[Entry], Answer], Request | None]
    """The page behind this one."""
    doubt: Callable[[Entry], str] = field(default=lambda _entry: "")
    """What is uncertain about a deployment that is told all the same; empty when nothing is."""
    ended: Callable[[Entry, Request], Request | None] | None = None
    """Where the outcome of a deployment stands when the list leaves it out; None for one that need not be asked."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside ``Authorization``."""
    address_variable: str = ""
    """Environment variable with another address, for hosts that people run themselves."""
    account_variable: str = ""
    """Environment variable with the account or team, for a project that is named without it."""
    account_begins: str = ""
    """How the id of an account begins that has to be named; others are the person's own and go without saying."""


def moment(value: object) -> datetime | None:
    """Aware UTC from an ISO date or a number of seconds or milliseconds; None when it is neither."""
    try:
        if isinstance(value, str):
            said = datetime.fromisoformat(value.strip())
            return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def earliest(*values: object) -> datetime | None:
    """The first of the values that is a time."""
    return next((at for value in values if (at := moment(value)) is not None), None)


def whole_sha(*values: object) -> str:
    """The first of the values that is a full hash; empty when none is."""
    return next((said for value in values if _SHA.match(said := str(value).strip().lower())), "")


def part(entry: Entry, *names: str) -> Entry:
    """A mapping inside a mapping; empty when it is not there or something else."""
    for name in names:
        inner = entry.get(name)
        entry = inner if isinstance(inner, dict) else {}
    return entry


def word(value: object, most: int = _MOST_ID) -> str:
    """A short text from outside, safe to print."""
    return screen(str(value))[:most] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def link(*values: object) -> str:
    """The first of the values that is a web address, safe to print; a bare host name gets its scheme."""
    for value in values:
        if isinstance(value, str) and len(value) <= _MOST_ADDRESS and (found := _ADDRESS.match(value)):
            return value if found["scheme"] else f"https://{value}"
    return ""


def named(project: str, parts: int, host: str, wants: str) -> list[str]:
    """The parts of a project's name, divided by slashes, each safe in an address.

    Args:
        project: as the operator or the repository gives it.
        parts: how many there may be at most.
        host: title, for the sentence.
        wants: what a project is named by there.

    Raises:
        UsageError: it is none.
    """
    found = project.strip().strip("/").split("/")
    if len(found) > parts or not all(_NAME.match(each) for each in found):
        raise UsageError(
            f"{screen(project)[:_MOST_ID]!r} names no project of {host}." if project else f"which project of {host}?",
            f"Give {wants}.",
        )
    return found
