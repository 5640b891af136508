"""What the schema that the code keeps says: the columns of Drizzle's tables, and which table a column refers to: Drizzle's ``references()``, ``foreignKey()`` and ``relations()``, Prisma's ``@relation``.

Read from the declarations alone, and only in modules that import Drizzle; a key that is put together by a function is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import named, returned_by, spine, text, value_of
from assistant.collect.prisma import keys
from assistant.domain.code import DataModel
from assistant.domain.syntax import Attribute, Call, Declare, Name, Record, Sequence


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.collect.code.entries_look import Link
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Module

_CORES = "drizzle-orm"
_LONGEST = 3
"""Columns of one key that is made of several."""


def links(program: Program) -> Mapping[str, Mapping[str, str]]:
    """Table to its columns that refer to another table, with that table; tables by the name that queries call them."""
    found: dict[str, dict[str, str]] = {name: dict(columns) for name, columns in keys(program.manifests).items()}
    for module in program.modules.values():
        if any(one.source.startswith(_CORES) for one in module.imports):
            for table, column, target in _in_module(program, module):
                found.setdefault(table, {}).setdefault(column, target)
    return found


def tables(program: Program) -> tuple[DataModel, ...]:
    """Drizzle's tables with their columns as the code spells them, by name; one that is put together by a function is left out."""
    found: dict[str, DataModel] = {}
    for module in program.modules.values():
        if not any(one.source.startswith(_CORES) for one in module.imports):
            continue
        for statement in module.body:
            value = statement.value if isinstance(statement, Declare) else None
            root, parts = spine(value) if isinstance(value, Call) else (None, ())
            name = _name(value) if isinstance(value, Call) and _makes_table(root, parts) else ""
            columns = value.arguments[1] if isinstance(value, Call) and name else None
            if isinstance(columns, Record) and all(entry.key for entry in columns.entries):  # nothing is spread into it
                kinds = {entry.key: _kind(entry.value) for entry in columns.entries if entry.key}
                documents = tuple(column for column, kind in kinds.items() if kind in {"json", "jsonb"})
                found.setdefault(name, DataModel(name=name, columns=tuple(kinds), documents=documents))
    return tuple(found[name] for name in sorted(found))


def _makes_table(root: Expression | None, parts: tuple[Link, ...]) -> bool:
    """``pgTable(…)``, ``schema.table(…)``, ``createTable(…)``."""
    called = parts[-1].name if parts and parts[-1].name else root.id if isinstance(root, Name) else ""
    return called.lower().endswith("table")


def _kind(column: Expression) -> str:
    """``json`` of ``json("config").notNull()``."""
    root, _parts = spine(column)
    return root.id if isinstance(root, Name) else ""


def _in_module(program: Program, module: Module) -> Iterator[tuple[str, str, str]]:
    for statement in module.body:
        value = statement.value if isinstance(statement, Declare) else None
        if not isinstance(value, Call) or not value.arguments:
            continue
        root, parts = spine(value)
        first = value.arguments[0]
        if isinstance(root, Name) and root.id == "relations" and isinstance(first, Name) and len(value.arguments) > 1:
            yield from _keys_in(program, module.path, value.arguments[1])
        elif (table := _name(value)) and len(parts) > 0:
            columns = parts[-1].arguments or ()
            yield from _referred(program, module.path, table, columns[1] if len(columns) > 1 else None)
            for more in columns[2:]:
                yield from _keys_in(program, module.path, more, table)


def _name(value: Call) -> str:
    """``pgTable("steps", { … })``: the name; empty for a call of another form."""
    if len(value.arguments) > 1 and isinstance(value.arguments[1], Record):
        return text(value.arguments[0]) or ""
    return ""


def _referred(program: Program, module: str, table: str, columns: Expression | None) -> Iterator[tuple[str, str, str]]:
    """``workflowId: uuid("workflow_id").references(() => workflows.id)``."""
    for entry in columns.entries if isinstance(columns, Record) else ():
        _root, parts = spine(entry.value)
        link: Link | None = next((one for one in parts if one.name == "references" and one.arguments), None)
        given = returned_by(link.arguments[0]) if link is not None and link.arguments else None
        target = _table(program, module, given) if _is_id(given) else ""
        if entry.key and target:
            yield table, entry.key, target


def _is_id(column: Expression | None) -> bool:
    """``flows.id``: a domain or a slug names no row of somebody's, and whoever writes one down may mean their own."""
    return isinstance(column, Attribute) and column.name in {"id", "uuid", "_id"}


def _keys_in(program: Program, module: str, value: Expression, table: str = "") -> Iterator[tuple[str, str, str]]:
    """``one(workflows, { fields: [steps.workflowId], references: [workflows.id] })``, ``foreignKey({ columns, foreignColumns })``."""
    given = returned_by(value)
    entries = given.entries if isinstance(given, Record) else ()
    items = [entry.value for entry in entries] if entries else list(given.items) if isinstance(given, Sequence) else []
    for item in items:
        while isinstance(item, Call) and isinstance(item.callee, Attribute):
            item = item.callee.of  # noqa: PLW2901 - ``foreignKey(…).onDelete("cascade")`` is the key
        options = item.arguments[-1] if isinstance(item, Call) and item.arguments else None
        own, other = value_of(options, "fields", "columns"), value_of(options, "references", "foreignColumns")
        if not isinstance(own, Sequence) or not isinstance(other, Sequence) or len(own.items) > _LONGEST:
            continue
        for here, there in zip(own.items, other.items, strict=False):
            target = _table(program, module, there) if _is_id(there) else ""
            of = table or _table(program, module, here)
            if isinstance(here, Attribute) and of and target:
                yield of, here.name, target


def _table(program: Program, module: str, column: Expression | None) -> str:
    """The name of the table of ``workflows.id``."""
    found = named(program, module, column.of) if isinstance(column, Attribute) else None
    declared = program.declaration(found) if found is not None else None
    value = declared.value if isinstance(declared, Declare) else None
    return _name(value) if isinstance(value, Call) else ""
