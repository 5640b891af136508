"""Who hosts the database, read from the repository: its folders, its dependencies and the words of its policies."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from assistant.domain.catalog import PlatformKind
from assistant.domain.replay import NotRead, Source


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.files import Tree


_SUPABASE_WORDS: Final = re.compile(
    r"\bauth\.(?:uid|jwt|role|users)\b|\b(?:to|from)\s+(?:\w+\s*,\s*)*(?:anon|authenticated|service_role)\b|\bstorage\.(?:buckets|objects)\b",
    re.IGNORECASE,
)
_NEON_WORDS: Final = re.compile(r"\bauth\.(?:user_id|session)\s*\(|\bneon_\w+|\bpg_session_jwt\b", re.IGNORECASE)
_TEXT_SUBJECT: Final = re.compile(
    r"auth\.jwt\s*\(\s*\)\s*->>\s*'sub'\s*\)*(?!\s*\)*\s*::\s*uuid)|\brequesting_user_id\s*\(|\bclerk_user_id\b"
    r"|request\.jwt\.claims?[^;]{0,80}->>\s*'sub'\s*\)*(?!\s*\)*\s*::\s*uuid)|\bauth\.user_id\s*\(",
    re.IGNORECASE,
)
_UUID_SUBJECT: Final = re.compile(r"\bauth\.uid\s*\(", re.IGNORECASE)
_TYPES: Final = re.compile(r"\bTables\s*:\s*\{.*?\bRow\s*:\s*\{", re.DOTALL)
_LOOKED_AT: Final = 1024 * 1024
"""Characters of a file whose words are looked at: a longer one is rows."""
_TYPES_LARGEST: Final = 8 * 1024 * 1024


def dependencies(tree: Tree) -> frozenset[str]:
    """Names of everything the repository's package.json files depend on."""
    names: set[str] = set()
    for path in tree.matching(r"(?:^|/)package\.json\Z"):
        text = tree.text(path, largest=_TYPES_LARGEST)
        if isinstance(text, NotRead):
            continue
        try:
            package = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for section in ("dependencies", "devDependencies", "peerDependencies"):
            listed = package.get(section) if isinstance(package, dict) else None
            names.update(listed if isinstance(listed, dict) else ())
    return frozenset(names)


def platform_of(tree: Tree, needs: frozenset[str], sources: Iterable[Source]) -> PlatformKind:
    """The host: Supabase as soon as its client, its folder or its functions are there, because its API then serves ``public``."""
    texts = [source.text[:_LOOKED_AT] for source in sources]
    if any(name.startswith("@supabase/") for name in needs) or tree.matching(
        r"(?:^|/)supabase/(?:config\.toml|migrations/)"
    ):
        return PlatformKind.SUPABASE
    if any(_NEON_WORDS.search(text) for text in texts):
        return PlatformKind.NEON
    if any(_SUPABASE_WORDS.search(text) for text in texts):
        return PlatformKind.SUPABASE
    if any(name.startswith("@neondatabase/") and name != "@neondatabase/serverless" for name in needs):
        return PlatformKind.NEON
    return PlatformKind.PLAIN


def has_text_subject(needs: frozenset[str], sources: Iterable[Source]) -> bool:
    """True when policies compare the token's subject as text: with Clerk always when they do so anywhere, else when nothing uses auth.uid()."""
    texts = [source.text[:_LOOKED_AT] for source in sources]
    as_text = sum(len(_TEXT_SUBJECT.findall(text)) for text in texts)
    if not as_text:
        return False
    clerk = any(name.startswith("@clerk/") for name in needs)
    return clerk or as_text > sum(len(_UUID_SUBJECT.findall(text)) for text in texts)


def generated_types(tree: Tree) -> tuple[Source, ...]:
    """TypeScript files that were generated from the database."""
    found: list[Source] = []
    for path in tree.matching(r"\.ts\Z"):
        text = tree.text(path, largest=_TYPES_LARGEST)
        if isinstance(text, str) and _TYPES.search(text):
            found.append(Source(path=path, text=text))
    return tuple(found)
