"""Tables as the TypeScript generated from the live database describes them, for those that no migration makes.

The generated file knows names, nullability and a coarse type; it knows no key, no policy and no grant. What is made from it lets
the migrations that build on it replay; who may read it stays unknown and is reported so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.sql.names import ident, literal


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?)|(?P<word>[A-Za-z_$][\w$]*)|(?P<mark>.)""",
    re.DOTALL | re.VERBOSE,
)
_ENUM_PARTS: Final = 3
"""``Database["public"]["Enums"]["mood"]``."""
_MOST: Final = 8 * 1024 * 1024
_UUID_NAME: Final = re.compile(
    r"\A(?:id|uuid|uid|owner)\Z|_by\Z|(?:\A|_)(?:user|owner|profile|member|org|organi[sz]ation|team|workspace|tenant)_id\Z"
)
_ID_NAME: Final = re.compile(r"_(?:uu)?id\Z")
_TIME_NAME: Final = re.compile(r"(?:_at|_on|_until|timestamp|_time|_date|_starts?|_ends?|\Adate|\Acreated|\Aupdated)\Z")
_VECTOR_NAME: Final = re.compile(r"(?:\A|_)embeddings?\Z")
_FOREIGN_ID: Final = re.compile(r"stripe|paddle|clerk|external|customer_id|price_id|paypal|lemon", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GeneratedColumn:
    """A column as TypeScript sees it."""

    name: str
    """Column name."""
    type: str
    """Best PostgreSQL type for it."""
    nullable: bool
    """May be null."""


@dataclass(frozen=True, slots=True)
class GeneratedTable:
    """A table as TypeScript sees it."""

    schema: str
    """Schema."""
    name: str
    """Table name."""
    columns: tuple[GeneratedColumn, ...]
    """In the order of the file."""
    links: tuple[tuple[str, str, str], ...] = ()
    """Foreign keys of one column: column, referenced table, referenced column."""

    def foreign_keys(self) -> Iterator[str]:
        """SQL that adds its foreign keys, for when everything else is there."""
        for column, table, target in self.links:
            home = ident(self.schema)
            yield (
                f"ALTER TABLE {home}.{ident(self.name)} ADD FOREIGN KEY ({ident(column)}) REFERENCES {home}.{ident(table)} ({ident(target)})"
            )

    def statements(self, *, unique: Iterable[str] = (), vector: str = "text") -> Iterator[str]:
        """SQL that makes it: columns, a primary key on ``id``, unique keys; row-level security is left to whoever knows.

        Args:
            unique: columns that foreign keys of the migrations refer to.
            vector: the type of embeddings, whose dimensions TypeScript does not know.
        """
        parts = [
            f"{ident(column.name)} {vector if column.type == 'vector' else column.type}{'' if column.nullable else ' NOT NULL'}"
            for column in self.columns
        ]
        if any(column.name == "id" for column in self.columns):
            parts.append("PRIMARY KEY (id)")
        names = {column.name for column in self.columns} - {"id"}
        parts += [f"UNIQUE ({ident(column)})" for column in sorted(names.intersection(unique))]
        if self.schema != "public":
            yield f"CREATE SCHEMA IF NOT EXISTS {ident(self.schema)}"
        yield f"CREATE TABLE IF NOT EXISTS {ident(self.schema)}.{ident(self.name)} ({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class GeneratedEnum:
    """An enum as TypeScript sees it."""

    schema: str
    """Schema."""
    name: str
    """Type name."""
    labels: tuple[str, ...]
    """Labels in the order of the file."""

    @property
    def type(self) -> str:
        """Its name as SQL."""
        return f"{ident(self.schema)}.{ident(self.name)}"

    def statement(self) -> str:
        """SQL that makes it."""
        return f"CREATE TYPE {self.type} AS ENUM ({', '.join(literal(label) for label in self.labels)})"


_Row = list[tuple[str, list[str]]]


def read_generated(texts: Iterable[str]) -> tuple[dict[str, GeneratedTable], dict[str, GeneratedEnum]]:
    """Tables and enums by ``schema.name``; a text that is not such a file gives nothing."""
    tables: dict[str, GeneratedTable] = {}
    enums: dict[str, GeneratedEnum] = {}
    for text in texts:
        if len(text) > _MOST:
            continue
        rows: dict[tuple[str, str], _Row] = {}
        links: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for path, members in _objects(_tokens(text)):
            match path:
                case [*_, schema, "Tables", name, "Row"]:
                    rows.setdefault((schema, name), members)
                case [*_, schema, "Tables", name, _] if (link := _link(dict(members))) is not None:
                    links.setdefault((schema, name), []).append(link)
                case [*_, schema, "Enums"]:
                    for enum, kind in members:
                        if labels := tuple(_strings(kind)):
                            enums.setdefault(f"{schema}.{enum}", GeneratedEnum(schema, enum, labels))
                case _:
                    pass
        for (schema, name), row in rows.items():
            own = tuple(links.get((schema, name), ()))
            # a file without any relationship is from an old generator: then an _id is a uuid as far as anyone knows
            linked = None if not links else {column for column, _, _ in own}
            tables.setdefault(f"{schema}.{name}", GeneratedTable(schema, name, tuple(_columns(row, linked)), own))
    return tables, enums


def _link(members: dict[str, list[str]]) -> tuple[str, str, str] | None:
    """A relationship of one column, from its object."""
    if "foreignKeyName" not in members:
        return None
    parts = [_strings(members.get(key, [])) for key in ("columns", "referencedRelation", "referencedColumns")]
    return (parts[0][0], parts[1][0], parts[2][0]) if all(len(part) == 1 for part in parts) else None


def _strings(kind: list[str]) -> list[str]:
    return [part[1:-1] for part in kind if part[0] in "\"'"]


def _columns(row: _Row, linked: set[str] | None) -> Iterator[GeneratedColumn]:
    for name, kind in row:
        yield GeneratedColumn(name, _type(name, kind, is_linked=linked is None or name in linked), "null" in kind)


def _type(name: str, kind: list[str], *, is_linked: bool) -> str:
    """A PostgreSQL type that takes what the application puts there; ids are uuids unless another service gave them."""
    strings = _strings(kind)
    if "Enums" in strings:
        return f"{ident(strings[0])}.{ident(strings[-1])}" if len(strings) == _ENUM_PARTS else "text"
    array = "[]" if "[" in kind and not strings else ""
    if "Json" in kind:
        return "jsonb"
    if "number" in kind:
        return ("bigint" if name == "id" or name.endswith("_id") else "numeric") + array
    if "boolean" in kind:
        return "boolean" + array
    if _VECTOR_NAME.search(name):
        return "vector"
    is_uuid = _UUID_NAME.search(name) or (is_linked and _ID_NAME.search(name))
    if not array and is_uuid and not _FOREIGN_ID.search(name):
        return "uuid"
    return ("timestamptz" if _TIME_NAME.search(name) else "text") + array


def _tokens(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "space":
            yield found.group()


def _objects(words: Iterator[str]) -> Iterator[tuple[list[str], _Row]]:
    """Each object literal type without nested ones: its path of keys, and its members with the tokens of their types."""
    path: list[str] = []
    members: list[_Row] = [[]]
    key, before = "", ""
    kind: list[str] = []
    brackets = 0
    for word in words:
        if word == "{":
            path.append(key or before)
            members.append([])
            key, kind, brackets = "", [], 0
        elif word == "}":
            if key and kind:
                members[-1].append((key, kind))
            yield list(path), members.pop()
            path = path[:-1]
            if not members:
                return
            key, kind, brackets = "", [], 0
        elif word == ":" and brackets == 0 and not key:
            key, kind = before.strip("\"'"), []
        elif key:
            brackets += {"[": 1, "]": -1, "(": 1, ")": -1, "<": 1, ">": -1}.get(word, 0)
            if word in {";", ","} and brackets == 0:
                members[-1].append((key, kind))
                key, kind = "", []
            elif (
                kind and brackets == 0 and word not in {"|", "[", "]", "."} and before not in {"|", "[", "]", ".", ">"}
            ):
                # generated files may leave the semicolon out: a new line of `name:` begins a new member
                members[-1].append((key, kind))
                key, kind = "", []
            else:
                kind.append(word)
        if word != "?":
            before = word
