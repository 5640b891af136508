"""What the hunks of a commit say about access, line by line: weak evidence for commits that nothing better speaks of.

Lines that were only moved cancel out: what counts is how many more of a kind were removed than added, or the other way round, over the
whole commit. No message and no size is looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate, chain
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from assistant.domain.deploys import Lane, Reason


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.collect.deploys.history import FileChange, Hunk
    from assistant.domain.deploys import Commit


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of line."""

    kind: str
    """Kebab-case."""
    words: tuple[bytes, ...]
    """In lower case: a line that holds none of them is not tried, which is many times faster; every line that fits has to hold one."""
    pattern: re.Pattern[bytes]
    """Searched in the changed line."""
    added: bool
    """True when lines that were added speak, False when removed ones do."""
    lanes: frozenset[Lane]
    """Where it speaks."""
    weight: float
    """For the first surplus line of a commit; more of them add little."""
    says: str
    """One clause after the file and line."""


def _signal(
    kind: str, words: str, pattern: str, says: str, weight: float, *, lanes: tuple[Lane, ...], added: bool = True
) -> Signal:
    return Signal(
        kind=kind,
        words=tuple(word.encode() for word in words.split("|")),
        pattern=re.compile(pattern.encode(), re.IGNORECASE),
        added=added,
        lanes=frozenset(lanes),
        weight=weight,
        says=says,
    )


