"""Loaders and actions of Remix, React Router and SvelteKit, endpoints of Astro, and the handlers of a ts-rest contract: functions that a request reaches by file or by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_configured import configured
from assistant.collect.code.entries_look import callee_of, nodes_within
from assistant.collect.code.entries_point import EntryPoint, Spot, point, settings_of, spot_of
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Call, Declare, Lambda, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module

_REMIX = re.compile(r"(?:^|/)app/routes/(.+?)(?:/route|/index)?\.(?:tsx|ts|jsx|js)$")
_SVELTE = re.compile(r"(?:^|/)src/routes/(?:(.*)/)?\+(page|layout)\.server\.(?:ts|js)$")
_SVELTE_VERBS = re.compile(r"(?:^|/)src/routes/(?:(.*)/)?\+server\.(?:ts|js)$")
_ASTRO = re.compile(r"(?:^|/)src/pages/(.+?)\.(?:ts|js|mts|mjs)$")
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CONTRACT = re.compile(r"(?:^|\.)(?:createNextHandler|createNextRoute|createNextRouter|fetchRequestHandler|router)$")


def loader_entries(program: Program) -> Iterator[EntryPoint]:
    """Every loader, action and handler of a contract."""
    listed = configured(program)
    for path, module in program.modules.items():
        if module.language == "py":
            continue
        if path in listed:
            yield from _exported(program, module, listed[path], {"loader": "GET", "action": "POST"})
        elif (match := _REMIX.search(path)) is not None:
            yield from _exported(program, module, _remix_url(match[1]), {"loader": "GET", "action": "POST"})
        elif (match := _SVELTE.search(path)) is not None:
            yield from _exported(program, module, _svelte_url(match[1] or ""), {"load": "GET"})
            yield from _form_actions(program, module, _svelte_url(match[1] or ""))
        elif (match := _SVELTE_VERBS.search(path)) is not None:
            yield from _exported(program, module, _svelte_url(match[1] or ""), {verb: verb for verb in _VERBS})
        elif (match := _ASTRO.search(path)) is not None:
            # pages of Next export one function by default, whatever the verb
            yield from _exported(program, module, _astro_url(match[1]), {verb: verb for verb in (*_VERBS, "ALL")})
        if any(one.source.startswith("@ts-rest/") for one in module.imports):
            yield from _contract(program, module)


def _remix_url(name: str) -> str:
    """``invoices.$id`` is ``/invoices/[id]``; layouts (``_auth``) and escapes (``[.]``) are no segments."""
    parts = [part for part in re.split(r"[./](?![^\[]*\])", name) if part and not part.startswith("_")]
    return "/" + "/".join(f"[{part[1:] or '...'}]" if part.startswith("$") else part.rstrip("_") for part in parts)


def _svelte_url(folder: str) -> str:
    parts = [part for part in folder.split("/") if part and not part.startswith("(")]
    return "/" + "/".join(parts)


def _astro_url(name: str) -> str:
    """``invoices/[id].pdf`` answers at ``/invoices/[id].pdf``; an index is its folder."""
    parts = name.split("/")
    return "/" + "/".join(parts[:-1] if parts[-1] == "index" else parts)


def _exported(program: Program, module: Module, url: str, wanted: dict[str, str]) -> Iterator[EntryPoint]:
    names = set(program.export_names(module.path))
    for name, verb in wanted.items():
        spot = spot_of(program, module.path, name) if name in names else None
        if spot is not None:
            served = name in _VERBS or name == "ALL"
            yield point(
                program,
                spot,
                id=f"{name} {url}",
                kind=EntryKind.ROUTE if served else EntryKind.SERVER_PROPS if verb == "GET" else EntryKind.ACTION,
                inputs="loader",
                symbol=name,
                verb=verb,
                path=url,
                settings=settings_of(module),
            )


def _form_actions(program: Program, module: Module, url: str) -> Iterator[EntryPoint]:
    """``export const actions = { default: async (event) => … }`` of SvelteKit."""
    declared = program.declared(module.path).get("actions")
    value = declared.value if isinstance(declared, Declare) else None
    for entry in value.entries if isinstance(value, Record) else ():
        if entry.key and isinstance(entry.value, Lambda | Name):
            yield point(
                program,
                Spot(module.path, entry.value, entry.value.at),
                id=f"action {url}?/{entry.key}",
                kind=EntryKind.ACTION,
                inputs="loader",
                symbol=entry.key,
                verb="POST",
                path=url,
            )


def _contract(program: Program, module: Module) -> Iterator[EntryPoint]:
    """``createNextHandler(contract, { getInvoice: async ({ params }) => … })``; routers in routers by their dotted names."""
    for node, _within in nodes_within(module.body, Call):
        assert isinstance(node, Call)
        if _CONTRACT.search(callee_of(node)) and len(node.arguments) > 1 and isinstance(node.arguments[1], Record):
            yield from _handlers(program, module, node.arguments[1], "")


def _handlers(program: Program, module: Module, record: Record, prefix: str) -> Iterator[EntryPoint]:
    for entry in record.entries:
        name = f"{prefix}{entry.key}"
        if entry.key is None:
            continue
        if isinstance(entry.value, Record):
            yield from _handlers(program, module, entry.value, f"{name}.")
        elif isinstance(entry.value, Lambda):
            yield point(
                program,
                Spot(module.path, entry.value, entry.value.at),
                id=f"procedure {name}",
                kind=EntryKind.PROCEDURE,
                inputs="contract",
                symbol=entry.key,
                path=name,
            )
