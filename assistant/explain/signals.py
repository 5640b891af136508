"""What the hunks of a commit say about access, line by line: weak evidence for commits that nothing better speaks of.

Lines that were only moved cancel out: what counts is how many more of a kind were removed than added, or the other way round, over the
whole commit. No message and no size is looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.deploys import Lane, Reason


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.deploys.history import FileChange
    from assistant.domain.deploys import Commit


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of line."""

    kind: str
    """Kebab-case."""
    words: tuple[bytes, ...]
    """In lower case: without one of them in a file's changed lines the pattern is not tried, which is many times faster."""
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
        ".eq(|id:",
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
        "row level",
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
        r"(?:todo|fixme|hack|temp(?:orary|orarily)?|for now)\b.{0,60}(?:auth|rls|polic|permission|security|check)|bypass|skip.{0,12}auth",
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
_MORE: Final = 0.15
_MOST_MORE: Final = 5


class Signals:
    """Counts the lines of every commit while the history streams by; ``take`` is what ``read_history`` calls."""

    def __init__(self) -> None:
        """Nothing counted."""
        self._seen: dict[str, dict[str, list[tuple[bool, str, int]]]] = defaultdict(lambda: defaultdict(list))

    def take(self, commit: Commit, file: FileChange, bodies: list[list[bytes]]) -> None:
        """Look at the changed lines of one file."""
        text = b"\n".join([line for body in bodies for line in body]).lower()
        speaking = [
            signal for signal in SIGNALS if file.lane in signal.lanes and any(word in text for word in signal.words)
        ]
        if not speaking:
            return
        seen = self._seen[commit.sha]
        for hunk, body in zip(file.hunks, bodies, strict=True):
            old, new = hunk.old, hunk.new
            for line in body:
                added = line[:1] == b"+"
                if len(line) <= _LONGEST:
                    for signal in speaking:
                        if signal.pattern.search(line) is not None:
                            seen[signal.kind].append((added, file.path, new if added else old))
                if added:
                    new += 1
                elif line[:1] == b"-":
                    old += 1

    def reasons(self, commit: Commit, *, rehearsed: bool = False) -> tuple[Reason, ...]:
        """What the lines of a commit say, heaviest first; where the rules were ``rehearsed``, lines of SQL say nothing beside them."""
        found: list[Reason] = []
        for signal in SIGNALS:
            if rehearsed and signal.lanes == _OF_RULES:
                continue
            lines = self._seen.get(commit.sha, {}).get(signal.kind, [])
            speaking = [one for one in lines if one[0] is signal.added]
            surplus = 2 * len(speaking) - len(lines)
            if surplus <= 0:
                continue
            _, file, line = speaking[0]
            weight = signal.weight * (1 + _MORE * min(surplus - 1, _MOST_MORE))
            found.append(Reason(kind=signal.kind, says=signal.says, file=file, line=line, weight=round(weight, 2)))
        return tuple(sorted(found, key=lambda reason: -reason.weight))


def new_doors(files: Mapping[str, FileChange]) -> tuple[Reason, ...]:
    """New files that can be called from outside."""
    doors = sorted(path for path, file in files.items() if file.status == "added" and _DOOR.search(path))
    if not doors:
        return ()
    weight = 0.5 * (1 + _MORE * min(len(doors) - 1, _MOST_MORE))
    more = f" and {len(doors) - 1} more" if len(doors) > 1 else ""
    return (Reason(kind="new-door", says=f"a new way in{more}", file=doors[0], line=1, weight=round(weight, 2)),)
