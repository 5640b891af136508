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
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[A-Za-z_$][\w$]*)|(?P<mark>.)""",
    re.DOTALL | re.VERBOSE,
)
_ENUM_PARTS: Final = 3
"""``Database["public"]["Enums"]["mood"]``."""
_MOST: Final = 8 * 1024 * 1024
_UUID_NAME: Final = re.compile(r"(?:\A|_)(?:id|uuid|by|uid|owner)\Z")
_TIME_NAME: Final = re.compile(r"(?:_at|_on|_until|timestamp|_time|_date|\Adate|\Acreated|\Aupdated)\Z")
_FOREIGN_ID: Final = re.compile(
    r"stripe|paddle|clerk|external|customer_id|price_id|provider|paypal|lemon", re.IGNORECASE
)


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

    def statements(self) -> Iterator[str]:
        """SQL that makes it: columns, a primary key on ``id``; row-level security is left to whoever knows."""
        parts = [
            f"{ident(column.name)} {column.type}{'' if column.nullable else ' NOT NULL'}" for column in self.columns
        ]
        if any(column.name == "id" for column in self.columns):
            parts.append("PRIMARY KEY (id)")
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

    def statement(self) -> str:
        """SQL that makes it."""
        return f"CREATE TYPE {ident(self.schema)}.{ident(self.name)} AS ENUM ({', '.join(literal(label) for label in self.labels)})"


def read_generated(texts: Iterable[str]) -> tuple[dict[str, GeneratedTable], dict[str, GeneratedEnum]]:
    """Tables and enums by ``schema.name``; a text that is not such a file gives nothing."""
    tables: dict[str, GeneratedTable] = {}
    enums: dict[str, GeneratedEnum] = {}
    for text in texts:
        if len(text) > _MOST:
            continue
        for path, row in _objects(_tokens(text)):
            match path:
                case [*_, schema, "Tables", name, "Row"] if _is_schema(schema):
                    tables.setdefault(f"{schema}.{name}", GeneratedTable(schema, name, tuple(_columns(row))))
                case [*_, schema, "Enums"] if _is_schema(schema):
                    for enum, kind in row:
                        labels = tuple(part[1:-1] for part in kind if part[0] in "\"'")
                        if labels:
                            enums.setdefault(f"{schema}.{enum}", GeneratedEnum(schema, enum, labels))
                case _:
                    pass
    return tables, enums


def _is_schema(name: str) -> bool:
    return name not in {"Views", "Functions"}


def _columns(row: list[tuple[str, list[str]]]) -> Iterator[GeneratedColumn]:
    for name, kind in row:
        yield GeneratedColumn(name, _type(name, kind), "null" in kind)


def _type(name: str, kind: list[str]) -> str:
    """A PostgreSQL type that takes what the application puts there; ids are uuids unless another service gave them."""
    strings = [part[1:-1] for part in kind if part[0] in "\"'"]
    if "Enums" in strings:
        return f"{ident(strings[0])}.{ident(strings[-1])}" if len(strings) == _ENUM_PARTS else "text"
    array = "[]" if "[" in kind and not strings else ""
    if "Json" in kind:
        return "jsonb"
    if "number" in kind:
        return ("bigint" if name == "id" or name.endswith("_id") else "numeric") + array
    if "boolean" in kind:
        return "boolean" + array
    if not array and _UUID_NAME.search(name) and not _FOREIGN_ID.search(name):
        return "uuid"
    return ("timestamptz" if _TIME_NAME.search(name) else "text") + array


def _tokens(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "space":
            yield found.group()


def _objects(words: Iterator[str]) -> Iterator[tuple[list[str], list[tuple[str, list[str]]]]]:
    """Each object literal type without nested ones: its path of keys, and its members with the tokens of their types."""
    path: list[str] = []
    members: list[list[tuple[str, list[str]]]] = [[]]
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
