"""The columns of a table that name people, and in which part: owner, maker (owner if nobody else is) or mere actor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from assistant.ownership.words import ACTOR, MAKER, MAKER_BY, OWNER_COLUMN, STAFF_BY, singulars, words


if TYPE_CHECKING:
    from assistant.domain.catalog import Column
    from assistant.domain.names import Name
    from assistant.ownership.principals import People
    from assistant.ownership.survey import Survey


_ID_PARTS: Final = 2
_STEM: Final = 5
_NAMED_ALONE: Final = frozenset({("uid",), ("userid",), ("owner",), ("user",), ("user", "uuid")})
_PREFIXES: Final = frozenset({"auth", "clerk", "supabase", "app", "from", "to", "target", "related"})


class Part(StrEnum):
    """In which part a person stands on a row."""

    OWNER = "owner"
    MAKER = "maker"
    ACTOR = "actor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One column that names a person."""

    column: str
    part: Part
    principal: Name | None
    """The table of people it refers to; None when only its name says so."""
    hard: bool
    """A foreign key says so."""
    not_null: bool
    on_delete: str
    polymorphic: bool = False
    """A sibling ``<word>_type`` column says that the id is not always a person's."""

    def sentence(self) -> str:
        """The evidence in plain words."""
        if not self.hard:
            return f"{self.column} is called like a user's id"
        ending = {"cascade": " and deletes with it", "set null": " and is emptied when it goes"}.get(self.on_delete, "")
        return f"{self.column} refers to {self.principal}{ending}"


def find_persons(survey: Survey, people: People, table: Name) -> tuple[Person, ...]:
    """Columns of a table that name people, in column order."""
    found = survey.tables[table]
    by_column: dict[str, Person] = {}
    for link in survey.links(table):
        principal = people.names_person(link)
        if (
            principal
            and link.column not in by_column
            and (link.columns != found.primary_key or not people.is_self(table))
        ):
            by_column[link.column] = Person(
                column=link.column,
                part=part_of(link.column, table),
                principal=link.target,
                hard=True,
                not_null=link.not_null,
                on_delete=link.on_delete,
            )
    kinds = {column.name for column in found.columns}
    hinted = _hinted(survey, table)
    for column in survey.free_columns(table):
        if _could_be_person(survey, people, column) or column.name in hinted:
            by_column[column.name] = Person(
                column=column.name,
                part=part_of(column.name, table),
                principal=None,
                hard=False,
                not_null=column.not_null,
                on_delete="",
                polymorphic=_type_column(column.name) in kinds,
            )
    return tuple(by_column[column.name] for column in found.columns if column.name in by_column)


def part_of(column: str, table: Name) -> Part:
    """The part that a column's name gives to the person it names; whoever reviews in ``reviews`` makes the row."""
    parts = words(column)
    if parts[-1:] == ("by",) or "by" in parts[1:]:
        return Part.MAKER if parts[0] in MAKER_BY else Part.ACTOR
    if not parts or parts[0] in MAKER:
        return Part.MAKER
    if parts[0] in ACTOR:
        called = singulars(table.name)[-1]
        return Part.MAKER if parts[0].startswith(called[:_STEM]) and len(called) >= _STEM else Part.ACTOR
    return Part.OWNER


def is_staff_written(survey: Survey, table: Name, persons: tuple[Person, ...]) -> bool:
    """Whether a back office writes these rows: somebody created it and somebody else updates, approves or publishes it."""
    owners = [person for person in persons if person.part is Part.OWNER]
    names = [words(column.name) for column in survey.tables[table].columns]
    later = any(parts[-1:] == ("by",) and parts[0] in STAFF_BY for parts in names)
    return not owners and bool(persons) and later


def _could_be_person(survey: Survey, people: People, column: Column) -> bool:
    """A column without a foreign key whose name and type leave little else."""
    if column.array or column.generated or column.base not in survey.subject_types:
        return False
    parts = words(column.name)
    if column.base in ("text", "varchar", "bpchar", "citext") and parts[-1:] not in (("id",), ("uid",), ("userid",)):
        return False
    if parts in _NAMED_ALONE:
        return True
    core = parts[1:] if len(parts) > _ID_PARTS and parts[0] in _PREFIXES else parts
    if len(core) == _ID_PARTS and core[1] in ("id", "uid", "uuid"):
        named = singulars(core[0])[0] if core[0] else ""
        billed = named == "customer" and column.base != "uuid"  # what a payment provider calls a customer is text
        return named in OWNER_COLUMN and not billed and not _names_a_table(survey, people, column.name)
    if len(core) > _ID_PARTS and core[-2:] == ("user", "id"):
        return True
    return parts[-1:] == ("by",) and parts[0] in MAKER_BY and column.base == "uuid"


def _names_a_table(survey: Survey, people: People, column: str) -> bool:
    """``customer_id`` beside a table of customers who are nobody's account is no person."""
    return any(table.name not in people.principals for table in survey.rows_named(column))


def _type_column(column: str) -> str:
    """``sender_type`` for ``sender_id``, in the style of the column."""
    if column.endswith("_id"):
        return column[:-3] + "_type"
    return column[:-2] + "Type" if column.endswith("Id") else column + "_type"


def _hinted(survey: Survey, table: Name) -> frozenset[str]:
    hints = survey.hints.owner_columns
    return frozenset((*hints.get(table.name, ()), *hints.get(str(table), ())))
