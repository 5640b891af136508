"""What a policy or function reads before it decides: the tables whose rows are authority.

``pg_depend`` knows what a policy names itself; what its helper functions read is found by scanning their bodies,
through functions that call functions and views that read views. The set may be too large (a table named in dead code),
never knowingly too small: it chooses what is tried, it proves nothing. Dynamic SQL built from pieces is not seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.names import Name


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.domain.catalog import Function, PolicyRow, View


# Possessive throughout, so that no body, however odd, takes more than one pass.
_IDENT: Final = r'(?:(?<!")"(?=[^"]|"")[^"]*(?:""[^"]*)*"|(?<![\w$])[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)'
_NAME: Final = rf"{_IDENT}(?:\s*\.\s*{_IDENT})?"
_ITEM: Final = rf"{_NAME}(?:\s+(?:as\s+)?{_IDENT})?"
_COMMENT: Final = re.compile(r"--[^\n]*|/\*(?:.*?\*/|.*\Z)", re.DOTALL)
_QUALIFIED: Final = re.compile(rf"({_IDENT})\s*\.\s*({_IDENT})(\s*\()?")
_AFTER_KEYWORD: Final = re.compile(
    rf"\b(?:from|join|update|into|table|using|only)\s+(?:only\s+|lateral\s+)?({_ITEM}(?:\s*,\s*{_ITEM})*)",
    re.IGNORECASE,
)
_CALL: Final = re.compile(rf"({_IDENT})\s*\(")
_SETTING: Final = re.compile(r"current_setting\s*\(\s*'([^']+)'", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one text names."""

    relations: frozenset[Name]
    functions: frozenset[tuple[str, str]]
    """Schema and name: overloads are not told apart."""
    settings: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Depend:
    """What ``pg_depend`` says of one policy."""

    policy: PolicyRow
    relations: tuple[Name, ...]
    functions: tuple[tuple[str, str], ...]


class Reader:
    """Follows policies and functions to the relations they read; every text is scanned once."""

    def __init__(
        self,
        *,
        relations: Iterable[Name],
        views: Mapping[Name, View],
        functions: Iterable[Function],
        search_path: Sequence[str],
    ) -> None:
        """Scan all function bodies, then close over calls.

        Args:
            relations: every table and view that may be meant.
            views: to expand a view to what it reads.
            functions: every function with a body, also those of platform schemas.
            search_path: where a name without a schema is looked up.
        """
        self._relations = frozenset(relations)
        self._views = views
        self._path = tuple(search_path)
        self._overloads: dict[tuple[str, str], list[Function]] = defaultdict(list)
        for function in functions:
            self._overloads[function.name.schema, function.name.name].append(function)
        self._scans = {key: self._scan_group(group) for key, group in self._overloads.items()}

    def policy(self, depend: Depend) -> tuple[Name, ...]:
        """Relations a policy reads, sorted; its own table only if a sub-select names it."""
        scan = self._policy_scan(depend)
        return self._expand(scan.relations | self._reached(scan.functions).relations)

    def function(self, function: Function) -> tuple[Name, ...]:
        """Relations a function reads or writes, through what it calls, sorted."""
        return self._expand(self._reached({(function.name.schema, function.name.name)}).relations)

    def settings(self, depend: Depend) -> frozenset[str]:
        """Names given to ``current_setting`` by a policy or by what it calls."""
        scan = self._policy_scan(depend)
        return scan.settings | self._reached(scan.functions).settings

    def _policy_scan(self, depend: Depend) -> Scan:
        text = f"{depend.policy.using or ''} ; {depend.policy.check or ''}"
        scan = self.scan(text, self._path)
        own = {depend.policy.table} & scan.relations
        relations = (frozenset(depend.relations) & self._relations) - {depend.policy.table} | own | scan.relations
        return Scan(relations, scan.functions | frozenset(depend.functions), scan.settings)

    def _scan_group(self, group: Sequence[Function]) -> Scan:
        scans = [self.scan(function.body, self._path_of(function)) for function in group]
        return Scan(
            frozenset().union(*(scan.relations for scan in scans)),
            frozenset().union(*(scan.functions for scan in scans)),
            frozenset().union(*(scan.settings for scan in scans)),
        )

    def _path_of(self, function: Function) -> tuple[str, ...]:
        """The function's own path; a body under an empty path that still names things bare would fail, so fall back."""
        if not function.search_path:
            return self._path
        pinned = tuple(_unquote(part.strip().strip("'")) for part in function.search_path.split(","))
        return tuple(schema for schema in pinned if schema) or self._path

    def scan(self, text: str, path: Sequence[str]) -> Scan:
        """Relations, functions and settings that a text names; string literals count, comments do not."""
        text = _COMMENT.sub(" ", text)
        relations: set[Name] = set()
        calls: set[tuple[str, str]] = set()
        for schema, name, call in _QUALIFIED.findall(text):
            found = (_unquote(schema), _unquote(name))
            if call:
                calls.add(found)
            elif Name(*found) in self._relations:
                relations.add(Name(*found))
        for match in _AFTER_KEYWORD.finditer(text):
            relations |= self._bare(match[1], path)
        for name in _CALL.findall(text):
            calls |= {(schema, _unquote(name)) for schema in path if (schema, _unquote(name)) in self._overloads}
        known = frozenset(call for call in calls if call in self._overloads)
        return Scan(frozenset(relations), known, frozenset(_SETTING.findall(text)))

    def _bare(self, listed: str, path: Sequence[str]) -> set[Name]:
        found: set[Name] = set()
        for item in listed.split(","):
            parts = re.findall(_IDENT, item)
            if not parts or "." in item:
                continue
            match = next(
                (
                    Name(schema, _unquote(parts[0]))
                    for schema in path
                    if Name(schema, _unquote(parts[0])) in self._relations
                ),
                None,
            )
            if match:
                found.add(match)
        return found

    def _reached(self, start: Iterable[tuple[str, str]]) -> Scan:
        seen: set[tuple[str, str]] = set()
        waiting = list(start)
        relations: set[Name] = set()
        settings: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key in seen or key not in self._scans:
                continue
            seen.add(key)
            relations |= self._scans[key].relations
            settings |= self._scans[key].settings
            waiting += self._scans[key].functions
        return Scan(frozenset(relations), frozenset(seen), frozenset(settings))

    def _expand(self, relations: Iterable[Name]) -> tuple[Name, ...]:
        """Views together with everything beneath them."""
        found: set[Name] = set()
        waiting = list(relations)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._views[name].reads if name in self._views else ()
        return tuple(sorted(found))


def _unquote(identifier: str) -> str:
    """An identifier as the catalog stores it: folded to lower case unless quoted."""
    if identifier.startswith('"'):
        return identifier[1:-1].replace('""', '"')
    return identifier.lower()
