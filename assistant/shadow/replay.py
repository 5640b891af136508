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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.replay import NotRead, Replay, Skipped
from assistant.shadow.assumed import extension_behind
from assistant.shadow.fill import plan_fill
from assistant.shadow.missing import STATES, Failure, grouped
from assistant.shadow.provenance import Provenance
from assistant.shadow.session import Outcome, Session
from assistant.shadow.stand_ins import rewrite, without_operator_class
from assistant.shadow.watchdog import Watchdog
from assistant.sql.split import Fragment, split


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.domain.replay import Source
    from assistant.shadow.database import Shadow
    from assistant.shadow.fill import Fill
    from assistant.shadow.generated import GeneratedTable
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
        run = Run(total_seconds, on_progress)
        run.use(session)
        run.fill_in(plan_fill(sources, generated))
        run.play(sources)
        return run.finish(len(sources), not_read)


class Run:
    """One replay under way, a few files at a time."""

    def __init__(self, total_seconds: float = 300.0, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Nothing is run before ``use`` has given it a connection."""
        self.session: Session
        self.on_progress = on_progress or (lambda _done, _total: None)
        self.began = time.monotonic()
        self.deadline = self.began + total_seconds
        self.provenance = Provenance()
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
        self.left_out: list[NotRead] = []
        self.statements = self.applied = self.already_there = self.retried = 0

    def use(self, session: Session) -> None:
        """Go on with this connection."""
        self.session = session
        self.provenance.session = session

    def branch(self, on_progress: Callable[[int, int], None] | None, total_seconds: float) -> Run:
        """A second run that has come as far as this one, to go on in a copy of its database."""
        other = Run(total_seconds, on_progress)
        other.provenance = self.provenance.branch()
        other.failed = list(self.failed)
        other.last, other.dropped, other.seen = dict(self.last), dict(self.dropped), set(self.seen)
        other.stand_ins, other.assumed = set(self.stand_ins), set(self.assumed)
        other.filled_in, other.left_out = list(self.filled_in), list(self.left_out)
        other.statements, other.applied = self.statements, self.applied
        other.already_there, other.retried = self.already_there, self.retried
        return other

    def fill_in(self, fill: Fill) -> None:
        """Make the tables that the files use and never make."""
        for statement in fill.enums:
            self.session.run(statement)
        if fill.vector:
            self._assume('type "vector" does not exist')
        for table, statements in fill.tables:
            if all(self.session.run(statement).succeeded for statement in statements):
                self.filled_in.append(table)

    def play(self, sources: Sequence[Source]) -> None:
        """Run some more files."""
        files = [(source, list(self._fragments(source, self.left_out))) for source in sources]
        total = self.statements + sum(len(fragments) for _, fragments in files)
        for source, fragments in files:
            self._file(source, fragments, total)

    def finish(self, files: int, not_read: Sequence[NotRead]) -> Replay:
        """Try again what failed, and tell what came of everything."""
        self._retry()
        for table in self.filled_in:
            for statement in table.foreign_keys():
                self.session.run(statement)
        self.on_progress(self.statements, self.statements)
        return Replay(
            files=files,
            statements=self.statements,
            applied=self.applied,
            skipped=tuple(self._skipped(failed) for failed in self.failed[:_MOST_SKIPPED]),
            missing=grouped(Failure(one.sqlstate, one.message, _would_make(one.head)) for one in self.failed),
            not_read=(*not_read, *self.left_out),
            stand_ins=tuple(sorted(self.stand_ins)),
            filled_in=tuple(f"{table.schema}.{table.name}" for table in self.filled_in),
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
