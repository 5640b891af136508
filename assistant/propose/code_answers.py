"""What handlers read from the answers of functions: so that a place which calls the same function can be told whose rows it works with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.code import GuardKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.code import CodeMap, Query

_ANSWERS: Final = re.compile(r"\bconst\s+(\w+)\s*=\s*await\s+(?:\w+\.)*(\w+)\(")
_CONTEXT: Final = re.compile(r"(?<![.\w])ctx[?!]?\.((?:session[?!]?\.)?user[?!]?\.id|userId)\b")
"""How procedures name the caller."""
_RETURNS: Final = re.compile(r"\)\s*:\s*(?:Promise<)?\s*([A-Z]\w*)(?:\s*\|\s*(?:null|undefined))*\s*>?\s*(?:\{|=>)")
_MAPPERS: Final = re.compile(
    r"(find|create|update|upsert|delete|aggregate|count|groupBy|select|from|insert|execute|query|json|parse)(?![a-z])"
)


def paths_read(code_map: CodeMap, text: Callable[[str], str]) -> str:
    """``validateApiKey=userId;throwIfNoTeamAccess=teamId,team.id``, the paths that are read most first.

    ``ctx=user.id`` is how procedures read the caller from their context, and ``getProfile=@user_id`` a helper that asks for the session and answers the caller's own row, found by that column.
    """
    found: dict[str, dict[str, int]] = {}
    for entry in code_map.entries:
        asking = {guard.chain[0] for guard in entry.guards if guard.kind is GuardKind.SESSION and guard.chain}
        for query in entry.queries:
            column = _own_row(query) if query.via[:1] and query.via[0] in asking else ""
            if column:
                found.setdefault(query.via[0], {}).setdefault(f"@{column}", 0)
    for path in sorted({entry.place.file for entry in code_map.entries}):
        source = text(path)
        for read in _CONTEXT.findall(source):
            held = found.setdefault("ctx", {})
            plain = re.sub(r"[?!]", "", read)
            held[plain] = held.get(plain, 0) + 1
        for name, function in _ANSWERS.findall(source):
            if _MAPPERS.match(function):
                continue  # what one table's row has says nothing about another's
            for read in re.findall(
                rf"(?<![.\w]){re.escape(name)}[?!]?\.((?:\w+[?!]?\.)?(?:\w*[iI]d|user_id))\b(?!\()", source
            ):
                held = found.setdefault(function, {})
                plain = re.sub(r"[?!]", "", read)
                held[plain] = held.get(plain, 0) + 1
    return ";".join(
        f"{name}={','.join(sorted(held, key=lambda one: (-held[one], one)))}" for name, held in sorted(found.items())
    )


def may_be_empty(told: str, declared: Callable[[str], str]) -> str:
    """Of the paths that are read from answers: those whose declared type allows nothing, ``validateApiKey=userId``.

    Args:
        told: what ``paths_read`` gives.
        declared: the text of the module that declares a function; empty when it is not known.
    """
    out = []
    for name, _, paths in (part.partition("=") for part in told.split(";")):
        plain = [path for path in paths.split(",") if path.isidentifier()]
        module = declared(name) if plain else ""
        start = re.search(rf"\b(?:function\s+{re.escape(name)}\b|const\s+{re.escape(name)}\s*=)", module)
        answers = _RETURNS.search(module, start.end()) if start else None
        if answers is None:
            continue
        body = re.search(rf"\b(?:interface|type)\s+{answers[1]}\b[^{{;]*\{{(.*?)\n\}}", module, re.DOTALL)
        fields = body[1] if body else ""
        empty = [
            path for path in plain if re.search(rf"^\s*{path}(\?:|:[^;\n]*\b(null|undefined)\b)", fields, re.MULTILINE)
        ]
        if empty:
            out.append(f"{name}={','.join(empty)}")
    return ";".join(out)


def declaring(code_map: CodeMap, text: Callable[[str], str], paths: Iterable[str], function: str) -> str:
    """The module that declares a function that handlers import; empty when there are several, or none is known."""
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import parse

    for path in sorted({entry.place.file for entry in code_map.entries}):
        source = text(path) if path.endswith((".ts", ".tsx")) else ""
        if f"{function}(" not in source:
            continue
        module, _ = bound_names(parse(source.encode(), path)).get(function, ("", ""))
        if not module:
            continue
        plain = re.sub(r"^[@~]?/|^(\.\.?/)+", "", re.sub(r"\.[jt]sx?$", "", module))
        for tail in dict.fromkeys((plain, plain.rsplit("/", 1)[-1])):
            ends = tuple(f"/{tail}{end}" for end in (".ts", ".tsx", "/index.ts"))
            found = [text(one) for one in sorted(paths) if f"/{one}".endswith(ends)]
            found = [one for one in found if re.search(rf"\b(function|const)\s+{re.escape(function)}\b", one)]
            if found:
                break
        return found[0] if len(found) == 1 else ""
    return ""


def _own_row(query: Query) -> str:
    """The column by which a helper finds whole rows of the caller alone."""
    if query.verb != "select" or len(query.via) != 1 or query.columns is not None or len(query.filters) != 1:
        return ""
    only = query.filters[0]
    return only.column if any(origin.kind is OriginKind.CALLER for origin in only.origins) else ""
