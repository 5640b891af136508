"""JSX: server components are followed like calls; whatever is handed to a client component or rendered is returned to the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.values import UNKNOWN, Closure, Promise, Shape, Value


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Element


def element(run: Run, node: Element, scope: Scope) -> Value:
    """What an element shows, as an object whose unnamed parts are the shown values."""
    props: dict[str, Value] = {}
    spread: list[Value] = []
    for field in node.attributes:
        value = run.evaluate(field.value, scope)
        if field.spread or field.key is None:
            spread.append(value)
        else:
            props[field.key] = value
    children: list[Value] = []
    for child in node.children:
        try:
            children.append(run.settle(run.evaluate(child, scope)))
        except Stopped:
            continue
    if node.tag[:1].isupper():
        component = _component(run, node, scope)
        if component is not None:
            props["children"] = Shape({}, tuple(children))
            try:
                shown = run.call(component, (Shape(props, tuple(spread)),), scope.module, node.at, node.end)
            except Stopped:
                return Shape({}, tuple(children))
            return Shape({}, (run.settle(shown), *children))
    if run.interactive:
        for value in props.values():
            if isinstance(value, Closure):
                run.attempt(value, tuple(UNKNOWN for _ in value.function.parameters), scope.module, node.at)
    visible = [value for value in props.values() if not isinstance(value, Closure)]
    return Shape({}, (*visible, *spread, *children))


def _component(run: Run, node: Element, scope: Scope) -> Closure | None:
    """The server component that a tag names; None for client components and libraries."""
    root, _, rest = node.tag.partition(".")
    if rest:
        return None
    found = scope.find(root)
    value = found if found is not None else run.lookup(scope.module, root)
    value = value.value if isinstance(value, Promise) else value
    if isinstance(value, Closure) and not run.is_client(value.module) and run.rendered_below < 6:  # noqa: PLR2004
        return value
    return None
