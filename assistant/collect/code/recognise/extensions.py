"""Clients that change what they are asked before they ask it: Prisma's ``$extends({ query })``, and policies of ZenStack.

A tenant that an extension adds to every ``where`` binds like one that is written beside the id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.recognise.chains import argument, at_path, package_of
from assistant.collect.code.values import UNKNOWN, Chain, Closure, Constant, Either, Native, Promise, Shape, Step, Value


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.recognise.chains import Seen

_POLICIES = frozenset({"enhance", "withPolicy", "withPresets", "withPresentation"})
_WRITTEN = frozenset({"data", "create", "update"})
_POLICY_STEPS = frozenset({"$setAuth"})


def by_policies(chain: Chain) -> bool:
    """Access policies of the schema decide: ``enhance(prisma, { user })``, ``db.$setAuth(user)``."""
    if not package_of(chain.source).startswith("@zenstackhq/"):
        return False
    return chain.name in _POLICIES or any(step.name in _POLICY_STEPS for step in chain.steps)


def extended(chain: Chain, model: str, last: Step, seen: Seen) -> Step:
    """The call as the extensions of its client hand it on."""
    if seen.run is None:
        return last
    for step in chain.steps[:-2]:
        hook = _hook(_given(step), model, last.name) if step.name == "$extends" else None
        if hook is not None:
            last = last.given((_through(hook, model, last, seen), *(last.arguments or ())[1:]))
    return last


def _given(step: Step) -> Value | None:
    """The ``query`` part of an extension; ``Prisma.defineExtension({ … })`` around it or not."""
    first = argument(step, 0)
    if isinstance(first, Chain) and first.last is not None and first.last.name == "defineExtension":
        first = argument(first.last, 0)
    return at_path(first, "query")


def _hook(hooks: Value | None, model: str, method: str) -> Closure | None:
    for owner in (model, f"{model[:1].lower()}{model[1:]}", "$allModels"):
        for name in (method, "$allOperations"):
            found = at_path(hooks, owner, name)
            if isinstance(found, Closure):
                return found
    return None


def _through(hook: Closure, model: str, last: Step, seen: Seen) -> Value:
    """What the hook gives to ``query(args)``; what it was given when it gives nothing."""
    asked = argument(last, 0)
    given = _copied(asked)
    handed: list[Value] = []

    def go_on(arguments: tuple[Value, ...]) -> Value:
        handed.extend(arguments[:1])
        return Promise(UNKNOWN)

    supplied = Shape(
        {
            "args": given,
            "query": Native("query", go_on),
            "model": Constant(f"{model[:1].upper()}{model[1:]}"),
            "operation": Constant(last.name),
        }
    )
    assert seen.run is not None
    seen.run(hook, (supplied,))
    ways = list(_different(handed))
    if not ways:
        return asked if asked is not None else given
    return ways[0] if len(ways) == 1 else _together(ways[:8], given)


def _together(ways: list[Value], asked: Shape) -> Value:
    """Several ways through a hook: a part that it hands on as it came is that part, and of what it wrote on one way the columns stay what they were."""
    shapes = [one for one in ways if isinstance(one, Shape)]
    if len(shapes) < len(ways):
        return Either(tuple(ways))
    fields: dict[str, Value] = {}
    for name in dict.fromkeys(name for one in shapes for name in one.fields):
        found = list(_different([one.fields[name] for one in shapes if name in one.fields]))
        own = asked.fields.get(name)
        as_it_came = name in _WRITTEN and own is not None and any(one is own for one in found)
        fields[name] = own if as_it_came and own is not None else found[0] if len(found) == 1 else Either(tuple(found))
    rest = tuple(_different([part for one in shapes for part in one.rest]))
    return Shape(fields, rest)


def _copied(asked: Value | None) -> Shape:
    """What was asked, with a ``where`` to add to: what the hook changes is not changed for whoever asked."""
    if not isinstance(asked, Shape):
        return Shape({"where": Shape({})}, () if asked is None else (asked,))
    where = asked.fields.get("where")
    inner = Shape(dict(where.fields), where.rest) if isinstance(where, Shape) else where
    return Shape({**asked.fields, "where": inner if inner is not None else Shape({})}, asked.rest)


def _different(values: list[Value]) -> Iterator[Value]:
    seen: list[Value] = []
    for one in values:
        if not any(one is other for other in seen):
            seen.append(one)
            yield one
