"""Headers that middleware writes on the request it lets through: ``requestHeaders.set("x-user-id", user.id)``.

What a browser sends under such a name never arrives behind it. Headers of the answer say nothing to the handler, and are not counted.
Which requests the middleware runs for is not asked here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.values import Constant
from assistant.collect.code.walking import expressions_of
from assistant.domain.syntax import Attribute, Call, Literal, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.follow.world import World
    from assistant.domain.syntax import Expression

_FILE: Final = re.compile(r"(?:^|[/._-])(?:middleware|proxy)(?:[/._-]|$)")
_OWN: Final = "x-"
_WRITES: Final = frozenset({"set", "append", "delete"})
_REQUEST: Final = re.compile(r"^(?:req|request|nextRequest|clone|forward)", re.IGNORECASE)


def written_on_request(world: World) -> frozenset[str]:
    """Names of headers of the application's own, in small letters."""
    if not world.middleware:
        return frozenset()
    paths = [path for path in world.program.modules if path in world.middleware or _FILE.search(path)]
    return frozenset(name for path in paths for name in _written(world, path) if name.startswith(_OWN))


def _written(world: World, path: str) -> Iterator[str]:
    for node in expressions_of(world.program.modules[path].body):
        if isinstance(node, Record):
            yield from (each.key.lower() for each in node.entries if isinstance(each.key, str))
        elif isinstance(node, Call) and _writes(node):
            yield _said(world, path, node.arguments[0]).lower()


def _writes(node: Call) -> bool:
    callee = node.callee
    if not isinstance(callee, Attribute) or callee.name not in _WRITES:
        return False
    return bool(node.arguments) and not _of_answer(callee.of)


def _of_answer(headers: Expression) -> bool:
    """``response.headers``; a name of its own may be a copy of the request's."""
    if not isinstance(headers, Attribute) or headers.name != "headers":
        return False
    return not (isinstance(headers.of, Name) and _REQUEST.search(headers.of.id))


def _said(world: World, path: str, name: Expression) -> str:
    if isinstance(name, Literal):
        return name.value if isinstance(name.value, str) else ""
    value = world.value(path, name.id) if isinstance(name, Name) else None
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else ""
