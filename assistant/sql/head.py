"""What a statement sets: the object whose provenance it is.

Reads the head of a statement and leaves its body alone. A statement that sets nothing a person would look for (SELECT, ANALYZE) gives
None, and so does one whose head is not understood: provenance may be missing, but it is never invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from assistant.domain.facts import Subject
from assistant.sql.buckets import inserted, updated
from assistant.sql.tokens import Cursor


if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Head:
    """The object a statement sets, and what else it sets with it."""

    action: str
    """create, alter, drop, rename, enable-rls, disable-rls, force-rls, grant, revoke, comment, insert, update or do."""
    subject: Subject
    """What it sets; ``str()`` of it is the key of ``Replay.provenance``. For ``rename`` the old object, and ``also`` begins with the new."""
    also: tuple[Subject, ...] = ()
    """Set by the same statement: columns of a table, further tables of a list, buckets."""
    offsets: tuple[int, ...] = ()
    """For each of ``also`` the lines between it and the start of the statement."""
    arguments: str | None = None
    """For a function the argument list as written, without brackets; None when the head names none."""
    if_not_exists: bool = False
    """IF NOT EXISTS: an object that is there already stays as it was."""


_MOST: Final = 2_000
"""Columns of a table that are told apart; PostgreSQL allows 1,600."""
_TABLE_PARTS: Final = frozenset({"constraint", "primary", "unique", "check", "foreign", "exclude", "like"})
_COLUMN_FORMS: Final = ("add column", "alter column", "drop column")
_RLS: Final = {
    "enable row level security": "enable-rls",
    "disable row level security": "disable-rls",
    "force row level security": "force-rls",
    "no force row level security": "force-rls",
}
_ROUTINES: Final = ("function", "procedure", "routine", "aggregate")
_KINDS: Final = (
    "foreign table",
    "materialized view",
    "table",
    "view",
    *_ROUTINES,
    "policy",
    "trigger",
    "type",
    "domain",
    "sequence",
    "schema",
    "extension",
    "index",
    "publication",
    "role",
    "user",
    "rule",
)
_NAMES: Final = {
    "foreign table": "table",
    "materialized view": "matview",
    "procedure": "function",
    "routine": "function",
    "aggregate": "function",
    "domain": "type",
    "user": "role",
}
_UNQUALIFIED: Final = frozenset({"schema", "extension", "publication", "role"})


def read_head(text: str, schema: str = "public") -> Head | None:
    """Which object ``text``, one statement, sets.

    Args:
        text: the statement, comments allowed.
        schema: where unqualified names go (the first schema of the search path).
    """
    cursor = Cursor(text)
    verb = cursor.word()
    read = _VERBS.get(verb)
    if read is None:
        return None
    cursor.take()
    return read(cursor, schema)


def symbol(subject: Subject) -> str:
    """How a person points at it in its file: ``table chats``, ``policy Users can read``, ``users.email`` for a column."""
    _, _, bare = subject.name.partition(".")
    match subject.kind:
        case "policy" | "trigger":
            return f"{subject.kind} {subject.name.partition(': ')[2]}"
        case "column":
            return bare
        case "rls":
            return f"table {bare}"
        case "function":
            return f"function {bare.partition('(')[0]}"
        case _:
            return f"{subject.kind} {bare or subject.name}"


def _create(cursor: Cursor, schema: str) -> Head | None:
    cursor.accept("or replace")
    if cursor.accept("temp", "temporary", "global temporary", "local temporary"):
        return None
    cursor.accept("unlogged")
    cursor.accept("recursive", "constraint", "event", "unique")
    kind = cursor.accept(*_KINDS)
    if not kind:
        return None
    if kind == "index":
        cursor.accept("concurrently")
    missing = bool(cursor.accept("if not exists"))
    if kind == "index" and cursor.word() == "on":
        return None  # an index without a name of its own
    if kind == "publication":
        return _publication(cursor, schema, "create")
    if kind in {"policy", "trigger"}:
        return _attached("create", kind, cursor, schema)
    if kind == "schema" and cursor.accept("authorization"):
        return None
    subject = _subject(kind, cursor, schema)
    if subject is None:
        return None
    if kind in {"table", "foreign table"}:
        columns, offsets = _columns(cursor, subject.name)
        return Head("create", subject, columns, offsets, if_not_exists=missing)
    arguments = cursor.brackets() if kind in _ROUTINES else None
    return Head("create", subject, arguments=arguments, if_not_exists=missing)


def _columns(cursor: Cursor, table: str) -> tuple[tuple[Subject, ...], tuple[int, ...]]:
    """Columns of a CREATE TABLE and the lines they stand on."""
    if not cursor.accept("("):
        return (), ()
    columns: list[Subject] = []
    offsets: list[int] = []
    while (token := cursor.peek()) is not None and len(columns) < _MOST:
        constraint = token.kind == "word" and token.value.lower() in _TABLE_PARTS and not _is_column(cursor)
        if not constraint and (name := cursor.identifier()) is not None:
            columns.append(Subject(kind="column", name=f"{table}.{name}"))
            offsets.append(cursor.line(token))
        if not cursor.next_item():
            break
    return tuple(columns), tuple(offsets)


def _is_column(cursor: Cursor) -> bool:
    """True for a column that is called ``like`` or the like without quotes: only ``exclude`` is not reserved."""
    following = cursor.peek(1)
    return cursor.word() == "exclude" and following is not None and following.value.lower() not in {"using", "("}


def _attached(action: str, kind: str, cursor: Cursor, schema: str) -> Head | None:
    """A policy or trigger: ``name … ON table``."""
    name = cursor.identifier()
    if name is None or not cursor.seek("on"):
        return None
    cursor.take()
    cursor.accept("only")
    table = cursor.name(schema)
    if table is None:
        return None
    subject = Subject(kind=kind, name=f"{table[0]}.{table[1]}: {name}")
    if action == "alter" and cursor.accept("rename to") and (new := cursor.identifier()) is not None:
        return Head("rename", subject, (Subject(kind=kind, name=f"{table[0]}.{table[1]}: {new}"),), (0,))
    return Head(action, subject)


def _subject(kind: str, cursor: Cursor, schema: str) -> Subject | None:
    """The object of a kind that stands next."""
    named = _NAMES.get(kind, kind)
    if named in _UNQUALIFIED:
        name = cursor.identifier()
        return None if name is None else Subject(kind=named, name=name)
    pair = cursor.name(schema)
    return None if pair is None else Subject(kind=named, name=f"{pair[0]}.{pair[1]}")


def _alter(cursor: Cursor, schema: str) -> Head | None:
    if cursor.accept("default privileges"):
        return _default_privileges(cursor)
    kind = cursor.accept(*_KINDS)
    if not kind:
        return None
    cursor.accept("if exists")
    if kind == "publication":
        return _publication(cursor, schema, "alter")
    if kind in {"policy", "trigger"}:
        return _attached("alter", kind, cursor, schema)
    cursor.accept("only")
    subject = _subject(kind, cursor, schema)
    if subject is None:
        return None
    arguments = cursor.brackets() if kind in _ROUTINES else None
    cursor.accept("*")
    if cursor.accept("rename to"):
        return _renamed(subject, subject.name.partition(".")[0], cursor.identifier(), arguments)
    if cursor.accept("set schema"):
        return _renamed(subject, cursor.identifier(), subject.name.partition(".")[2], arguments)
    if subject.kind != "table":
        return Head("alter", subject, arguments=arguments)
    return _alter_table(cursor, subject)


def _renamed(subject: Subject, schema: str | None, name: str | None, arguments: str | None) -> Head | None:
    if not schema or not name:
        return None
    new = Subject(kind=subject.kind, name=name if subject.kind in _UNQUALIFIED else f"{schema}.{name}")
    return Head("rename", subject, (new,), (0,), arguments=arguments)


def _alter_table(cursor: Cursor, table: Subject) -> Head:
    """The comma-separated actions of an ALTER TABLE."""
    touched: list[Subject] = []
    offsets: list[int] = []
    action, missing, first = "alter", False, True
    while (token := cursor.peek()) is not None and len(touched) < _MOST:
        offset = cursor.line(token)
        if form := cursor.accept(*_RLS):
            action = _RLS[form] if first else "alter"
            touched.append(Subject(kind="rls", name=table.name))
            offsets.append(offset)
        elif first and cursor.accept("rename column", "rename"):
            return _rename_column(cursor, table)
        elif (column := _column_of_action(cursor)) is not None:
            missing = missing or column[1]
            touched.append(Subject(kind="column", name=f"{table.name}.{column[0]}"))
            offsets.append(offset)
        first = False
        if not cursor.next_item():
            break
    if len(touched) == 1 and action != "alter":
        return Head(action, touched[0])
    return Head("alter", table, tuple(touched), tuple(offsets), if_not_exists=missing)


def _rename_column(cursor: Cursor, table: Subject) -> Head:
    old = cursor.identifier()
    if old is None or old == "constraint" or not cursor.accept("to") or (new := cursor.identifier()) is None:
        return Head("alter", table)
    made = Subject(kind="column", name=f"{table.name}.{new}")
    return Head("rename", Subject(kind="column", name=f"{table.name}.{old}"), (made,), (0,))


def _column_of_action(cursor: Cursor) -> tuple[str, bool] | None:
    """The column that the next action of an ALTER TABLE adds or alters, and whether it is only added when missing."""
    if cursor.accept("add column", "alter column") or (cursor.word() in {"add", "alter"} and _names_column(cursor)):
        cursor.accept("add", "alter")
        missing = bool(cursor.accept("if not exists"))
        name = cursor.identifier()
        return None if name is None else (name, missing)
    return None


def _names_column(cursor: Cursor) -> bool:
    """True for ``ADD name type``, where COLUMN is left out."""
    following = cursor.peek(1)
    if following is None or following.kind not in {"word", "name"}:
        return False
    return following.kind == "name" or following.value.lower() not in _TABLE_PARTS


def _drop(cursor: Cursor, schema: str) -> Head | None:
    if cursor.accept("owned by"):
        return None
    kind = cursor.accept(*_KINDS)
    if not kind:
        return None
    cursor.accept("concurrently")
    cursor.accept("if exists")
    if kind in {"policy", "trigger"}:
        return _attached("drop", kind, cursor, schema)
    dropped: list[Subject] = []
    arguments = None
    while (subject := _subject(kind, cursor, schema)) is not None:
        dropped.append(subject)
        arguments = cursor.brackets() if kind in _ROUTINES else None
        if not cursor.accept(","):
            break
    if not dropped:
        return None
    return Head("drop", dropped[0], tuple(dropped[1:]), (0,) * (len(dropped) - 1), arguments=arguments)


def _privileges(action: str, cursor: Cursor, schema: str) -> Head | None:
    """GRANT or REVOKE on objects; a grant of roles sets nothing that has a place."""
    if cursor.seek("on", "to", "from") != "on":
        return None
    cursor.take()
    if every := cursor.accept("all tables in schema", "all functions in schema", "all routines in schema"):
        kind = "grant-all-tables" if "tables" in every else "grant-all-functions"
        return _listed(action, kind, cursor, None)
    if cursor.accept("all"):
        return None
    if cursor.accept("schema"):
        return _listed(action, "grant", cursor, None)
    routine = cursor.accept(*_ROUTINES)
    if not routine and cursor.accept(
        "sequence", "type", "domain", "language", "database", "foreign", "parameter", "tablespace"
    ):
        return None
    cursor.accept("table")
    subjects: list[Subject] = []
    arguments = None
    while (pair := cursor.name(schema)) is not None:
        subjects.append(Subject(kind="grant-function" if routine else "grant", name=f"{pair[0]}.{pair[1]}"))
        arguments = cursor.brackets()
        if not cursor.accept(","):
            break
    if not subjects:
        return None
    return Head(action, subjects[0], tuple(subjects[1:]), (0,) * (len(subjects) - 1), arguments=arguments)


def _listed(action: str, kind: str, cursor: Cursor, first: Subject | None) -> Head | None:
    """A list of plain names, as of schemas."""
    subjects = [] if first is None else [first]
    while (name := cursor.identifier()) is not None:
        subjects.append(Subject(kind=kind, name=name))
        if not cursor.accept(","):
            break
    return Head(action, subjects[0], tuple(subjects[1:]), (0,) * (len(subjects) - 1)) if subjects else None


def _default_privileges(cursor: Cursor) -> Head | None:
    if cursor.accept("for role", "for user"):
        cursor.next_item("in", "grant", "revoke")
    if cursor.accept("in schema"):
        return _listed("alter", "default-privileges", cursor, None)
    return Head("alter", Subject(kind="default-privileges", name="public"))


def _publication(cursor: Cursor, schema: str, action: str) -> Head | None:
    """Tables that a publication gains; the key is the table, because that is what leaks."""
    name = cursor.identifier()
    if name is None:
        return None
    own = Subject(kind="publication", name=name)
    if cursor.accept("drop table"):
        action = "drop"
    elif not cursor.accept("for table", "add table", "set table"):
        return Head(action, own)
    tables: list[Subject] = []
    while True:
        cursor.accept("table")
        cursor.accept("only")
        pair = cursor.name(schema)
        if pair is None:
            break
        tables.append(Subject(kind="publication", name=f"{pair[0]}.{pair[1]}"))
        if not cursor.next_item("with"):
            break
    return Head(action, tables[0], tuple(tables[1:]), (0,) * (len(tables) - 1)) if tables else Head(action, own)


def _comment(cursor: Cursor, schema: str) -> Head | None:
    kind = cursor.accept(*(f"on {kind}" for kind in _KINDS)).removeprefix("on ")
    if not kind:
        return None
    if kind in {"policy", "trigger"}:
        return _attached("comment", kind, cursor, schema)
    subject = _subject(kind, cursor, schema)
    return None if subject is None else Head("comment", subject)


def _rows(action: str, cursor: Cursor, schema: str) -> Head | None:
    """Rows of storage.buckets; the subject is the table itself, ``also`` the buckets that are named."""
    cursor.accept("into")
    if cursor.name(schema) != ("storage", "buckets"):
        return None
    buckets, offsets = inserted(cursor) if action == "insert" else updated(cursor)
    return Head(action, Subject(kind="table", name="storage.buckets"), buckets, offsets)


_VERBS: Final[dict[str, Callable[[Cursor, str], Head | None]]] = {
    "create": _create,
    "alter": _alter,
    "drop": _drop,
    "grant": partial(_privileges, "grant"),
    "revoke": partial(_privileges, "revoke"),
    "comment": _comment,
    "insert": partial(_rows, "insert"),
    "update": partial(_rows, "update"),
}
