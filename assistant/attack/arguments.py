"""What to call a function with: the victim's ids where a name or a type suggests one, harmless constants elsewhere."""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from assistant.attack.rows import SECRET
from assistant.attack.seed import unquoted
from assistant.sql.body import without_comments
from assistant.sql.names import ident, literal


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Side
    from assistant.attack.attempt import Field
    from assistant.domain.catalog import Argument, Function
    from assistant.domain.names import Name

CALLS: Final = 12
"""Calls of one function by one actor."""

NOBODY: Final = "00000000-0000-4000-8000-000000000000"
"""A uuid that no row has."""

_GUESSES: Final = 4
"""Secret columns tried for an argument that is compared elsewhere."""

_PREFIX: Final = re.compile(r"^(p|v|in|arg|i|_|the|target|for|input|param)_+|^_+")
_USER: Final = re.compile(
    r"^(user|uid|owner|member|profile|account|author|customer|person|student|teacher|sub|auth)(_?id|_uuid)?$"
)
_NUMBERS: Final = frozenset({"integer", "bigint", "smallint", "numeric", "double precision", "real"})


def calls_of(
    field: Field, function: Function, side: Side, *, secrets: bool = False
) -> Iterator[tuple[str, frozenset[str]]]:
    """Argument lists as SQL text, with the tokens that were put in; all arguments first, then without the optional ones.

    ``secrets`` puts in that side's secret tokens too, which only their owner knows.
    """
    near, body = _near(field, function), without_comments(function.body)
    forms = [list(function.arguments)]
    required = [argument for argument in function.arguments if not argument.has_default]
    if len(required) < len(forms[0]):
        forms.append(required)
    seen: set[str] = set()
    count = 0
    for arguments in forms:
        choices = [_choices(field, argument, near, side, body=body, secrets=secrets) for argument in arguments]
        for values in islice(product(*choices), CALLS):
            named = all(argument.name for argument in arguments)
            parts = [
                f"{ident(argument.name)} => {value}" if named else value
                for argument, value in zip(arguments, values, strict=True)
            ]
            text = ", ".join(parts)
            if text in seen or count >= CALLS:
                continue
            seen.add(text)
            count += 1
            yield text, frozenset(_put_in(value) for value in values)


def _put_in(value: str) -> str:
    """The bare text of an argument, so that its echo in the output is not mistaken for a leak."""
    bare = value.rpartition("::")[0] if "::" in value else value
    return unquoted(bare) or bare


def _near(field: Field, function: Function) -> list[Name]:
    """Tables the function reads first, then all others."""
    reads = [name for name in field.catalog.reads.get(str(function.name), ()) if name in field.seeded.rows]
    body = function.body.lower()
    mentioned = [name for name in sorted(field.seeded.rows) if name.name.lower() in body and name not in reads]
    others = [name for name in sorted(field.seeded.rows) if name not in reads and name not in mentioned]
    return [*reads, *mentioned, *others]


def _choices(
    field: Field, argument: Argument, near: Sequence[Name], side: Side, *, body: str, secrets: bool
) -> list[str]:
    kind = argument.type
    array = kind.endswith("[]")
    base = kind.removesuffix("[]")
    name = _PREFIX.sub("", argument.name.lower())
    found = _compared(field, argument.name, base, near, side, body=body, secrets=secrets)
    if secrets or not SECRET.search(name):
        found = list(dict.fromkeys((*found, *_ids(field, name, base, near, side))))[:CALLS]
    if not found or (base in _NUMBERS and not name.endswith("id")):
        # an amount is tried small first: what is there may not suffice for more
        found = [*_constants(field, name, base, near), *found]
    if array:
        return [f"array[{value}]::{kind}" for value in found[:3]] or [f"'{{}}'::{kind}"]
    return [f"{value}::{kind}" for value in found]


