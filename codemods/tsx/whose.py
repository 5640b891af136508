"""The value that a column is compared with at a place: the caller, or the tenant that was proven before, however the handler reads it.

Facts: ``value`` (expression, when it is known), ``told``, ``proven``, ``paths``, ``held`` (tenants that a guard proved, as column and path of
the request: ``workspaceId=input.workspaceId;organizationId=path.orgId``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.tsx.scope import flat, locals_before, value_for
from codemods.tsx.tree import ancestors, enclosing_function, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Target
    from codemods.tsx.scope import Local

_INPUT = frozenset({("input",), ("parsedInput",)})
_READS = r"(?P<head>\w+)(?P<way>(?:\.\w+)*?(?:\.param\(\s*[\"'](?P<called>\w+)[\"']\s*\)|\.params\.(?P<part>\w+)))(?P<sure>!?)"
"""``c.req.param("orgId")!``, ``req.params.orgId``."""


def whose(node: Node, column: str, target: Target) -> str:
    """What the column is compared with at a place; empty when nothing there says whose the row has to be."""
    facts = target.facts
    if facts.get("value"):
        return facts["value"]
    start, end = target.function
    within = start <= node.start_byte and node.end_byte <= end
    found = held(node, column, facts.get("held", "")) if within else ""
    return found or value_for(
        node,
        column,
        told_caller=bool(facts.get("told")),
        proven=facts.get("proven") != "0",
        paths=facts.get("paths", ""),
    )


def held(node: Node, column: str, said: str) -> str:
    """The proven tenant as the handler can write it here; empty when the column is another's, or it cannot be named."""
    if not said:
        return ""
    proven = {flat(name): path for name, _, path in (part.partition("=") for part in said.split(";")) if path}
    path = proven.get(flat(column.rsplit(".", 1)[-1]), "")
    if not path:
        return ""
    root, _, last = path.rpartition(".")
    known = locals_before(node)
    for one in known:
        if one.name.isidentifier() and flat(one.name) == flat(last) and _is_read(one, last):
            return one.name
    if root == "input":
        name = next((one.name for one in known if one.value is None and (one.path or (one.name,)) in _INPUT), "")
        if not name:
            function = enclosing_function(node)
            whole = [one.name for one in known if one.value is None and not one.path]
            name = next((f"{one}.input" for one in whole if re.search(rf"\b{one}\.input\.", text(function))), "")
        return f"{name}.{last}" if name else ""
    return _as_others_read(node, root, last, known)


def _is_read(one: Local, last: str) -> bool:
    """The name holds that part of the request: a parameter, or made by naming it."""
    return one.value is None or one.path[-1:] == (last,) or bool(re.search(rf"\b{re.escape(last)}\b", text(one.value)))


def _as_others_read(node: Node, root: str, last: str, known: list[Local]) -> str:
    """``c.req.param("orgId")!``, as another handler of the file reads it from a parameter of the same name."""
    if root != "path":
        return ""
    given = {one.name for one in known if one.value is None}
    top = next(one for one in ancestors(node) if one.parent is None)
    found: list[re.Match[str]] = []
    for one in walk(top):
        if one.type in {"call_expression", "member_expression", "non_null_expression"}:
            match = re.fullmatch(_READS, text(one))
            if match is not None and match["head"] in given:
                found.append(match)
    same = [one for one in found if (one["called"] or one["part"]) == last]
    best = min(same or found, key=lambda match: not match["sure"], default=None)
    if best is None:
        return ""
    was = best["called"] or best["part"]
    cut = best["way"].rindex(was)
    return f"{best['head']}{best['way'][:cut]}{last}{best['way'][cut + len(was) :]}{best['sure']}"