_CODE: Final = (Lane.CODE,)
_SQL: Final = (Lane.MIGRATIONS,)
_SETTINGS: Final = (Lane.CONFIGURATION, Lane.CODE)
_GUARDING: Final = r"(?:auth|log-?in\b|sign-?in\b|session|\brls\b|row.level|polic|permission|security|guard|(?:access|role|admin|owner)\w*.{0,12}check)"
SIGNALS: Final = (
    _signal(
        "check-removed",
        "getserversession|getuser(|getclaims(|require|currentuser(|protectedprocedure|verifysession|nauthori|forbidden|status: 40|status:40|auth()|haspermission|isadmin|assert",
        r"getServerSession|getUser\(|getClaims\(|require(?:User|Auth|Session|Admin|Role)|currentUser\(|protectedProcedure|verifySession"
        r"|unauthori[sz]ed|forbidden|status: ?40[13]|\bauth\(\)|hasPermission|isAdmin|assert\w*(?:Access|Owner|Member)",
        "a line that asks who is calling was removed",
        1.2,
        added=False,
        lanes=_CODE,
    ),
    _signal(
        "owner-filter-removed",
        ".eq(|id:|id :|id\t:",
        r"\.eq\(\s*['\"](?:user|owner|author|team|org|organization|tenant|workspace|account)_?id"
        r"|(?:user|owner|team|org|workspace|tenant)Id\s*:\s*(?:session|user|ctx|auth|team|workspace)",
        "a condition that ties rows to the caller was removed",
        1.5,
        added=False,
        lanes=_CODE,
    ),
    _signal(
        "policy-true",
        "using|check",
        r"\b(?:using|with check)\s*\(\s*(?:\(\s*)?true\b",
        "a policy lets everybody through",
        3.0,
        lanes=_SQL,
    ),
    _signal(
        "rls-disabled",
        "disable",
        r"disable\s+row\s+level\s+security",
        "row-level security is switched off",
        4.0,
        lanes=_SQL,
    ),
    _signal(
        "grant-to-everyone",
        "grant",
        r"\bgrant\b.*\bto\b.*\b(?:anon|public|authenticated)\b",
        "rights are granted to everybody",
        1.5,
        lanes=_SQL,
    ),
    _signal(
        "definer-function", "definer", r"security\s+definer", "a function runs with its owner's rights", 1.0, lanes=_SQL
    ),
    _signal("policy-dropped", "policy", r"drop\s+policy", "a policy is dropped", 0.7, lanes=_SQL),
    _signal(
        "service-role",
        "service_role|servicerole|supabaseadmin|createadminclient|service_key",
        r"service_?role|supabaseAdmin|createAdminClient|SERVICE_KEY",
        "the service role is used",
        0.8,
        lanes=_CODE,
    ),
    _signal(
        "cache-widened",
        "force-static|s-maxage|cache-control|unstable_cache|use cache|revalidate",
        r"force-static|s-maxage|cache-control.{0,20}public|unstable_cache|['\"]use cache|revalidate\s*=\s*[1-9]",
        "an answer is cached",
        0.6,
        lanes=_SETTINGS,
    ),
    _signal(
        "any-origin",
        "access-control-allow-origin",
        r"access-control-allow-origin.{0,6}\*",
        "every origin may read the answer",
        0.8,
        lanes=_SETTINGS,
    ),
    _signal(
        "signature-removed",
        "constructevent|verifysignature|timingsafeequal|createhmac|svix",
        r"constructEvent|verifySignature|timingSafeEqual|createHmac|svix",
        "a signature is checked no more",
        2.0,
        added=False,
        lanes=_CODE,
    ),
    _signal(
        "public-secret",
        "next_public_",
        r"NEXT_PUBLIC_\w*(?:SECRET|SERVICE|PRIVATE|PASSWORD)",
        "a secret is named so that browsers get it",
        3.0,
        lanes=_SETTINGS,
    ),
    _signal(
        "bypass",
        "todo|fixme|hack|temp|for now|bypass|skip",
        rf"(?:todo|fixme|hack|temp(?:orary|orarily)?|for now)\b.{{0,60}}{_GUARDING}|bypass.{{0,30}}{_GUARDING}|{_GUARDING}.{{0,20}}bypass|skip.{{0,12}}auth",
        "a check is said to be left out for now",
        1.0,
        lanes=(*_SETTINGS, Lane.MIGRATIONS),
    ),
    _signal(
        "auth-library-changed",
        'next-auth|@auth/|@clerk|@supabase|better-auth|"next"|iron-session|lucia|passport',
        r"\"(?:next-auth|@auth/[\w-]+|@clerk/[\w-]+|@supabase/[\w-]+|better-auth|next|iron-session|lucia|passport)\"\s*:",
        "a library that guards the application was added or got another version",
        0.3,
        lanes=(Lane.DEPENDENCIES,),
    ),
    _signal(
        "id-from-request",
        "searchparams|params.|body.|.json(",
        r"searchParams\.get\(\s*['\"]\w*id|params\.\w*id\b|body\.\w*id\b|await\s+(?:req|request)\.json\(",
        "an id is taken from the request",
        0.25,
        lanes=_CODE,
    ),
)
_OF_RULES: Final = frozenset(_SQL)
_LONGEST: Final = 2_000
"""Longer lines are generated."""
_DOOR: Final = re.compile(
    r"(?:^|/)(?:app/.*/?route\.[cm]?[jt]sx?|pages/api/.*\.[cm]?[jt]sx?|actions?(?:/.*)?\.[cm]?[jt]sx?|supabase/functions/[^/]+/index\.ts)\Z|/actions/|/routers?/|/procedures?/"
)
_BATCH: Final = 20_000
"""Lines that wait for being searched together."""
_MORE: Final = 0.15
_MOST_MORE: Final = 5


@dataclass(slots=True)
class _Batch:
    """Changed lines of one lane, of many files: words are looked for in all of them at once."""

    bodies: list[list[bytes]] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)
    """One for each of the bodies."""
    firsts: list[int] = field(default_factory=list)
    """Index of the first hunk of each file."""
    files: list[tuple[int, str, str]] = field(default_factory=list)
    """Its number, commit and path."""


