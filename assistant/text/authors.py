"""The people who made commits, taken out of text that is kept or exported: names, addresses and logins become keyed pseudonyms.

A subject line is written by hand and may name its author, a branch or a reviewer; what looks like one of the people of the window goes.
Too much may go, never too little: a word that is somebody's name is replaced wherever it stands, a short one where it is written like a name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.deploys import Commit

KIND: Final = "author"
_SHORT: Final = 3
"""Letters up to which a part of a name is only meant where its capital stands: Al, Ada, Kim."""
_NOREPLY: Final = re.compile(r"(?:\d+\+)?(?P<login>[^@]+)@users\.noreply\.[^@]+", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    # a pull request's fork, a pulled repository's owner, a mention; a scope such as @supabase/ssr is none
    r"(?<=\bfrom )(?P<fork>[\w.-]+)(?=/)|(?<=github\.com[:/])(?P<owner>[\w.-]+)(?=/)|(?<![\w/.])@(?P<login>[A-Za-z0-9][\w-]{1,38})(?![\w/-])"
)


class Unnamed:
    """Knows the people of some commits, and writes about them without naming them."""

    def __init__(self, commits: Iterable[Commit], pseudonym: Callable[[str, str], str]) -> None:
        """Args: commits: whose authors are taken out; pseudonym: of a kind and a value, the same for the same."""
        self._pseudonym = pseudonym
        self._known: dict[str, str] = {}
        short: set[str] = set()
        for name, email in sorted({(commit.author, commit.email) for commit in commits}):
            shown = self.who(name, email)
            for word in _words(name, email):
                if len(word) > _SHORT:
                    self._known.setdefault(word.casefold(), shown)
                elif word[:1].isupper():
                    self._known.setdefault(word.casefold(), shown)
                    short.add(word)
        self._any_case = _pattern((word for word in self._known if len(word) > _SHORT), re.IGNORECASE)
        self._as_written = _pattern(short)

    def who(self, name: str, email: str) -> str:
        """``[author:3f9a1c20]`` for the person, the same in the whole incident."""
        return self._pseudonym(KIND, (email or name).strip().casefold())

    def by(self, commit: Commit) -> str:
        """The pseudonym of a commit's author."""
        return self.who(commit.author, commit.email)

    def text(self, text: str) -> str:
        """The text without the people."""
        for pattern in (self._any_case, self._as_written):
            if pattern is not None:
                text = pattern.sub(lambda match: self._known[match[0].casefold()], text)
        return _ELSEWHERE.sub(lambda match: self._pseudonym(KIND, match[0].lstrip("@").casefold()), text)


def _pattern(words: Iterable[str], flags: int = 0) -> re.Pattern[str] | None:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    if not longest_first:
        return None
    return re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![^\W_])", flags)


def _words(name: str, email: str) -> list[str]:
    """Everything by which a person may be called: whole things, and parts of two letters and more."""
    local = email.partition("@")[0]
    noreply = _NOREPLY.fullmatch(email)
    login = noreply["login"] if noreply else local
    parts = [part for part in re.split(r"[\s._+-]+", f"{name} {login}") if len(part) > 1]
    return [word for word in (name.strip(), email.strip(), local, login, *parts) if len(word) > 1]
