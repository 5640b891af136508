"""What stands around the resolvers of a GraphQL server: the function that makes their context, rules of graphql-shield, scopes of Pothos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.collect.code.entries_look import callee_of, nodes_within, value_of
from assistant.collect.code.entries_point import Before, Spot
from assistant.domain.syntax import Call, Declare, Lambda, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Module

_SERVERS: Final = frozenset(
    {
        "ApolloServer",
        "createYoga",
        "createHandler",
        "graphqlHTTP",
        "expressMiddleware",
        "startStandaloneServer",
        "startServerAndCreateNextHandler",
        "startServerAndCreateLambdaHandler",
        "startServerAndCreateCloudflareWorkersHandler",
        "fastifyApolloHandler",
        "koaMiddleware",
        "useExtendContext",
        "register",
    }
)
CONTEXT: Final = "context"
RULE: Final = "rule"
SCOPES: Final = "scopes"
OPTIONS: Final = "options"
"""What a ``Before`` of a resolver is, by its ``named``."""


class Server(NamedTuple):
    """What a program says about its GraphQL servers."""

    contexts: tuple[Before, ...]
    """Functions that make a context, by file."""
    shields: tuple[tuple[str, Record, Expression | None], ...]
    """Rules of graphql-shield: their module, the tree, and what else it was told."""
    scopes: tuple[Before, ...]
    """Functions that tell Pothos which scopes a caller has."""

    def before(self, spot: Spot, verb: str, name: str, options: Expression | None) -> tuple[Before, ...]:
        """What runs before a field: its context, the rule of a shield, the scopes that Pothos asks for."""
        found = [*_nearest(self.contexts, spot.module)]
        for module, tree, told in self.shields:
            rule = _rule(tree, verb.capitalize(), name) or value_of(told, "fallbackRule")
            if rule is not None:
                found.append(Before(module, rule, RULE))
        if options is not None:
            found += _nearest(self.scopes, spot.module)
            found.append(Before(spot.module, options, OPTIONS, spot.within))
        return tuple(found)


def around_of(program: Program, modules: Iterable[Module]) -> Server:
    """Contexts, shields and scopes, in the modules that import a library of GraphQL."""
    contexts: list[Before] = []
    shields: list[tuple[str, Record, Expression | None]] = []
    scopes: list[Before] = []
    for module in modules:
        sources = [one.source for one in module.imports]
        if not any("graphql" in one or "apollo" in one or "pothos" in one or one == "mercurius" for one in sources):
            continue
        for node, within in nodes_within(module.body, Call):
            assert isinstance(node, Call)
            name = callee_of(node).rpartition(".")[2]
            if name in _SERVERS:
                contexts += _contexts(module.path, name, node, within)
            elif name == "shield" and node.arguments:
                tree = _record(program, module.path, node.arguments[0])
                if tree is not None:
                    shields.append((*tree, node.arguments[1] if len(node.arguments) > 1 else None))
            elif name == "SchemaBuilder" and node.arguments:
                told = value_of(value_of(node.arguments[0], "scopeAuth"), "authScopes")
                told = told or value_of(node.arguments[0], "authScopes")
                scopes += [Before(module.path, told, SCOPES, within)] if told is not None else []
    return Server(tuple(contexts), tuple(shields), tuple(scopes))


def _contexts(module: str, name: str, call: Call, within: tuple[Function, ...]) -> list[Before]:
    if name == "useExtendContext":
        return [Before(module, call.arguments[0], CONTEXT, within)] if call.arguments else []
    made = next((found for one in call.arguments if (found := value_of(one, "context")) is not None), None)
    return [Before(module, made, CONTEXT, within)] if made is not None else []


def _nearest(found: tuple[Before, ...], module: str) -> list[Before]:
    """The one that stands nearest in the tree: several applications of one repository have a context each."""
    if not found:
        return []
    wanted = module.split("/")

    def shared(one: Before) -> int:
        parts = one.module.split("/")
        return next(
            (n for n, (a, b) in enumerate(zip(parts, wanted, strict=False)) if a != b), min(len(parts), len(wanted))
        )

    return [max(found, key=shared)]


def _record(program: Program, module: str, value: Expression) -> tuple[str, Record] | None:
    if isinstance(value, Record):
        return module, value
    found = program.meaning(module, value.id) if isinstance(value, Name) else None
    declared = program.declaration(found) if found is not None else None
    inner = declared.value if isinstance(declared, Declare) else None
    return (found.module, inner) if found is not None and isinstance(inner, Record) else None


def _rule(tree: Record, root: str, name: str) -> Expression | None:
    """``{ Query: { me: isAuthenticated, "*": deny }, Mutation: isAdmin }``."""
    of_type = value_of(tree, root)
    if of_type is None:
        of_type = value_of(tree, "*")
    if isinstance(of_type, Record):
        return value_of(of_type, name) or value_of(of_type, "*")
    return of_type


def is_shield(record: Record) -> bool:
    """A tree of rules looks like a map of resolvers, and none of its fields is a function."""
    roots = [entry.value for entry in record.entries if entry.key in {"Query", "Mutation"}]
    fields = [entry for root in roots if isinstance(root, Record) for entry in root.entries]
    if not fields:
        return bool(roots) and all(isinstance(root, Name | Call) for root in roots) and not _names_record(roots)
    names = {entry.value.id for entry in fields if isinstance(entry.value, Name)}
    rules = all(isinstance(entry.value, Name | Call) and not entry.spread for entry in fields)
    wrapped = any(
        isinstance(one, Lambda) for entry in fields if isinstance(entry.value, Call) for one in entry.value.arguments
    )
    keyed = {entry.key for entry in fields}
    return rules and not wrapped and not names & keyed and any(_rules_word(entry.value) for entry in fields)


def _names_record(roots: list[Expression]) -> bool:
    """``{ Query, Mutation }`` and ``{ Query: queries }`` are maps."""
    return any(isinstance(root, Name) and not _rules_word(root) for root in roots)


def _rules_word(value: Expression) -> bool:
    """``isAuthenticated``, ``allow``, ``and(isAdmin, isOwner)``: what rules are called."""
    name = value.id if isinstance(value, Name) else callee_of(value)
    return name in {"allow", "deny", "and", "or", "not", "chain", "race"} or name.startswith(
        ("is", "has", "can", "must")
    )
