"""Fields of Query and Mutation of a GraphQL server: maps of resolvers, however they are put together, and fields of Pothos' builder.

A repository that imports no library of this kind costs one look at its imports. Fields of other types hang on a row that some field of these
found; they are not entries of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.collect.code.entries_graphql_around import Server, around_of, is_shield
from assistant.collect.code.entries_look import callee_of, nodes_within, returned_by, text, value_of
from assistant.collect.code.entries_point import EntryPoint, Spot, point
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Attribute, Call, Declare, Function, Lambda, Name, Record, Sequence, Spread


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Module

_LIBRARIES: Final = (
    "@apollo/server",
    "apollo-server",
    "@as-integrations/",
    "graphql-yoga",
    "@graphql-yoga/",
    "@graphql-tools/",
    "graphql-tools",
    "graphql-http",
    "express-graphql",
    "mercurius",
    "@pothos/",
)
_BUILDER: Final = "@pothos/"
_ROOTS: Final = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
_MERGES: Final = frozenset({"mergeResolvers", "merge", "deepmerge", "defu", "assign", "composeResolvers"})
_POTHOS: Final = {
    "queryField": "query",
    "queryFields": "query",
    "queryType": "query",
    "mutationField": "mutation",
    "mutationFields": "mutation",
    "mutationType": "mutation",
    "relayMutationField": "mutation",
    "subscriptionField": "subscription",
}
_DEEPEST: Final = 8


class Resolver(NamedTuple):
    """A field of Query, Mutation or Subscription."""

    verb: str
    name: str
    spot: Spot
    options: Expression | None = None
    """What Pothos is told about the field; None for a plain resolver."""


def graphql_entries(program: Program) -> Iterator[EntryPoint]:
    """Every field of the root types, once, where it is written."""
    modules = [module for module in program.modules.values() if module.language != "py"]
    sources = {one.source for module in modules for one in module.imports if one.source.startswith(_LIBRARIES)}
    if not sources:
        return
    builds = any(one.startswith(_BUILDER) for one in sources)
    server = around_of(program, modules)
    walk = _Walk(program)
    taken: set[tuple[str, int]] = set()
    for module in modules:
        for one in (*walk.maps(module), *(_pothos(module) if builds else ())):
            place = (one.spot.module, one.spot.expression.at)
            if place not in taken:
                taken.add(place)
                yield _point(program, one, server)


def _point(program: Program, one: Resolver, server: Server) -> EntryPoint:
    return point(
        program,
        one.spot,
        id=f"{one.verb} {one.name}",
        kind=EntryKind.PROCEDURE,
        inputs="pothos" if one.options is not None else "graphql",
        symbol=one.name,
        verb=one.verb,
        path=one.name,
        settings={"answers": "schema"},
        before=server.before(one.spot, one.verb, one.name, one.options),
    )


class _Walk:
    """Maps of resolvers followed through names, spreads, lists and functions that merge them."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def maps(self, module: Module) -> Iterator[Resolver]:
        """Fields of the maps that are declared at the top of a module, or handed to a server there."""
        for statement in module.body:
            value = statement.value if isinstance(statement, Declare) else None
            if isinstance(value, Record) and not is_shield(value):
                yield from self._roots(module.path, value, ())
            elif isinstance(value, Call):
                yield from self._handed(module.path, value)
        if any(one.source.startswith(_LIBRARIES) for one in module.imports):
            for node, within in nodes_within(module.body, Call):
                given = node.arguments[0] if isinstance(node, Call) and node.arguments else None
                inline = value_of(given, "resolvers")
                if isinstance(inline, Record):
                    yield from self._roots(module.path, inline, within)

    def _handed(self, module: str, call: Call) -> Iterator[Resolver]:
        """``merge(a, { Query: { … } })``: maps that stand among the arguments."""
        if callee_of(call).rpartition(".")[2] not in _MERGES:
            return
        for argument in call.arguments:
            items = argument.items if isinstance(argument, Sequence) else (argument,)
            for item in items:
                if isinstance(item, Record):
                    yield from self._roots(module, item, ())

    def _roots(self, module: str, record: Record, within: tuple[Function, ...]) -> Iterator[Resolver]:
        for entry in record.entries:
            verb = _ROOTS.get(entry.key or "") if not entry.spread else None
            if verb is not None:
                yield from self._fields(Spot(module, entry.value, entry.value.at, within), verb, 0)

    def _fields(self, spot: Spot, verb: str, depth: int) -> Iterator[Resolver]:
        """Fields of a record of resolvers, or of what a name, a spread or a merging call stands for."""
        value = spot.expression
        if depth > _DEEPEST:
            return
        if isinstance(value, Record):
            for entry in value.entries:
                inner = Spot(spot.module, entry.value, entry.value.at, spot.within)
                if entry.spread:
                    yield from self._fields(inner, verb, depth + 1)
                elif entry.key and (resolve := _resolver_in(entry.value)) is not None:
                    yield Resolver(verb, entry.key, Spot(spot.module, resolve, entry.value.at, spot.within))
        elif isinstance(value, Call) and callee_of(value).rpartition(".")[2] in _MERGES:
            for argument in value.arguments:
                yield from self._fields(Spot(spot.module, argument, argument.at, spot.within), verb, depth + 1)
        elif isinstance(value, Spread):
            yield from self._fields(spot._replace(expression=value.value), verb, depth + 1)
        elif isinstance(value, Name | Attribute):
            yield from self._named(spot.module, value, verb, depth)

    def _named(self, module: str, value: Expression, verb: str, depth: int) -> Iterator[Resolver]:
        """``...userQueries``, ``...users.Query``, ``...require("./users").queries``."""
        program = self._program
        name = value.of.id if isinstance(value, Attribute) and isinstance(value.of, Name) else getattr(value, "id", "")
        found = program.meaning(module, name)
        if found is None:
            return
        if isinstance(value, Attribute) and found.local == "*":
            found = program.exported(found.module, value.name)
        elif found.local == "*":
            for export in program.export_names(found.module):
                yield from self._export(found.module, export, verb, depth)
            return
        declared = program.declaration(found) if found is not None else None
        inner = declared.value if isinstance(declared, Declare) else None
        if isinstance(value, Attribute) and isinstance(inner, Record):
            inner = value_of(inner, value.name) or inner
        if found is not None and inner is not None:
            yield from self._fields(Spot(found.module, inner, inner.at), verb, depth + 1)

    def _export(self, module: str, export: str, verb: str, depth: int) -> Iterator[Resolver]:
        """``import * as queries``: each function that a module exports is a field."""
        found = self._program.exported(module, export)
        declared = self._program.declaration(found) if found is not None and found.local != "*" else None
        if found is None or declared is None or depth > _DEEPEST:
            return
        function = isinstance(declared, Function) or (
            isinstance(declared, Declare) and isinstance(declared.value, Lambda | Call)
        )
        if function:
            yield Resolver(verb, export, Spot(found.module, Name(found.local, declared.at, declared.end), declared.at))


