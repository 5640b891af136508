"""Names that code reads, without going through more of the tree than asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.collect.code.walking import nodes_of
from assistant.domain.syntax import Declare, Define, DefineClass, Element, Name, RecordPattern, SequencePattern


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.syntax import Module, Pattern, Statement


_SERVER_ONLY = frozenset({"getServerSideProps", "getStaticProps", "getStaticPaths"})


def names_read(node: Any) -> frozenset[str]:  # any node of the syntax
    """Identifiers anywhere below a node, JSX tags included."""
    out = set()
    for one in nodes_of(node):
        if type(one) is Name:
            out.add(one.id)
        elif type(one) is Element and one.tag:
            out.add(one.tag.partition(".")[0])
    return frozenset(out)


def names_for_the_browser(module: Module) -> frozenset[str]:
    """Names a page of the pages router still uses after its data functions were taken out, as the bundler does it."""
    uses: dict[str, frozenset[str]] = {}
    kept: set[str] = set()
    for statement in module.body:
        bound = _bound(statement)
        read = names_read(statement)
        if not bound:
            kept |= read
        for name in bound:
            uses[name] = uses.get(name, frozenset()) | read
    waiting = [export.local for export in module.exports if export.name not in _SERVER_ONLY] + ["default"] + list(kept)
    done = set()
    while waiting:
        name = waiting.pop()
        if name not in done:
            done.add(name)
            waiting.extend(uses.get(name, ()))
    return frozenset(done)


def _bound(statement: Statement) -> tuple[str, ...]:
    if isinstance(statement, Define):
        return (statement.function.name or "default",)
    if isinstance(statement, DefineClass):
        return (statement.klass.name or "default",)
    if isinstance(statement, Declare):
        return tuple(names_of(statement.pattern))
    return ()


def names_of(pattern: Pattern | None) -> Iterator[str]:
    """Names that a pattern binds."""
    if isinstance(pattern, Name):
        yield pattern.id
    elif isinstance(pattern, RecordPattern):
        for part in pattern.parts:
            yield from names_of(part.pattern)
        if pattern.rest:
            yield pattern.rest
    elif isinstance(pattern, SequencePattern):
        for item in pattern.items:
            yield from names_of(item)
        if pattern.rest:
            yield pattern.rest
