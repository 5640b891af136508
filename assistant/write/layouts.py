"""Where a new migration goes in the operator's own layout, and how its tool runs it.

Each tool has its naming, its idea of transactions and its way of being confused: the habits stand here, one function a tool.
The undo never lies where a tool would pick it up, and its name tells stanch's own reader to leave it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.domain.replay import Layout

_VERSION: Final = re.compile(r"\A(?P<lead>[vV]|migration[_-]?|step[_-]?)?(?P<digits>\d+)(?P<rest>.*)\Z", re.DOTALL)
_STAMP: Final = "%Y%m%d%H%M%S"
_STAMP_DIGITS: Final = 14
_DATE_DIGITS: Final = 8
_BEGINS: Final = re.compile(r"^\s*(?:begin|start\s+transaction)\s*;", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markers:
    """What a tool wants to read inside the file."""

    up: str = ""
    """Line before the statements."""
    up_alone: str = ""
    """The same for a file that must not run in a transaction."""
    down: str = ""
    """Line before the way back; empty when that is another file."""
    begin: str = ""
    """Line before a statement with semicolons inside."""
    end: str = ""
    """Line after it."""


MARKERS: Final = (
    (
        re.compile(r"^--\s*migrate:up\b", re.MULTILINE),
        Markers(up="-- migrate:up", up_alone="-- migrate:up transaction:false", down="-- migrate:down"),
    ),
    (
        re.compile(r"^--\s*\+goose\s+Up\b", re.MULTILINE),
        Markers(
            up="-- +goose Up",
            up_alone="-- +goose NO TRANSACTION\n-- +goose Up",
            down="-- +goose Down",
            begin="-- +goose StatementBegin",
            end="-- +goose StatementEnd",
        ),
    ),
    (
        re.compile(r"^--\s*\+migrate\s+Up\b", re.MULTILINE),
        Markers(
            up="-- +migrate Up",
            up_alone="-- +migrate Up notransaction",
            down="-- +migrate Down",
            begin="-- +migrate StatementBegin",
            end="-- +migrate StatementEnd",
        ),
    ),
    (
        re.compile(r"^--\s*Up Migration\b", re.MULTILINE),
        Markers(up="-- Up Migration", up_alone="-- Up Migration", down="-- Down Migration"),
    ),
)
"""dbmate, goose, sql-migrate and node-pg-migrate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How one layout wants its files."""

    kind: str
    """supabase, prisma, drizzle, drizzle-folders, numbered, flyway, schema-file."""
    root: str
    """Folder of the migrations."""
    suffix: str
    """``.sql``, ``.up.sql``, ``/migration.sql``."""
    first: int
    """Version of the next file, as a number."""
    width: int
    """Digits of a version."""
    lead: str = ""
    """What stands before the digits: ``V``."""
    joint: str = "_"
    """What stands between version and name: ``_``, ``__``, ``-``."""
    own: str = "stanch_"
    """Starts the name, so that everybody sees where the file came from."""
    stamps: bool = False
    """Versions are times of day: the next one is a second later."""
    transaction: bool = False
    """The file itself must say BEGIN and COMMIT: its tool does not."""
    concurrently: bool = True
    """An index can be built without blocking writers."""
    one_index_a_file: bool = True
    """The tool sends a file as one message, which is a transaction unless it holds a single statement."""
    undo_root: str = ""
    """Folder of the undo."""
    down: str = ""
    """Suffix of the way back when it belongs beside the file (``.down.sql``)."""
    markers: Markers = Markers()
    """Lines inside the file."""
    notes: tuple[str, ...] = ()
    """What the operator should know about this tool."""

    def path(self, n: int, name: str) -> str:
        """Path of the n-th new file, counted from 0."""
        folder = f"{self.root}/" if self.root else ""
        return f"{folder}{self.tag(n, name)}{self.suffix}"

    def tag(self, n: int, name: str) -> str:
        """Version and name without folder and suffix."""
        return f"{self.lead}{self.version(n)}{self.joint}{self.own}{name}"

    def undo_path(self, n: int, name: str) -> str:
        """Path of its undo."""
        if self.down:
            return self.path(n, name).removesuffix(self.suffix) + self.down
        return f"{self.undo_root}/{self.tag(n, name)}.undo.sql"

    def version(self, n: int) -> str:
        """The version as it is written."""
        if self.stamps:
            at = datetime.strptime(str(self.first), _STAMP) + timedelta(seconds=n)  # noqa: DTZ007 - a file name has no zone
            return at.strftime(_STAMP)
        return str(self.first + n).zfill(self.width)


def habit_of(layout: Layout, root: Path, now: datetime) -> Habit:
    """The habit of a layout.

    Args:
        layout: the layout that holds the fixed tables.
        root: top of the work tree.
        now: when the migration is written.
    """
    stamp = now.strftime(_STAMP)
    if layout.kind == "supabase":
        return _supabase(layout, layout.root, stamp)
    if layout.kind == "supabase-schemas":
        base = layout.root.rpartition("/")[0]
        return _supabase(layout, f"{base}/migrations" if base else "migrations", stamp)
    if layout.kind == "prisma":
        return _folders(layout, stamp, "prisma")
    if layout.kind == "drizzle":
        journal = root / layout.root / "meta" / "_journal.json"
        return _drizzle(layout, stamp) if journal.is_file() else _folders(layout, stamp, "drizzle-folders")
    if layout.kind == "numbered":
        return _numbered(layout, stamp)
    return _beside(layout, root, stamp)


def _supabase(layout: Layout, folder: str, stamp: str) -> Habit:
    return Habit(
        kind="supabase",
        root=folder,
        suffix=".sql",
        first=_next_stamp((source.path.rpartition("/")[2] for source in layout.sources), stamp),
        width=_STAMP_DIGITS,
        stamps=True,
        one_index_a_file=False,
        undo_root=_sibling(folder, "undo"),
    )


def _folders(layout: Layout, stamp: str, kind: str) -> Habit:
    names = (source.path.rpartition("/")[0].rpartition("/")[2] for source in layout.sources)
    return Habit(
        kind=kind,
        root=layout.root,
        suffix="/migration.sql",
        first=_next_stamp(names, stamp),
        width=_STAMP_DIGITS,
        stamps=True,
        concurrently=kind == "prisma",
        undo_root=_sibling(layout.root, "undo"),
    )


def _drizzle(layout: Layout, stamp: str) -> Habit:
    last = _last_version(source.path.rpartition("/")[2] for source in layout.sources)
    width = len(last["digits"]) if last else 4
    by_time = width == _STAMP_DIGITS
    first = (
        _next_stamp((last["digits"],) if last else (), stamp)
        if by_time
        else (int(last["digits"]) + 1 if last else len(layout.sources))
    )
    return Habit(
        kind="drizzle",
        root=layout.root,
        suffix=".sql",
        first=first,
        width=width,
        stamps=by_time,
        concurrently=False,
        undo_root=f"{layout.root}/undo",
    )


def _numbered(layout: Layout, stamp: str) -> Habit:
    names = [source.path.rpartition("/")[2] for source in layout.sources]
    last = _last_version(names)
    digits, lead, rest = (last["digits"], last["lead"] or "", last["rest"]) if last else ("0000", "", "_")
    joint = re.match(r"[_.-]*", rest)
    flyway = lead in {"V", "v"} and rest.startswith("__")
    day = len(digits) == _DATE_DIGITS and digits[:2] in {"19", "20"}
    stamps = len(digits) == _STAMP_DIGITS
    first = int(digits) + 1
    if stamps:
        first = _next_stamp((digits,), stamp)
    elif day:
        first = max(int(digits) + 1, int(stamp[:_DATE_DIGITS]))
    up = ".up.sql" if names and names[-1].endswith(".up.sql") else ".sql"
    texts = [source.text for source in layout.sources[-3:]]
    markers = next((found for sign, found in MARKERS if any(sign.search(text) for text in texts)), Markers())
    return Habit(
        kind="flyway" if flyway else "numbered",
        root=layout.root,
        suffix=up,
        first=first,
        width=len(digits),
        lead=lead,
        joint=(joint.group() if joint else "") or "_",
        stamps=stamps,
        transaction=any(_BEGINS.search(text) for text in texts),
        undo_root=_sibling(layout.root, "undo"),
        down=".down.sql" if up == ".up.sql" else "",
        markers=markers,
    )


def _beside(layout: Layout, root: Path, stamp: str) -> Habit:
    """A schema file or a dump: another file beside it, run by hand; without a number in front, or it would look like a history."""
    inside = (root / layout.root).exists() and not layout.root.startswith(("/", ".."))
    there = layout.root if inside else ""
    folder = there if inside and (root / there).is_dir() else there.rpartition("/")[0]
    folder = "" if folder == "." else folder
    return Habit(
        kind="schema-file",
        root=folder,
        suffix=".sql",
        first=_next_stamp((), stamp),
        width=_STAMP_DIGITS,
        lead="stanch_",
        own="",
        stamps=True,
        transaction=True,
        undo_root=f"{folder}/undo" if folder else "undo",
    )


def _last_version(names: object) -> dict[str, str] | None:
    """The highest version among file names, taken apart."""
    assert hasattr(names, "__iter__")
    found = [match.groupdict() for name in names if (match := _VERSION.match(str(name)))]
    return max(found, key=lambda parts: int(parts["digits"]), default=None)


def _next_stamp(names: object, stamp: str) -> int:
    """A second after the newest existing version, or now when that is later."""
    last = _last_version(names)
    newest = last["digits"] if last else ""
    if len(newest) == _STAMP_DIGITS and newest >= stamp:
        try:
            after = datetime.strptime(newest, _STAMP) + timedelta(seconds=1)  # noqa: DTZ007 - a file name has no zone
        except ValueError:  # 20240199999999 sorts like a time and is none
            return int(stamp)
        return int(after.strftime(_STAMP))
    return int(stamp)


def _sibling(folder: str, name: str) -> str:
    """``supabase/migrations`` -> ``supabase/undo``; ``migrations`` -> ``migrations-undo``."""
    parent = folder.rpartition("/")[0]
    return f"{parent}/{name}" if parent else f"{folder or 'migrations'}-{name}"