def _resolver_in(value: Expression) -> Expression | None:
    """The function of a field; of ``{ subscribe, resolve }`` the one that hands rows out. None for what is no function."""
    if isinstance(value, Record):
        return value_of(value, "resolve", "subscribe")
    return value if isinstance(value, Lambda | Name | Call | Attribute) else None


def _pothos(module: Module) -> Iterator[Resolver]:
    """``builder.queryField("x", (t) => t.field({ resolve }))``, in every module that has a builder."""
    for node, within in nodes_within(module.body, Call):
        if not isinstance(node, Call) or not isinstance(node.callee, Attribute) or node.callee.name not in _POTHOS:
            continue
        verb, arguments = _POTHOS[node.callee.name], node.arguments
        if not isinstance(node.callee.of, Name) or not arguments:
            continue
        if node.callee.name == "relayMutationField":
            options = arguments[2] if len(arguments) > 2 else None  # noqa: PLR2004 - name, input, field
            yield from _field(module.path, verb, text(arguments[0]) or "", options, within)
        elif node.callee.name.endswith("Field") and len(arguments) > 1:
            yield from _made(module.path, verb, text(arguments[0]) or "", arguments[1], within)
        else:
            fields = value_of(arguments[0], "fields") if node.callee.name.endswith("Type") else arguments[0]
            given = returned_by(fields)
            for entry in given.entries if isinstance(given, Record) else ():
                inner = (*within, fields.function) if isinstance(fields, Lambda) else within
                yield from _built(module.path, verb, entry.key or "", entry.value, inner)


def _made(module: str, verb: str, name: str, maker: Expression, within: tuple[Function, ...]) -> Iterator[Resolver]:
    inner = (*within, maker.function) if isinstance(maker, Lambda) else within
    yield from _built(module, verb, name, returned_by(maker), inner)


def _built(
    module: str, verb: str, name: str, value: Expression | None, within: tuple[Function, ...]
) -> Iterator[Resolver]:
    """``t.field({ … })``, ``t.prismaField({ … })``, ``t.withAuth({ … }).field({ … })``."""
    options = value.arguments[0] if isinstance(value, Call) and value.arguments else None
    yield from _field(module, verb, name, options, within, value)


def _field(
    module: str,
    verb: str,
    name: str,
    options: Expression | None,
    within: tuple[Function, ...],
    whole: Expression | None = None,
) -> Iterator[Resolver]:
    resolve = value_of(options, "resolve", "subscribe")
    if name and resolve is not None and options is not None:
        yield Resolver(verb, name, Spot(module, resolve, resolve.at, within), whole if whole is not None else options)
