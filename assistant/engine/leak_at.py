"""Which leak of the database a bisect looks for, and whether it is there at a commit: by replaying and attacking it (for the code, see ``code_at``).

A leak of the database is known by what was done: object, verb and actor, and the form of the attack. An attack that succeeds counts as
there even where the operator would be asked whether it is meant, because the question here is since when. Functions are compared without
their arguments: another argument does not make another leak.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.attack.triage import ASKED, INBOX, REPEATS, SHARED
from assistant.collect.files import says_something
from assistant.domain.errors import UsageError
from assistant.domain.matrix import Verdict
from assistant.engine.bisect import Answer, Presence
from assistant.engine.leaks import worst_first


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell, Matrix
    from assistant.domain.replay import Skipped
    from assistant.engine.at_commit import Proven, Replays

    Key = tuple[str, str, str, str, str]

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_HARMLESS = re.compile(
    r"(?:insert(?!\s+into\s+\"?storage)|update|delete|select|copy|truncate|create\s+(?:unique\s+)?index|comment)\b"
)
"""Rows and indexes open nothing."""
_ANYTHING = re.compile(r"\A(?:do|call|begin|set|revoke|grant)\b|\ball\s+(?:tables|functions|routines)\b")
_SUCCEEDED = (ASKED, INBOX, SHARED, REPEATS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What is looked for."""

    id: str
    """As it was asked for, or ``object/verb/actor`` of the worst."""
    says: str
    """One sentence."""
    keys: frozenset[Key] = frozenset()
    """Attacks of which one has to succeed; empty when it is known by its finding alone."""
    finding: Finding | None = None
    """The finding behind it at the bad commit: why it is open there; None when no finding names it."""
    by_finding: bool = False
    """It was asked for by its finding, not by an attack."""

    @property
    def objects(self) -> frozenset[str]:
        """What has to be attacked to see it, without arguments of functions."""
        names = {key[0] for key in self.keys}
        if self.finding is not None:
            names.add(_object_of(self.finding))
        return frozenset(names)

    def may_turn_on(self, left: Skipped) -> bool:
        """True when a statement that failed may decide about it: it names one of the objects, or does not say what it changes."""
        said = left.statement.lower()
        if _HARMLESS.match(said):
            return False
        through = {key[1].partition("/")[2] for key in self.keys}
        bare = {name.rpartition(".")[2].lower() for name in (*self.objects, *through)} - {""}
        return _ANYTHING.search(said) is not None or any(re.search(rf"\b{re.escape(one)}\b", said) for one in bare)


def leak_of(proven: Proven, asked: str | None) -> Leak:
    """The leak that is meant, as it is at the bad commit.

    Args:
        proven: the bad commit.
        asked: a fingerprint, ``object/verb/actor``, an object; None for the worst.

    Raises:
        UsageError: there is none.
    """
    matrix, findings = proven.matrix, proven.findings
    if asked is None:
        leaks = worst_first(matrix.of(Verdict.LEAKS))
        if not leaks:
            raise UsageError(
                "nothing leaks at the bad commit.", "Give another --bad, or a --leak that `stanch scan` lists."
            )
        asked = _id(leaks[0])
    if _FINGERPRINT.fullmatch(asked):
        found = next((one for one in findings if one.fingerprint == asked), None)
        if found is None:
            raise no_finding(asked)
        return _by_finding(matrix, found)
    parts = asked.rsplit("/", 2)
    wanted = (parts[0], parts[1], parts[2]) if len(parts) == 3 else (asked, "", "")  # noqa: PLR2004 - object, verb, actor
    return _by_attack(proven, wanted, asked)


def is_fingerprint(asked: str | None) -> bool:
    """True for what names a finding, of the database or of the code."""
    return asked is not None and _FINGERPRINT.fullmatch(asked) is not None


def no_finding(asked: str) -> UsageError:
    """The finding that was asked for is not there."""
    return UsageError(f"there is no finding {asked} at the bad commit.", "`stanch scan --json` lists the fingerprints.")


def succeeded(cell: Cell) -> bool:
    """True when the attack got through, whether it is called a leak or asked about."""
    return cell.verdict is Verdict.LEAKS or (
        cell.verdict is not Verdict.LOCKED_OUT and cell.reason.startswith(_SUCCEEDED)
    )


def key_of(cell: Cell) -> Key:
    """The identity of an attack across commits."""
    name, kind, verb, actor, variant = cell.key
    return (name.partition("(")[0], kind, verb, actor, variant)


