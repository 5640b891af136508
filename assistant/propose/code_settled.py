"""Entries whose handler is named and wrapped elsewhere, ``export default withAuth(handler)``, as if they stood at the handler itself: that is where their patches go."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query

_BODY: Final = re.compile(r"=>|\bfunction\b")
_CODE: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".cts")


def settled(entry: Entry, source: bytes) -> Entry:
    """The entry at its handler's function, and its queries seen from there; the entry itself where it is that function, or names several."""
    start, end = entry.at
    said = source[start:end].decode("utf-8", "replace")
    if not said or len(said) > 400 or _BODY.search(said) or not entry.place.file.endswith(_CODE):  # noqa: PLR2004 - a name in a wrapper
        return entry
    from codemods.tsx.handed import declared_functions

    found = declared_functions(source, entry.place.file, frozenset(re.findall(r"[A-Za-z_$][\w$]*", said)))
    if len(found) != 1:
        return entry
    name, at = found[0]
    queries = tuple(_from(query, name) for query in entry.queries)
    return replace(entry, at=at, queries=queries)


def _from(query: Query, name: str) -> Query:
    return replace(query, via=query.via[1:]) if query.via[:1] == (name,) else query
