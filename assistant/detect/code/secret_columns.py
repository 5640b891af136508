"""Secret columns by what the code itself says: a table into which somewhere a ``passwordHash`` is written has one everywhere."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import ClientKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.domain.code import CodeMap, Entry, Query


_SECRET_DOCUMENTS: Final = words.named(
    "credential credentials secret secrets tokens auth_tokens oauth_tokens api_keys private_config auth_config connection_config"
)
"""Columns of JSON that hold what lets somebody in at another service."""


def named_secrets(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """Table, by the one spelling of its name, to columns that nobody ever needs in a browser and that some query names."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in entries:
        for query in entry.queries:
            if _is_elsewhere(query):
                continue
            named = [part.column for part in query.filters] + [each.column for each in query.written]
            for column in (*named, *(query.columns or ())):
                if "." not in column and not column.startswith("-") and _is_grave(query.table, column):
                    found[words.table_key(query.table)][column] = None
        _read(entry, found)
    return {table: tuple(columns) for table, columns in found.items() if table}


def _is_elsewhere(query: Query) -> bool:
    """An account at a provider, or of the platform's own sign-in, is no row of the application's table of that name."""
    return query.client is ClientKind.PROVIDER or query.table.startswith("auth.")


def _is_grave(table: str, column: str) -> bool:
    """A bare ``password`` is the one that signs somebody in, where each row is somebody."""
    return words.is_grave(column) or (words.table_key(table) in _PERSONS and words.snake(column) in _SIGNS_IN)


_PERSONS: Final = frozenset({"user", "account", "admin", "admin_user", "member", "staff", "employee", "customer"})
_SIGNS_IN: Final = frozenset({"password", "passwd", "pwd"})


def _read(entry: Entry, found: dict[str, dict[str, None]]) -> None:
    """``server.sshKey.privateKey`` that goes to another service."""
    queries = {query.id: query for query in entry.queries}
    origins = {origin for act in entry.acts for part in act.parts for origin in part.origins}
    for origin in sorted(origins):  # what is said of them must not depend on a hash
        relation, _, column = origin.path.lstrip("!").rpartition(".")
        if origin.kind is OriginKind.ROW and origin.row in queries and words.is_grave(column):
            table = relation.rpartition(".")[2]
            if not table.isdigit():
                found[words.table_key(table or queries[origin.row].table)][column] = None


class KnownSecrets:
    """Secret columns of a map, by what its queries name and what the ORM's schema says."""

    def __init__(self, map_: CodeMap) -> None:
        """Of all entries and models."""
        self._columns = dict(named_secrets(map_.entries))
        self._relations = {words.table_key(model.name): model.relations for model in map_.models}
        self._documents: dict[str, frozenset[str]] = {}
        for model in map_.models:
            key, grave = words.table_key(model.name), [one for one in model.columns if _is_grave(model.name, one)]
            documents = [one for one in model.documents if words.snake(one) in _SECRET_DOCUMENTS]
            self._documents[key] = frozenset(documents)
            if grave or documents:
                self._columns[key] = tuple(dict.fromkeys((*self._columns.get(key, ()), *grave, *documents)))

    def read_by(self, query: Query, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Secret columns that a query reads: those it asks for, or those that the catalog (``columns``), other queries or the schema know of a whole row."""
        named = [column for column in query.columns or () if not column.startswith("-") and ".-" not in column]
        left_out = {column.removeprefix("-").replace(".-", ".") for column in (query.columns or ()) if "-" in column}
        if query.columns is None or "*" in named:
            named += columns
        named += self._whole(query)
        kept = (one for one in named if not {one, one.rpartition(".")[2]} & left_out)
        return tuple(dict.fromkeys(one for one in kept if words.is_secret(one) or self._is_document(query.table, one)))

    def _is_document(self, table: str, column: str) -> bool:
        """JSON that holds what lets somebody in elsewhere, by the schema: ``integrations.credentials``."""
        relation, _, name = column.rpartition(".")
        at = self._leads_to(table, relation) if relation else words.table_key(table)
        return name in self._documents.get(at, ())

    def _whole(self, query: Query) -> tuple[str, ...]:
        """What it reads of its own rows when it asks for all columns, and of rows that come along whole."""
        found: list[str] = []
        if query.columns is None or "*" in query.columns:
            found += self._columns.get(words.table_key(query.table), ())
        for column in query.columns or ():
            relation = column.removesuffix(".*")
            if relation != column or self._is_relation(query.table, column):
                found += (f"{relation}.{name}" for name in self._columns.get(self._leads_to(query.table, relation), ()))
        return tuple(found)

    def _is_relation(self, table: str, column: str) -> bool:
        """``select: { author: true }``: by the schema a row, of which everything comes along."""
        before, _, name = column.rpartition(".")
        at = self._leads_to(table, before) if before else words.table_key(table)
        return name in self._relations.get(at, {})

    def _leads_to(self, table: str, path: str) -> str:
        """The table behind ``author`` or ``team.members``: by the schema, or by its name where the schema does not say."""
        at = words.table_key(table)
        for part in path.split("."):
            at = words.table_key(self._relations.get(at, {}).get(part, part))
        return at