class Signals:
    """Counts the lines of every commit while the history streams by; ``take`` is what ``read_history`` calls."""

    def __init__(self) -> None:
        """Nothing counted."""
        self._seen: dict[str, dict[str, list[tuple[int, bool, str, int]]]] = defaultdict(lambda: defaultdict(list))
        self._batches: dict[Lane, _Batch] = {}
        self._files = self._waiting = 0

    def take(self, commit: Commit, file: FileChange, bodies: list[list[bytes]]) -> None:
        """Look at the changed lines of one file, soon."""
        batch = self._batches.get(file.lane)
        if batch is None:
            batch = self._batches[file.lane] = _Batch()
        batch.firsts.append(len(batch.bodies))
        batch.files.append((self._files, commit.sha, file.path))
        batch.bodies += bodies
        batch.hunks += file.hunks
        self._files += 1
        self._waiting += sum(map(len, bodies))
        if self._waiting > _BATCH:
            self._look()

    def _look(self) -> None:
        """Look at what was taken since the last time."""
        for lane, batch in self._batches.items():
            self._search(batch, [signal for signal in SIGNALS if lane in signal.lanes])
        self._batches.clear()
        self._waiting = 0

    def _search(self, batch: _Batch, signals: list[Signal]) -> None:
        """Try each pattern on the lines that hold one of its words."""
        lines = list(chain.from_iterable(batch.bodies))
        text = b"\n".join(lines).lower()
        ends = list(accumulate(map(len, lines), lambda end, length: end + length + 1, initial=0))[1:]
        firsts = list(accumulate(map(len, batch.bodies), initial=0))
        for signal in signals:
            here = at = old = new = -1
            for row in sorted(set().union(*(_rows(text, ends, word) for word in signal.words))):
                if len(lines[row]) > _LONGEST or signal.pattern.search(lines[row]) is None:
                    continue
                number = bisect_right(firsts, row) - 1
                if number != here:
                    here, at, old, new = number, firsts[number], batch.hunks[number].old, batch.hunks[number].new
                for line in lines[at:row]:
                    new += line[:1] == b"+"
                    old += line[:1] == b"-"
                at, added = row, lines[row][:1] == b"+"
                file, sha, path = batch.files[bisect_right(batch.firsts, number) - 1]
                self._seen[sha][signal.kind].append((file, added, path, new if added else old))

    def reasons(self, commit: Commit, *, rehearsed: bool = False) -> tuple[Reason, ...]:
        """What the lines of a commit say, heaviest first; where the rules were ``rehearsed``, lines of SQL say nothing beside them."""
        self._look()
        found: list[Reason] = []
        for signal in SIGNALS:
            if rehearsed and signal.lanes == _OF_RULES:
                continue
            lines = self._seen.get(commit.sha, {}).get(signal.kind, [])
            speaking = sorted((one for one in lines if one[1] is signal.added), key=itemgetter(0))
            surplus = 2 * len(speaking) - len(lines)
            if surplus <= 0:
                continue
            _, _, file, line = speaking[0]
            weight = signal.weight * (1 + _MORE * min(surplus - 1, _MOST_MORE))
            found.append(Reason(kind=signal.kind, says=signal.says, file=file, line=line, weight=round(weight, 2)))
        return tuple(sorted(found, key=lambda reason: -reason.weight))


def _rows(text: bytes, ends: list[int], word: bytes) -> Iterator[int]:
    """The lines that hold a word."""
    at = text.find(word)
    while at >= 0:
        row = bisect_right(ends, at)
        yield row
        at = text.find(word, ends[row])


def new_doors(files: Mapping[str, FileChange]) -> tuple[Reason, ...]:
    """New files that can be called from outside."""
    doors = sorted(path for path, file in files.items() if file.status == "added" and _DOOR.search(path))
    if not doors:
        return ()
    weight = 0.5 * (1 + _MORE * min(len(doors) - 1, _MOST_MORE))
    more = f" and {len(doors) - 1} more" if len(doors) > 1 else ""
    return (Reason(kind="new-door", says=f"a new way in{more}", file=doors[0], line=1, weight=round(weight, 2)),)
