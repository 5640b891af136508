"""Why statements failed, grouped: the objects that the migrations use and no file makes.

A statement that failed because another failed before it is counted for the first cause, so that a person sees the one table to
bring and not the forty that hang on it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.replay import Missing


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


STATES: Final = frozenset({"42P01", "42703", "42883", "42704", "3F000", "0A000", "58P01"})
"""Codes of errors that an object which is not there may cause."""

_SAYS: Final = (
    (re.compile(r'relation "(?P<name>.+?)" does not exist'), "table"),
    (re.compile(r'column "?(?P<column>.+?)"? of relation "(?P<name>.+?)" does not exist'), "column"),
    (re.compile(r'column "?(?P<name>[^"]+?)"? (?:named in key )?does not exist'), "column"),
    (re.compile(r"(?:function|procedure|aggregate|routine) (?P<name>.+?\)) does not exist"), "function"),
    (
        re.compile(r'(?:could not find a )?function (?:named )?"?(?P<name>[^"()]+)"? (?:does not exist|named)'),
        "function",
    ),
    (re.compile(r'type "?(?P<name>[^"]+?)"? does not exist'), "type"),
    (re.compile(r'role "(?P<name>.+?)" does not exist'), "role"),
    (re.compile(r'schema "(?P<name>.+?)" does not exist'), "schema"),
    (re.compile(r'policy "(?P<policy>.+)" for table "(?P<name>.+?)" does not exist'), "policy"),
    (re.compile(r'extension "(?P<name>.+?)" is not available'), "extension"),
)
_REMEDIES: Final = {
    "table": "It was made outside the migrations: give a read-only DATABASE_URL, or a `pg_dump --schema-only` file with --schema.",
    "column": "It was added outside the migrations: give a read-only DATABASE_URL, or a `pg_dump --schema-only` file with --schema.",
    "function": "It was made outside the migrations, or belongs to an extension that has no stand-in: give a `pg_dump --schema-only` file with --schema.",
    "type": "It was made outside the migrations: give a read-only DATABASE_URL, or a `pg_dump --schema-only` file with --schema.",
    "policy": "The live database has policies that the repository does not: give a read-only DATABASE_URL.",
    "role": "Roles live outside the database's own dump: add `CREATE ROLE` to a migration, or rehearse on a server that has it with --shadow.",
    "schema": "It was made outside the migrations: give a read-only DATABASE_URL, or a `pg_dump --schema-only` file with --schema.",
    "extension": "There is no stand-in for it: rehearse on a server that has it with --shadow URL.",
}
_GENERATED: Final = " Types generated from the database (database.types.ts) in the repository would bring its columns."


@dataclass(frozen=True, slots=True)
class Failure:
    """One statement that failed, as far as grouping needs it."""

    sqlstate: str
    """The server's code."""
    message: str
    """The server's sentence."""
    would_make: str | None = None
    """The table or view it would have made, schema-qualified."""


def missing_object(sqlstate: str, message: str) -> tuple[str, str] | None:
    """Kind and name of what the server did not find; None when the error is of another sort."""
    if sqlstate not in STATES or "missing FROM-clause" in message:
        return None
    for pattern, kind in _SAYS:
        if found := pattern.search(message):
            parts = found.groupdict()
            if "column" in parts:
                return kind, f"{parts['name']}.{parts['column']}"
            return kind, f"{parts['name']}: {parts['policy']}" if "policy" in parts else parts["name"]
    return None


def grouped(failures: Iterable[Failure]) -> tuple[Missing, ...]:
    """What is missing, most needed first."""
    listed = list(failures)
    causes: dict[str, tuple[str, str]] = {}
    for failure in listed:
        found = missing_object(failure.sqlstate, failure.message)
        if failure.would_make and found:
            causes.setdefault(failure.would_make, found)
    counted: Counter[tuple[str, str]] = Counter()
    for failure in listed:
        found = missing_object(failure.sqlstate, failure.message)
        if found is not None:
            counted[_first_cause(found, causes)] += 1
    return tuple(
        Missing(kind=kind, name=name, needed_by=count, remedy=_REMEDIES[kind] + (_GENERATED if kind == "table" else ""))
        for (kind, name), count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    )


def _first_cause(found: tuple[str, str], causes: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Follow a table that a failed statement would have made to why that one failed."""
    seen: set[str] = set()
    while found[0] == "table":
        name = found[1] if "." in found[1] else f"public.{found[1]}"
        if name in seen or name not in causes:
            return found[0], name
        seen.add(name)
        found = causes[name]
    return found
