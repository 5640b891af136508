"""Functions that a chain of calls exposes: uploads of UploadThing, server functions of TanStack Start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.entries_look import nodes_within, spine
from assistant.collect.code.entries_point import EntryPoint, Spot, point
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Call, Declare, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module

_UPLOADS: Final = "uploadthing/"
_STARTS: Final = ("@tanstack/react-start", "@tanstack/start", "@tanstack/solid-start")


def builder_entries(program: Program) -> Iterator[EntryPoint]:
    """Every upload and every server function, once, where its chain stands."""
    for module in program.modules.values():
        if module.language == "py":
            continue
        uploads = any(one.source.startswith(_UPLOADS) for one in module.imports)
        starts = any(one.source.startswith(_STARTS) for one in module.imports)
        if uploads:
            yield from _chains(program, module, "onUploadComplete", "upload")
        if starts:
            yield from _chains(program, module, "handler", "server-fn")


def _chains(program: Program, module: Module, last: str, inputs: str) -> Iterator[EntryPoint]:
    names = dict(_named(module))
    for node, within in nodes_within(module.body, Call):
        assert isinstance(node, Call)
        root, links = spine(node)
        if not links or links[-1].name != last or not isinstance(root, Name):
            continue
        if inputs == "server-fn" and root.id != "createServerFn":
            continue
        name = next((said for (at, end), said in names.items() if at <= node.at and node.end <= end), "")
        yield point(
            program,
            Spot(module.path, node, node.at, within),
            id=f"{inputs} {module.path}#{name or node.at}",
            kind=EntryKind.ACTION,
            inputs=inputs,
            symbol=name,
        )


def _named(module: Module) -> Iterator[tuple[tuple[int, int], str]]:
    """What is declared at the top of a module, and what stands in an object there, innermost first."""
    for statement in module.body:
        if not isinstance(statement, Declare) or not isinstance(statement.pattern, Name):
            continue
        if isinstance(statement.value, Record):
            for entry in statement.value.entries:
                if entry.key:
                    yield (entry.value.at, entry.value.end), entry.key
        yield (statement.at, statement.end), statement.pattern.id