def _compared(
    field: Field, argument: str, base: str, near: Sequence[Name], side: Side, *, body: str, secrets: bool
) -> list[str]:
    """That side's values of the columns which the body compares with the argument; secret ones only where asked for."""
    if not argument:
        return []
    named = re.escape(argument)
    columns = re.findall(rf"\b(\w+)\s*=\s*(?:\w+\.)?{named}\b", body, re.IGNORECASE)
    columns += re.findall(rf"\b{named}\s*=\s*(?:\w+\.)?(\w+)\b", body, re.IGNORECASE)
    values = []
    for name in dict.fromkeys(column.lower() for column in columns):
        for table in near if secrets or not SECRET.search(name) else ():
            shape = field.catalog.tables[table].column(name)
            if shape is not None and not shape.array and _fits(shape.base, base):
                values.append((field.seeded.row(table, side) or {}).get(name, ""))
                break
    if secrets and not values and SECRET.search(argument.lower()):
        # compared in a function that this one calls
        values = [
            (field.seeded.row(table, side) or {}).get(column.name, "")
            for table in near
            for column in field.catalog.tables[table].columns
            if SECRET.search(column.name.lower()) and not column.array and _fits(column.base, base)
        ][:_GUESSES]
    return [value for value in dict.fromkeys(values) if value.startswith(("'", "E'"))]


def _ids(field: Field, name: str, base: str, near: Sequence[Name], side: Side) -> list[str]:
    """Values out of that side's rows which the argument's name points at."""
    graph, stem = field.graph, re.sub(r"_(id|uuid)$", "", name)
    values: list[str] = []
    if base in {"uuid", "text", "character varying"} and _USER.match(name):
        values.append(literal(graph.subject(side)))
    for table in near:
        row = field.seeded.row(table, side) or {}
        shape = field.catalog.tables[table]
        if stem and stem in {table.name, table.name.rstrip("s"), _singular(table.name)} and shape.primary_key:
            values.append(row.get(shape.primary_key[0], ""))
    for table in near:
        row, shape = field.seeded.row(table, side) or {}, field.catalog.tables[table]
        column = shape.column(name)
        if column is not None and not column.array and _fits(column.base, base):
            values.append(row.get(name, ""))
    if base == "uuid" and (name in {"id", ""} or not values):
        for table in near[:CALLS]:
            shape = field.catalog.tables[table]
            if len(shape.primary_key) == 1 and (key := shape.column(shape.primary_key[0])) and key.base == "uuid":
                values.append((field.seeded.row(table, side) or {}).get(key.name, ""))
    tenant = graph.tenant_id(side, stem)
    if (
        tenant is not None
        and base in {"uuid", "text"}
        and re.search(r"tenant|org|team|workspace|account|company", name)
    ):
        values.append(literal(tenant))
    return list(dict.fromkeys(value for value in values if value.startswith(("'", "E'"))))[:CALLS]


def _constants(field: Field, name: str, base: str, near: Sequence[Name]) -> list[str]:
    if base in _NUMBERS:
        if re.search(r"offset|page|skip|threshold|min|similarity", name):
            return ["0"]
        return ["50" if re.search(r"limit|count|max|size|top|k$", name) else "1"]
    if base in {"text", "character varying", "citext", "name"}:
        if "role" in name:
            return ["'admin'"]
        return ["'zq'"]
    if base.endswith(("vector", "halfvec")):
        return [_vector(field, near)]
    if base.startswith(("timestamp", "date")):
        return ["'2100-01-01'" if re.search(r"end|to|until|before|max", name) else "'2000-01-01'"]
    simple = {"boolean": "true", "json": "'{}'", "jsonb": "'{}'", "interval": "'100 years'"}
    if base == "uuid":
        return [literal(NOBODY) if SECRET.search(name) else "null"]
    if base in simple:
        return [simple[base]]
    labels = next(
        (
            column.labels
            for table in field.catalog.tables.values()
            for column in table.columns
            if column.labels and column.base == base.rpartition(".")[2].strip('"')
        ),
        (),
    )
    return [literal(label) for label in labels[:2]] or ["null"]


def _vector(field: Field, near: Sequence[Name]) -> str:
    for table in near:
        for column in field.catalog.tables[table].columns:
            if column.base in {"vector", "halfvec"} and column.typmod > 0:
                return literal("[1" + ",0" * (column.typmod - 1) + "]")
    return "'[1,0,0]'"


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name.removesuffix("es") if name.endswith(("sses", "xes", "ches")) else name.removesuffix("s")


def _fits(column: str, argument: str) -> bool:
    texts = {"text", "varchar", "bpchar", "citext", "name"}
    if argument in {"text", "character varying", "citext"}:
        return column in texts
    if argument == "uuid":
        return column == "uuid"
    return column in {"int2", "int4", "int8", "numeric"} and argument in _NUMBERS
