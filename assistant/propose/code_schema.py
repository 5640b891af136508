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
    r"\b(\w+)\s*=\s*(?:\w+\.)?(?:pg|mysql|sqlite)?(?:T|t)able\(\s*[\"']([\w-]+)[\"']\s*,\s*(?:\(\w*\)\s*=>\s*\()?\{"
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
_SCALARS: Final = frozenset({"String", "Int", "BigInt", "Float", "Decimal", "Boolean", "DateTime", "Json", "Bytes"})
_DEEPEST: Final = 2
_SEVERAL: Final = ".some."
_OTHER_LISTS: Final = re.compile(r"watch|follow|like|star|favou?rit|viewer|subscriber|read|vote|react", re.IGNORECASE)
"""Lists of people who have no more to do with a row than to look."""


def _over(path: str) -> int:
    """Relations that a path goes over before it comes to a list of people, or to a column."""
    return path.split(_SEVERAL, 1)[0].count(".")


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
        """Fields that are no relation; a list of texts or numbers is a column."""
        return [one.name for one in self.fields if not one.owns_key and (not one.many or one.type in _SCALARS)]

    def owners(
        self,
        models: Mapping[str, Model],
        depth: int = 0,
        chosen: frozenset[str] = frozenset(),
        deepest: int = _DEEPEST,
    ) -> list[str]:
        """Columns that name a person or tenant, then paths over the relations that every row has.

        Args:
            models: all of them.
            depth: relations on the way here.
            chosen: keys of this model that an update sets to what the request says: what they lead to is no owner.
            deepest: relations on the longest way.
        """
        out = [
            one.name
            for one in self.fields
            if words.names_owner(one.name)
            and not one.many
            and words.table_key(one.type) not in models
            and (not words.names_person(one.name) or self.names_account(one.name, models))
            and not (one.name in chosen and self._is_owned(one.name, models))
        ]
        if not out and (people := self.people(models)):
            out.append(people)
        if depth < deepest:
            for one in self._relations(models, chosen):
                if not one.optional:
                    other = models[words.table_key(one.type)]
                    paths = other.owners(models, depth + 1, deepest=deepest)
                    out += [f"{one.name}.{path}" for path in paths if _over(path) < deepest]
        if any(_SEVERAL in path for path in out):
            # what hangs on something that has its people is theirs, whoever wrote it down
            out = [path for path in out if not words.names_author(path)]
        if not out and not depth:
            out = self._over_optional(models, chosen)
        # a required direct column first, a person before a tenant is decided by who asks
        return sorted(dict.fromkeys(out), key=lambda path: _over(path) + (_SEVERAL in path))

    def people(self, models: Mapping[str, Model]) -> str:
        """The path to whoever belongs to a row, where the schema lists them: ``users.some.id``, ``members.some.userId``; empty without one.

        People that name this row by a key of their own (a plan has its users) belong to it only where it is a tenant.
        """
        for one in self.fields:
            other = models.get(words.table_key(one.type))
            if not one.many or other is None or not _BELONGS.fullmatch(words.snake(one.name)):
                continue
            back = [each for each in other.fields if words.table_key(each.type) == words.table_key(self.name)]
            if _ACCOUNT.fullmatch(other.name):
                if any(each.many for each in back) or words.names_house(f"{self.name}Id"):
                    return f"{one.name}.some.id"
                continue
            person = [column for column in other.columns if words.names_self(column) and not words.names_tenant(column)]
            if len(person) == 1 and any(each.owns_key for each in back):
                return f"{one.name}.some.{person[0]}"
        return ""

    def through(self, path: str, models: Mapping[str, Model]) -> str:
        """A path as Prisma takes it in a condition: ``members.userId`` is ``members.some.userId`` where there are several; empty where they only watch."""
        first, _, rest = path.partition(".")
        found = next((one for one in self.fields if one.name == first), None)
        other = models.get(words.table_key(found.type)) if found is not None else None
        if found is None or other is None or not rest:
            return path
        if found.many and _OTHER_LISTS.search(first):
            return ""
        quantified = re.match(r"(some|every|is|none)\.(.*)", rest)
        inner = other.through(quantified[2] if quantified else rest, models)
        if not inner:
            return ""
        if quantified:
            return f"{first}.{quantified[1]}.{inner}"
        return f"{first}.some.{inner}" if found.many else f"{first}.{inner}"

    def _relations(self, models: Mapping[str, Model], chosen: frozenset[str]) -> list[Field]:
        """Relations to other models whose key stands here, but for those that lead to a tenant."""
        out = []
        for one in self.fields:
            other = models.get(words.table_key(one.type)) if one.owns_key and one.key not in chosen else None
            if other is not None and other.name != self.name and not words.names_tenant(one.name):
                out.append(one)
        return out

    def _is_owned(self, key: str, models: Mapping[str, Model]) -> bool:
        """The rows that a key leads to have an owner themselves: a company somebody entered is no tenant."""
        named = next((models.get(words.table_key(one.type)) for one in self.fields if one.key == key), None)
        return named is not None and any(words.names_owner(one) for one in named.columns)

    def _over_optional(self, models: Mapping[str, Model], chosen: frozenset[str]) -> list[str]:
        """The owner of the only row that a row may hang on: one without it is nobody's."""
        led = {}
        for one in self._relations(models, chosen):
            paths = models[words.table_key(one.type)].owners(models, 1, deepest=_DEEPEST + 1)
            if one.optional and paths:
                led[one.name] = [f"{one.name}.{path}" for path in paths]
        return next(iter(led.values())) if len(led) == 1 else []

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

    def names_account(self, column: str, models: Mapping[str, Model]) -> bool:
        """False for a key to rows that are no accounts: a vendor has a user and is none, nor is a profile that names its user itself."""
        named = [one.type for one in self.fields if one.key == column]
        if not named:
            return True
        kinds = [models.get(words.table_key(one)) for one in named if _ACCOUNT.search(one)]
        return any(one is None or not one.of_account(models) for one in kinds)

    def of_account(self, models: Mapping[str, Model]) -> bool:
        """A row of it hangs on an account and has an id of its own: the account's id is not its key."""
        return any(
            one.owns_key
            and not one.many
            and one.key not in {"", "id"}
            and _ACCOUNT.search(one.type) is not None
            and one.type != self.name
            and words.table_key(one.type) in models
            and words.names_self(one.key)
            for one in self.fields
        )

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
    """Columns of the tables that a file declares, by ``words.table_key`` of the constant that holds them, with and without ``Table`` at its end, and of the table's own name."""
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
        columns = list(dict.fromkeys(keys))
        out[words.table_key(match[1])] = columns
        for name in (match[2], re.sub(r"(?:_t|T)able$", "", match[1])):
            out.setdefault(words.table_key(name), columns)
    return out


def read_supabase_types(source: str) -> dict[str, list[str]]:
    """Columns of the tables in a file that ``supabase gen types`` wrote, by ``words.table_key``; empty for any other file."""
    if "Tables: {" not in source or "Row: {" not in source:
        return {}
    return {words.table_key(match[1]): _COLUMN.findall(match[2]) for match in _ROW.finditer(source)}
