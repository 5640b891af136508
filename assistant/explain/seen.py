"""What somebody saw, in their own words, held against what a commit opened.

Where several real leaks compete, the one that the report speaks of is likelier the one that was noticed. Words are compared and not
understood: names of tables, routes and folders are split, plurals are dropped, and what every report says (data, customer, saw) counts nothing.
"""

from __future__ import annotations

from typing import Final

from assistant.ownership.words import singulars


_SHORTEST: Final = 4
_SAID_ALWAYS: Final = frozenset(
    [
        "about",
        "access",
        "account",
        "after",
        "again",
        "anybody",
        "anyone",
        "app",
        "belong",
        "browser",
        "client",
        "company",
        "could",
        "customer",
        "data",
        "different",
        "error",
        "every",
        "everything",
        "first",
        "found",
        "from",
        "have",
        "history",
        "into",
        "internet",
        "leak",
        "list",
        "login",
        "member",
        "name",
        "open",
        "organization",
        "organisation",
        "other",
        "page",
        "people",
        "person",
        "private",
        "public",
        "read",
        "record",
        "report",
        "request",
        "response",
        "route",
        "screen",
        "seen",
        "show",
        "someone",
        "somebody",
        "their",
        "them",
        "then",
        "they",
        "this",
        "through",
        "user",
        "view",
        "visible",
        "were",
        "what",
        "when",
        "which",
        "with",
        "without",
        "wrong",
        "your",
        "another",
        "signed",
        "table",
        "api",
        "rows",
        "add",
        "change",
        "delete",
        "tenant",
        "workspace",
        "team",
    ]
)


def words_of(text: str) -> frozenset[str]:
    """The words that tell one report from another, in lower case and the singular; ``hire_messages`` has ``hire`` and ``message``."""
    return frozenset(part for part in singulars(text) if len(part) >= _SHORTEST and part not in _SAID_ALWAYS)


def speaks_of(seen: frozenset[str], *texts: str) -> bool:
    """True when a text names something that was seen."""
    return bool(seen) and any(seen & words_of(text) for text in texts)
