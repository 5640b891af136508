"""SQL files that must not be replayed: the way down, tests, seeds, archives. Decided by name, confirmed by content where a name may lie.

A file that is wrongly left out hides a leak as surely as one that is wrongly replayed, so each rule gives its reason and the reason is
shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Collection


SCHEMA: Final = re.compile(
    r"(?:^|;)[ \t]*(?:create\s+(?:or\s+replace\s+)?(?:unlogged\s+|materialized\s+|foreign\s+)?(?:table|policy|view|function|procedure|type|domain|schema)\b"
    r"|alter\s+(?:table|policy|view|function|default\s+privileges|publication)\b|drop\s+(?:table|policy|view|function)\b"
    r"|(?:grant|revoke)\s+[\w, ]+?\s+on\b|insert\s+into\s+\"?storage\"?\.\"?buckets\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""A statement that makes, changes or guards an object."""
TABLES: Final = re.compile(r"(?:^|;)[ \t]*create\s+(?:unlogged\s+)?table\b", re.IGNORECASE | re.MULTILINE)
"""A statement that makes a table."""
FOREIGN_DIALECT: Final = re.compile(
    r"\bAUTO_INCREMENT\b|\)\s*ENGINE\s*=|\bAUTOINCREMENT\b|^[ \t]*(?:USE\s+`|PRAGMA\s|GO\s*$)|CREATE TABLE\s+(?:IF NOT EXISTS\s+)?`|\bNVARCHAR\b|\[dbo\]",
    re.IGNORECASE | re.MULTILINE,
)
"""MySQL, SQLite or SQL Server."""

_DOWN_SUFFIX: Final = re.compile(r"\A(?P<base>.+)[._-](?:down|rollback|undo|revert|reverse)\.sql\Z", re.IGNORECASE)
_DOWN_DOTTED: Final = re.compile(r"\.(?:down|rollback|undo|revert)\.sql\Z", re.IGNORECASE)
_DOWN_PREFIX: Final = re.compile(
    r"\A(?P<version>\d+[._-])?(?:down|rollback|undo|revert)(?:[._-].*)?\.sql\Z", re.IGNORECASE
)
_UNDO_FLYWAY: Final = re.compile(r"\AU\d+(?:[._]\d+)*__.+\.sql\Z")
_DOWN_FOLDER: Final = frozenset({"down", "downs", "rollback", "rollbacks", "undo", "revert", "reverts", "reverse"})
_TEST_FOLDER: Final = frozenset(
    {"test", "tests", "__tests__", "spec", "specs", "fixtures", "__fixtures__", "e2e", "testdata", "pgtap", "mocks"}
)
_EXAMPLE_FOLDER: Final = frozenset(
    {"example", "examples", "template", "templates", "sample", "samples", "demo", "demos", "docs", "playground"}
)
_ARCHIVE_FOLDER: Final = re.compile(
    r"(?:\A|[._-])(?:archives?|archived|backups?|bak|old|deprecated|legacy|disabled|unused|obsolete|copy|trash|superseded)(?:\Z|[._-])",
    re.IGNORECASE,
)
_ARCHIVE_FILE: Final = re.compile(
    r"(?:[._ -](?:bak|backup|old|orig|copy)|\(\d+\)| copy(?: \d+)?)\.sql\Z", re.IGNORECASE
)
_SEED_FILE: Final = re.compile(
    r"(?:\A|[._-])(?:seeds?|seeding|sample[._-]?data|demo[._-]?data|test[._-]?data|fixtures?|mock)(?:[._-]|\.sql\Z)",
    re.IGNORECASE,
)
_PROBE_FILE: Final = re.compile(
    r"\A(?:check|debug|diagnose|verify|inspect|temp|tmp|test|query|queries|drop|reset|delete|cleanup|clean|truncate|disable|wipe)(?:[._ -]|\Z)",
    re.IGNORECASE,
)
_SEED_FOLDER: Final = frozenset({"seed", "seeds", "seeders", "seeding"})
_PGTAP: Final = re.compile(
    r"\b(?:select|perform)\s+(?:\*\s+from\s+)?(?:(?:\w+\.)?plan\s*\(\s*\d+|no_plan\s*\(|finish\s*\()", re.IGNORECASE
)
_WAY_DOWN: Final = re.compile(
    r"^[ \t]*--+[ \t]*(?:migrate:down|\+goose[ \t]+down|\+migrate[ \t]+down|@?down[ \t]+migration|//@undo|@down)\b.*",
    re.IGNORECASE | re.MULTILINE,
)


def is_way_down(path: str, siblings: Collection[str]) -> bool:
    """True for a rollback, down or undo file.

    A forward migration may be called ``20240512_revert_policy.sql`` or ``20240512_x_rollback.sql``: with a version that nothing else
    in its folder has, it is one of the sequence and stays.
    """
    folder, _, name = path.rpartition("/")
    if folder.rpartition("/")[2].lower() in _DOWN_FOLDER or _UNDO_FLYWAY.match(name) or _DOWN_DOTTED.search(name):
        return True
    if suffixed := _DOWN_SUFFIX.match(name):
        base = suffixed["base"]
        ways_up = (f"{base}{end}" for end in (".sql", ".up.sql", "_up.sql", "-up.sql"))
        if not base[:1].isdigit() or any(way_up in siblings for way_up in ways_up):
            return True
    if prefixed := _DOWN_PREFIX.match(name):
        version = prefixed["version"]
        return version is None or sum(sibling.startswith(version) for sibling in siblings) > 1
    return False


def forward_part(text: str) -> str:
    """A file that holds both ways (dbmate, goose, sql-migrate, node-pg-migrate) up to the way down."""
    found = _WAY_DOWN.search(text)
    return text[: found.start()] if found else text


def archive_of(path: str) -> str | None:
    """The folder or file that is called an archive or a copy, None when none is."""
    parts = path.split("/")
    for depth, part in enumerate(parts[:-1], 1):
        if _ARCHIVE_FOLDER.search(part):
            return "/".join(parts[:depth]) + "/"
    return path if _ARCHIVE_FILE.search(parts[-1]) else None


def folder_of_tests(path: str) -> str | None:
    """The outermost folder of tests or fixtures that holds ``path``."""
    parts = path.split("/")
    return next(
        ("/".join(parts[:depth]) + "/" for depth, part in enumerate(parts[:-1], 1) if part.lower() in _TEST_FOLDER),
        None,
    )


def is_example(path: str) -> bool:
    """True below a folder of examples, templates or documentation."""
    return any(part.lower() in _EXAMPLE_FOLDER for part in path.split("/")[:-1])


def is_test(text: str) -> bool:
    """True for a pgTAP test."""
    return _PGTAP.search(text) is not None


def is_seed(path: str) -> bool:
    """True when the name says that the file holds rows."""
    parts = path.lower().split("/")
    return _SEED_FILE.search(parts[-1]) is not None or any(part in _SEED_FOLDER for part in parts[:-1])


def is_probe(path: str) -> bool:
    """True when the name says that the file looks at a database, empties it or changes it for a while."""
    return _PROBE_FILE.search(path.rpartition("/")[2].removesuffix(".sql")) is not None
