"""Reads schemas of mappers for one question: over which column or relation does a row lead to its owner?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from collections.abc import Mapping

_MODEL: Final = re.compile(r"^model\s+(\w+)\s*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD: Final = re.compile(r"^\s*(\w+)\s+(\w+)(\[\])?(\?)?(.*)$")
_TABLE: Final = re.compile(
    r"\b(\w+)\s*=\s*(?:\w+\.)?(?:pg|mysql|sqlite)?(?:T|t)able\(\s*[\"'][\w-]+[\"']\s*,\s*(?:\(\w*\)\s*=>\s*\()?\{"
)
_ROW: Final = re.compile(r"^\s+[\"']?(\w+)[\"']?:\s*\{\s*Row:\s*\{(.*?)^\s+\};?$", re.MULTILINE | re.DOTALL)
_COLUMN: Final = re.compile(r"^\s+[\"']?(\w+)[\"']?\??:", re.MULTILINE)
_KEY: Final = re.compile(r"(\w+)\s*:")
PRISMA_PATHS: Final = tuple(
    f"{folder}/schema.prisma"
    for folder in (
        "prisma",
        "packages/prisma/prisma",
        "packages/db/prisma",
        "packages/database/prisma",
        "packages/prisma",
        "packages/database",
    )
)
"""Where Prisma's schema usually lies."""
_FOREIGN: Final = re.compile(r"fields:\s*\[\s*(\w+)\s*\]")
_ACCOUNT: Final = re.compile(r"user|account|profile|identity|person|auth", re.IGNORECASE)
_BELONGS: Final = re.compile(r"(\w+_)?(members?|memberships?|users|collaborators)")
_DEEPEST: Final = 2


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model."""

    name: str
    type: str
    many: bool
    optional: bool
    owns_key: bool
    """True for a relation whose foreign key stands in this model."""
    key: str = ""
    """The foreign key, when it is one column."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model."""

    name: str
    fields: tuple[Field, ...]

    @property
    def columns(self) -> list[str]:
        """Fields that are no relation and no list."""
        return [one.name for one in self.fields if not one.many and not one.owns_key]

    def owners(self, models: Mapping[str, Model], depth: int = 0) -> list[str]:
        """Columns that name a person or tenant, then paths over the relations that every row has."""
        out = [
            one.name
            for one in self.fields
            if words.names_owner(one.name) and not one.many and words.table_key(one.type) not in models
        ]
        if depth < _DEEPEST:
            for one in self.fields:
                other = models.get(words.table_key(one.type))
                if (
                    one.owns_key
                    and not one.optional
                    and other is not None
                    and other.name != self.name
                    and not words.names_tenant(one.name)
                ):
                    out += [
                        f"{one.name}.{path}" for path in other.owners(models, depth + 1) if path.count(".") < _DEEPEST
                    ]
        # a required direct column first, a person before a tenant is decided by who asks
        return sorted(dict.fromkeys(out), key=lambda path: path.count("."))

    def shared_over(self, models: Mapping[str, Model]) -> str:
        """The path to a person who belongs to the tenant of a row that names its author too: ``space.members.some.userId``; empty without one."""
        for one in self.fields:
            other = models.get(words.table_key(one.type))
            if not one.owns_key or other is None or not words.names_tenant(one.key or f"{one.name}Id"):
                continue
            for each in other.fields:
                member = models.get(words.table_key(each.type))
                if not each.many or member is None or not _BELONGS.fullmatch(words.snake(each.name)):
                    continue
                person = [
                    column for column in member.columns if words.names_self(column) and not words.names_tenant(column)
                ]
                if len(person) == 1:
                    return f"{one.name}.{each.name}.some.{person[0]}"
        return ""

    def names_account(self, column: str) -> bool:
        """False for a key to rows that are no accounts: a vendor has a user and is none."""
        named = [one.type for one in self.fields if one.key == column]
        return not named or any(_ACCOUNT.search(one) for one in named)

    def has(self, path: str, models: Mapping[str, Model]) -> bool:
        """True when the path exists."""
        first, _, rest = path.partition(".")
        found = next((one for one in self.fields if one.name == first), None)
        if found is None:
            return False
        other = models.get(words.table_key(found.type))
        if not rest:
            return other is None
        return other is not None and (rest.startswith(("some.", "is.", "every.")) or other.has(rest, models))


def read_prisma(schema: str) -> dict[str, Model]:
    """Models by ``words.table_key`` of their names; nothing is refused, what is not understood is left out."""
    out: dict[str, Model] = {}
    for match in _MODEL.finditer(schema):
        fields = []
        for line in match[2].split("\n"):
            found = _FIELD.match(line.split("//", 1)[0])
            if found and not line.strip().startswith("@@"):
                key = _FOREIGN.search(found[5])
                fields.append(
                    Field(
                        found[1], found[2], bool(found[3]), bool(found[4]), "fields:" in found[5], key[1] if key else ""
                    )
                )
        out[words.table_key(match[1])] = Model(match[1], tuple(fields))
    return out


def read_drizzle(source: str) -> dict[str, list[str]]:
    """Columns of the tables that a file declares, by ``words.table_key`` of the constant that holds them."""
    out: dict[str, list[str]] = {}
    for match in _TABLE.finditer(source):
        depth, start, keys = 1, match.end(), []
        at = start
        while at < len(source) and depth:
            letter = source[at]
            if depth == 1 and (found := _KEY.match(source, at)) and source[at - 1] in "{,\n \t":
                keys.append(found[1])
                at = found.end()
                continue
            depth += (letter in "{[(") - (letter in "}])")
            at += 1
        out[words.table_key(match[1])] = list(dict.fromkeys(keys))
    return out


def read_supabase_types(source: str) -> dict[str, list[str]]:
    """Columns of the tables in a file that ``supabase gen types`` wrote, by ``words.table_key``; empty for any other file."""
    if "Tables: {" not in source or "Row: {" not in source:
        return {}
    return {words.table_key(match[1]): _COLUMN.findall(match[2]) for match in _ROW.finditer(source)}
