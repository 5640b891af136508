"""Tools that a language model may call: ``tool({ execute })``, records with a description, parameters and ``execute``, MCP's ``registerTool``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, entry_of, nodes_within, text, value_of
from assistant.collect.code.entries_point import EntryPoint, Spot, point
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Attribute, Call, Declare, Lambda, Literal, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Module


_LIBRARIES = re.compile(
    r"^(?:ai|ai/.*|npm:ai.*|@ai-sdk/.*|@modelcontextprotocol/.*|@mastra/.*|@langchain/.*|langchain.*|@openai/agents.*|mcp-handler|@vercel/mcp-adapter|openai|@copilotkit/.*|@assistant-ui/.*|fastmcp)$"
)
_SERVERS = re.compile(r"^(?:@modelcontextprotocol/.*|mcp-handler|@vercel/mcp-adapter|fastmcp)$")
_MAKES = frozenset(
    {"tool", "createTool", "dynamicTool", "defineTool", "aiTool", "betaZodTool", "DynamicStructuredTool", "DynamicTool"}
)
_MCP = frozenset({"tool", "registerTool", "addTool"})
_SCHEMA = ("parameters", "inputSchema", "schema", "input", "args")


def tool_entries(program: Program) -> Iterator[EntryPoint]:
    """Every tool, where its ``execute`` stands."""
    for module in program.modules.values():
        if module.language == "py" or not any(_LIBRARIES.match(one.source) for one in module.imports):
            continue
        taken: set[int] = set()
        for node, within in nodes_within(module.body, Call, Record):
            found = _called(node) if isinstance(node, Call) else _described(node)
            if found is not None and found[0].at not in taken:
                handler, name = found
                taken.add(handler.at)
                yield _point(program, module, handler, name or _name(module, node, within), within, node)
    if any(_registers_a_list(module) for module in program.modules.values()):
        yield from _listed(program)


def _registers_a_list(module: Module) -> bool:
    """``for (const one of tools) server.tool(one.name, one.description, …)``: what is registered is written elsewhere."""
    if module.language == "py" or not any(_SERVERS.match(one.source) for one in module.imports):
        return False
    return any(
        callee_of(node).rpartition(".")[2] in _MCP and node.arguments and isinstance(node.arguments[0], Attribute)
        for node, _ in nodes_within(module.body, Call)
        if isinstance(node, Call)
    )


def _listed(program: Program) -> Iterator[EntryPoint]:
    """Records with a name, a description, a schema and a function, in any module: ``{ name: "tasks_get", …, handler(input, userId) {} }``."""
    for module in program.modules.values():
        for node, within in nodes_within(module.body, Record) if module.language != "py" else ():
            if (
                not isinstance(node, Record)
                or value_of(node, "description") is None
                or not text(value_of(node, "name"))
            ):
                continue
            handler = value_of(node, "handler", "callback", "run")
            if value_of(node, *_SCHEMA) is not None and isinstance(handler, Lambda):
                entry = _point(program, module, handler, text(value_of(node, "name")) or "", within, handler)
                yield replace(entry, inputs="registered-tool")


def _called(node: Call) -> tuple[Expression, str] | None:
    last = callee_of(node).rpartition(".")[2]
    if last in _MAKES and node.arguments:
        for argument in node.arguments:
            entry = entry_of(argument, "execute", "func", "run")
            if entry is not None:
                return entry.value, text(value_of(argument, "name", "id")) or ""
        if (
            node.arguments
            and isinstance(node.arguments[0], Lambda | Name)
            and len(node.arguments) > 1
            and isinstance(node.arguments[1], Record)
        ):
            return node.arguments[0], text(value_of(node.arguments[1], "name")) or ""
    if (
        last in _MCP
        and len(node.arguments) > 1
        and isinstance(node.arguments[0], Literal)
        and isinstance(node.arguments[-1], Lambda | Name | Call)
    ):
        return node.arguments[-1], text(node.arguments[0]) or ""
    return None


def _described(node: object) -> tuple[Expression, str] | None:
    if not isinstance(node, Record) or value_of(node, "description") is None or value_of(node, *_SCHEMA) is None:
        return None
    execute = value_of(node, "execute")
    return (execute, text(value_of(node, "name")) or "") if execute is not None else None


def _name(module: Module, node: object, within: tuple[Function, ...]) -> str:
    """What the tool is called: the variable, or the function that makes it."""
    at = getattr(node, "at", -1)
    bodies = [module.body, *(function.body for function in within)]
    for body in reversed(bodies):
        for statement in body:
            if (
                isinstance(statement, Declare)
                and isinstance(statement.pattern, Name)
                and statement.at <= at < statement.end
            ):
                value = statement.value
                if isinstance(value, Record):
                    key = next(
                        (entry.key for entry in value.entries if entry.key and entry.value.at <= at < entry.value.end),
                        None,
                    )
                    return key or statement.pattern.id
                return statement.pattern.id
    return next((function.name for function in reversed(within) if function.name), "tool")


def _point(
    program: Program, module: Module, handler: Expression, name: str, within: tuple[Function, ...], node: object
) -> EntryPoint:
    return point(
        program,
        Spot(module.path, handler, getattr(node, "at", handler.at), within),
        id=f"tool {module.path}#{name}",
        kind=EntryKind.TOOL,
        inputs="tool",
        symbol=name,
    )
