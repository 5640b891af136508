"""Rebuild the operator's schema in a shadow: every statement of every file, in order, and the truth about those that fail.

Runs as the role that owns the database, which is no superuser. A statement that fails costs itself alone. What failed because something
was not there yet is tried again at the end, unless a later statement has meanwhile decided the same thing: a policy that was dropped
must not come back. What then still fails is reported, with the objects that are missing because of it.

How "already exists" is counted: the statement of a second description of the schema (schema.sql beside migrations) or one that an
earlier file has run word for word is ``already_there`` and counts as applied; within one history it is a failure like any other.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.replay import NotRead, Replay, Skipped
from assistant.shadow.assumed import extension_behind
from assistant.shadow.generated import GeneratedTable, read_generated
from assistant.shadow.missing import STATES, Failure, grouped
from assistant.shadow.provenance import Provenance
from assistant.shadow.session import Outcome, Session
from assistant.shadow.stand_ins import rewrite, without_operator_class
from assistant.shadow.watchdog import Watchdog
from assistant.sql.split import Fragment, split
from assistant.sql.survey import referred_columns, survey


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.domain.replay import Source
    from assistant.shadow.database import Shadow
    from assistant.sql.head import Head


_DUPLICATE: Final = frozenset({"42P07", "42710", "42701", "42P06", "42723", "42P16", "23505"})
_PASSES: Final = 3
_MOST_SKIPPED: Final = 2_000
_MOST_LOST: Final = 25
_LARGE: Final = 4 * 1024 * 1024
_ROWS: Final = re.compile(r"(?:insert\s+into|update|delete\s+from)\b(?!\s+\"?storage\"?\.\"?buckets)", re.IGNORECASE)
_COPY: Final = re.compile(r"copy\b", re.IGNORECASE)
_BEGIN: Final = re.compile(r"(?:begin|start\s+transaction)\b", re.IGNORECASE)
_ROLLBACK: Final = re.compile(r"(?:rollback|abort)\b(?!\s+to\b)", re.IGNORECASE)
_DIMENSIONS: Final = re.compile(r"\bvector\s*\(\s*(\d{1,5})\s*\)", re.IGNORECASE)
_UNDEFINED: Final = "42704"
_CLASSLESS: Final = re.compile(r"\boperator class\b")
_TEXT: Final = 120


@dataclass(slots=True)
class _Failed:
    """A statement to be tried again, or to be reported."""

    number: int
    file: str
    fragment: Fragment
    head: Head | None
    sqlstate: str
    message: str
    search_path: str = ""
    role: str = "none"


def replay(
    shadow: Shadow,
    sources: Sequence[Source],
    *,
    statement_seconds: float = 10.0,
    total_seconds: float = 300.0,
    on_progress: Callable[[int, int], None] | None = None,
    generated: Sequence[Source] = (),
    not_read: Sequence[NotRead] = (),
) -> Replay:
    """Run ``sources`` in a fresh shadow.

    Args:
        shadow: an empty database with its platform's shim; changed in place.
        sources: files in the order in which they are applied.
        statement_seconds: a statement that runs longer is ended, and so is its connection.
        total_seconds: what has not begun by then is skipped.
        on_progress: told how many statements are done, of how many; may raise to stop.
        generated: TypeScript files with the tables of the live database; a table that ``sources`` use and never make is made from them.
        not_read: files that were left out before; handed through.

    Raises:
        ShadowError: the server itself is gone.
    """
    with Watchdog(shadow, statement_seconds=statement_seconds) as watchdog, Session(shadow, watchdog) as session:
        run = _Run(session, total_seconds, on_progress or (lambda _done, _total: None))
        return run.whole(sources, generated, not_read)


class _Run:
    """One replay under way."""

    def __init__(self, session: Session, total_seconds: float, on_progress: Callable[[int, int], None]) -> None:
        self.session = session
        self.on_progress = on_progress
        self.began = time.monotonic()
        self.deadline = self.began + total_seconds
        self.provenance = Provenance(session)
        self.failed: list[_Failed] = []
        self.last: dict[str, int] = {}
        """The number of the last statement that meant to set a subject, whether it succeeded or not."""
        self.dropped: dict[str, int] = {}
        """The number of the last DROP TABLE of a table."""
        self.seen: set[int] = set()
        """Hashes of the statements that succeeded."""
        self.stand_ins: set[str] = set()
        self.assumed: set[str] = set()
        self.filled_in: list[GeneratedTable] = []
        self.statements = self.applied = self.already_there = self.retried = 0

    def whole(self, sources: Sequence[Source], generated: Sequence[Source], not_read: Sequence[NotRead]) -> Replay:
        filled_in = self._fill_in(sources, generated)
        left_out = list(not_read)
        files = [(source, list(self._fragments(source, left_out))) for source in sources]
        total = sum(len(fragments) for _, fragments in files)
        for source, fragments in files:
            self._file(source, fragments, total)
        self._retry()
        for table in self.filled_in:
            for statement in table.foreign_keys():
                self.session.run(statement)
        self.on_progress(total, total)
        skipped = tuple(self._skipped(failed) for failed in self.failed[:_MOST_SKIPPED])
        return Replay(
            files=len(sources),
            statements=self.statements,
            applied=self.applied,
            skipped=skipped,
            missing=grouped(Failure(one.sqlstate, one.message, _would_make(one.head)) for one in self.failed),
            not_read=tuple(left_out),
            stand_ins=tuple(sorted(self.stand_ins)),
            filled_in=filled_in,
            provenance=dict(sorted(self.provenance.places.items())),
            seconds=time.monotonic() - self.began,
            already_there=self.already_there,
            retried=self.retried,
            assumed=tuple(sorted(self.assumed)),
        )

    # -- files --------------------------------------------------------------------------------------------------------

    def _fragments(self, source: Source, left_out: list[NotRead]) -> Iterator[Fragment]:
        """The statements of a file on their lines; of a large one without those that only fill rows."""
        rows = 0
        for fragment in split(source.text):
            if len(source.text) > _LARGE and _ROWS.match(fragment.text):
                rows += 1
            elif source.first_line == 1:
                yield fragment
            else:
                yield replace(fragment, line=fragment.line + source.first_line - 1)
        if rows:
            reason = f"{rows} of its statements only fill rows and were left out, because it has {len(source.text) // 1_000_000} MB."
            left_out.append(NotRead(file=source.path, reason=reason))

    def _file(self, source: Source, fragments: Sequence[Fragment], total: int) -> None:
        self.provenance.schema = "public"
        for fragment in fragments:
            if self.statements % 50 == 0:
                self.on_progress(self.statements, total)
            self._statement(source.path, fragment)
        if fragments:
            self.session.start_afresh()

    def _statement(self, file: str, fragment: Fragment) -> None:
        self.statements += 1
        number = self.statements
        if time.monotonic() > self.deadline or self.session.lost > _MOST_LOST:
            why = (
                "the replay took too long"
                if self.session.lost <= _MOST_LOST
                else f"{_MOST_LOST} connections had been lost before"
            )
            self.failed.append(_Failed(number, file, fragment, None, "57014", why))
            return
        if _COPY.match(fragment.text):
            self.failed.append(
                _Failed(number, file, fragment, None, "0A000", "COPY moves rows; a shadow has none of yours")
            )
            return
        head = self.provenance.expect(fragment.text)
        for key in _keys(head):
            self.last[key] = number
            if head is not None and head.action == "drop" and key.startswith("table "):
                self.dropped[key.removeprefix("table ")] = number
        if not self._run(number, file, fragment, head):
            return
        self.applied += 1
        self.seen.add(hash(fragment.text))

    def _run(self, number: int, file: str, fragment: Fragment, head: Head | None) -> bool:
        """Run a statement, or what stands in for it; note what it set, or why it failed."""
        began = _BEGIN.match(fragment.text) is not None and not self.session.in_transaction
        outcome = self._attempt(fragment.text, head)
        if outcome.succeeded:
            if began:
                self.provenance.begin()
            elif _ROLLBACK.match(fragment.text):
                self.provenance.roll_back()
            else:
                self.provenance.note(fragment.text, head, file, fragment.line, outcome.notices)
            return True
        if outcome.sqlstate in _DUPLICATE and self._is_second_description(file, fragment, head):
            self.already_there += 1
            return True
        path, role = self._context() if outcome.sqlstate in STATES else ("", "none")
        self.failed.append(_Failed(number, file, fragment, head, outcome.sqlstate, outcome.message, path, role))
        return False

    def _attempt(self, text: str, head: Head | None) -> Outcome:
        """Run a statement, then what stands in for it where the server lacks an extension."""
        stand_in = rewrite(text) if head is not None and head.subject.kind == "extension" else None
        outcome = self.session.run(stand_in.sql if stand_in else text)
        if outcome.sqlstate in STATES and self._assume(outcome.message):
            outcome = self.session.run(text)
        if outcome.sqlstate == _UNDEFINED and _CLASSLESS.search(outcome.message):
            stand_in = without_operator_class(text)
            outcome = self.session.run(stand_in.sql) if stand_in else outcome
        if outcome.succeeded and stand_in is not None and stand_in.replaced:
            self.stand_ins.add(stand_in.extension)
        return outcome

    def _context(self) -> tuple[str, str]:
        rows = self.session.fetch("SELECT current_setting('search_path'), current_setting('role')")
        return (str(rows[0][0]), str(rows[0][1])) if rows else ("", "none")

    def _is_second_description(self, file: str, fragment: Fragment, head: Head | None) -> bool:
        """True when an earlier file ran the same words, or another folder describes the same object."""
        if hash(fragment.text) in self.seen:
            return True
        places = (self.provenance.places.get(key) for key in _keys(head))
        return any(place is not None and _history(place.file) != _history(file) for place in places)

    # -- what is not there --------------------------------------------------------------------------------------------

    def _fill_in(self, sources: Sequence[Source], generated: Sequence[Source]) -> tuple[str, ...]:
        """Make the tables that the files use and never make, from the generated types."""
        if not generated:
            return ()
        tables, enums = read_generated(source.text for source in generated)
        known = survey(sources)
        wanted = sorted((known.needed - known.made) & tables.keys())
        needed_types = {column.type for name in wanted for column in tables[name].columns}
        for enum in enums.values():
            if enum.type in needed_types:
                self.session.run(enum.statement())
        if "vector" in needed_types:
            self._assume('type "vector" does not exist')
        keys = referred_columns(sources)
        sizes = Counter(size for source in sources for size in _DIMENSIONS.findall(source.text[:_LARGE]))
        vector = f"vector({sizes.most_common(1)[0][0]})" if sizes else "text"
        for name in wanted:
            statements = tables[name].statements(unique=keys.get(name, ()), vector=vector)
            if all(self.session.run(statement).succeeded for statement in statements):
                self.filled_in.append(tables[name])
        return tuple(f"{table.schema}.{table.name}" for table in self.filled_in)

    def _assume(self, message: str) -> bool:
        """Switch on the extension whose absence a message shows; False when there is none, or it is on and did not help."""
        name = extension_behind(message)
        if name is None or name in self.assumed or name in self.stand_ins:
            return False
        self.assumed.add(name)
        home = (
            " SCHEMA extensions"
            if self.session.fetch("SELECT to_regnamespace('extensions') IS NOT NULL")[:1] == [(True,)]
            else ""
        )
        stand_in = rewrite(f'CREATE EXTENSION IF NOT EXISTS "{name}"{home}')
        if stand_in is None or not self.session.run(stand_in.sql).succeeded:
            return False
        if stand_in.replaced:
            self.stand_ins.add(name)
        return True

    def _retry(self) -> None:
        """Try again what failed for want of something, as long as that helps."""
        for _ in range(_PASSES):
            waiting = [failed for failed in self.failed if self._may_try_again(failed)]
            if not waiting or not sum(self._try_again(failed) for failed in waiting):
                return

    def _may_try_again(self, failed: _Failed) -> bool:
        if failed.sqlstate not in STATES or time.monotonic() > self.deadline or self.session.lost > _MOST_LOST:
            return False
        if failed.head is not None and failed.head.action == "drop":
            return False
        keys = _keys(failed.head)
        tables = {key.partition(" ")[2].partition(": ")[0] for key in keys}
        if any(self.dropped.get(table, 0) > failed.number for table in tables):
            return False  # it was meant for a table that is gone
        # a statement without a head may be anything: a DO block that guards itself, or an UPDATE nobody needs
        return bool(keys) and all(self.last.get(key, 0) <= failed.number for key in keys)

    def _try_again(self, failed: _Failed) -> bool:
        self.session.start_afresh()
        if failed.search_path:
            self.session.restore(failed.search_path, failed.role)
            self.provenance.follow_search_path()
        before = len(self.failed)
        helped = self._run(failed.number, failed.file, failed.fragment, failed.head)
        del self.failed[before:]  # it keeps the reason it had first
        if helped:
            self.failed.remove(failed)
            self.applied += 1
            self.retried += 1
        return helped

    @staticmethod
    def _skipped(failed: _Failed) -> Skipped:
        text = " ".join(failed.fragment.text[: _TEXT * 4].split())[:_TEXT]
        return Skipped(
            file=failed.file, line=failed.fragment.line, reason=failed.message, statement=text, sqlstate=failed.sqlstate
        )


def _keys(head: Head | None) -> tuple[str, ...]:
    """What a statement decides, as keys; a table that is dropped takes its policies with it only in ``Provenance``."""
    return () if head is None else (str(head.subject), *map(str, head.also))


def _would_make(head: Head | None) -> str | None:
    makes = head is not None and head.action == "create" and head.subject.kind in {"table", "view", "matview"}
    return head.subject.name if head is not None and makes else None


def _history(file: str) -> str:
    """The folder whose files follow each other: a Prisma migration is a folder of its own within it."""
    folder = file.rpartition("/")[0]
    return folder.rpartition("/")[0] if file.endswith("/migration.sql") else folder