class InDatabase:
    """Asks by replaying and attacking: does the attack succeed, or (``by_cause``) is the same rule broken on the same object?"""

    def __init__(
        self,
        replays: Replays,
        leak: Leak,
        remembered: Mapping[str, Answer] | None = None,
        *,
        by_cause: bool = False,
    ) -> None:
        """``remembered``: answers of an earlier run by the key of the rules."""
        self._replays, self._leak, self._by_cause = replays, leak, by_cause or not leak.keys
        self.remembered = dict(remembered or {})
        """Answers by the key of the rules; grows."""
        self.on_answer: Callable[[], None] = lambda: None
        """Called after each new answer."""

    def counts(self, path: str) -> bool:
        """SQL, and what decides in which order or for whom it is replayed."""
        return says_something(path)

    def ask(self, commit: str) -> Answer:
        """The answer at a commit."""
        key, _ = self._replays.read(commit)
        if key not in self.remembered:
            self.remembered[key] = self._asked(commit)
            self.on_answer()
        return self.remembered[key]

    def _asked(self, commit: str) -> Answer:
        proven = self._replays.proven(commit, self._leak.objects)
        if proven is None:
            return Answer(presence=Presence.ABSENT)  # nothing is there that could leak
        failures = frozenset(
            f"{left.statement} ({left.reason})" for left in proven.rules.replay.skipped if self._leak.may_turn_on(left)
        )
        if self._by_cause:
            there = any(same_cause(one, self._leak.finding) for one in proven.findings)
            return Answer(presence=Presence.PRESENT if there else Presence.ABSENT, failures=failures)
        cells = [cell for cell in proven.matrix.cells if key_of(cell) in self._leak.keys]
        if any(succeeded(cell) for cell in cells):
            return Answer(presence=Presence.PRESENT, failures=failures)
        if cells and all(cell.verdict is Verdict.UNKNOWN for cell in cells):
            why = f"the attack could not be tried: {cells[0].reason}"
            return Answer(presence=Presence.UNTESTED, why=why, failures=failures)
        return Answer(presence=Presence.ABSENT, failures=failures)


def same_cause(one: Finding, other: Finding | None) -> bool:
    """True when both say that the same rule is broken on the same object, whatever its policies are called."""
    return other is not None and one.rule == other.rule and _object_of(one) == _object_of(other)


def _by_attack(proven: Proven, wanted: tuple[str, str, str], asked: str) -> Leak:
    name, verb, actor = wanted
    cells = worst_first(
        cell
        for cell in proven.matrix.cells
        if succeeded(cell)
        and name in _names(cell)
        and verb in {"", cell.verb.value}
        and actor in {"", cell.actor.value}
    )
    if not cells:
        raise UsageError(
            f"the leak {asked!r} is not there at the bad commit.",
            "`stanch scan --json` lists fingerprints, `stanch prove --json` object, verb and actor of each leak.",
        )
    return Leak(
        id=asked,
        says=cells[0].reason or asked,
        keys=frozenset(map(key_of, cells)),
        finding=next((one for cell in cells for one in proven.findings if cell.key in one.cells), None),
    )


def _by_finding(matrix: Matrix, finding: Finding) -> Leak:
    behind = {cell.key: cell for cell in matrix.cells}
    cells = [behind[key] for key in finding.cells if key in behind and succeeded(behind[key])]
    return Leak(
        id=finding.fingerprint,
        says=finding.title,
        keys=frozenset(map(key_of, cells)),
        finding=finding,
        by_finding=True,
    )


def _object_of(finding: Finding) -> str:
    """Table, view, function or bucket: a policy and a column by the table they belong to."""
    name = finding.subject.name.partition(": ")[0].partition("(")[0]
    return name.rpartition(".")[0] if finding.subject.kind == "column" else name


def _names(cell: Cell) -> set[str]:
    """How people call the object: with and without its schema and arguments; a bucket by its id."""
    called = {cell.object, cell.object.partition("(")[0]}
    if cell.kind == "bucket":
        called.add(cell.variant.partition("/")[0])
    return called | {name.removeprefix("public.") for name in called}


def _id(cell: Cell) -> str:
    name = cell.variant.partition("/")[0] if cell.kind == "bucket" else cell.object
    return f"{name}/{cell.verb.value}/{cell.actor.value}"
