"""The value that a column is compared with at a place: the caller, or the tenant that was proven before, however the handler reads it.

Facts: ``value`` (expression, when it is known), ``told``, ``proven``, ``paths``, ``held`` (tenants that a guard proved, as column and path of
the request: ``workspaceId=input.workspaceId;organizationId=path.orgId``), ``spoken`` (how other handlers write it), ``mine`` (how handlers of its kind write the caller's part of it),
``row`` (the column leads to a row that was proven).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.tsx.neighbour import named_by_neighbour
from codemods.tsx.scope import callers, flat, locals_before, names_before, parameters, paths_of
from codemods.tsx.tenants import is_tenant, tenants
from codemods.tsx.tree import FUNCTIONS, ancestors, enclosing_function, field, plain, text, top_of, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Target
    from codemods.tsx.scope import Local

_CONVERSIONS = frozenset({"parseInt", "Number", "String", "BigInt", "as", "string", "number", "bigint"})
_MAKES_ID = re.compile(r"(?:[uU]ser|[aA]ccount|[pP]rofile|[oO]wner|[mM]ember)_?[iI]d(?![a-z])")
_INPUT = frozenset({("input",), ("parsedInput",)})
_READS = r"(?P<head>\w+)(?P<way>(?:\.\w+)*?(?:\.param\(\s*[\"'](?P<called>\w+)[\"']\s*\)|\.params\.(?P<part>\w+)))(?P<sure>!?)"
"""``c.req.param("orgId")!``, ``req.params.orgId``."""


def whose(node: Node, column: str, target: Target) -> str:
    """What the column is compared with at a place; empty when nothing there says whose the row has to be."""
    value = _whose(node, column, target)
    given = target.facts.get("value") or _kept_under(node, column) in {"", value}
    # rows may be kept under another id than the session has
    return value if given else ""


def _kept_under(node: Node, column: str) -> str:
    """The handler's own name for what the column holds, where a function of the repository makes it: ``const userId = await resolveUserId(…)``."""
    wanted = flat(column.rsplit(".", 1)[-1])
    for one in locals_before(node):
        made = plain(one.value) if one.value is not None and not one.path and flat(one.name) == wanted else None
        if made is not None and made.type == "call_expression" and _MAKES_ID.search(text(field(made, "function"))):
            return one.name
    return ""


def _whose(node: Node, column: str, target: Target) -> str:
    facts = target.facts
    if facts.get("value"):
        return facts["value"]
    if facts.get("spoken") and readable(node, facts["spoken"]):
        return facts["spoken"]
    start, end = target.function
    within = start <= node.start_byte and node.end_byte <= end
    found = held(node, column, facts.get("held", "")) if within else ""
    if not found and within and not is_tenant(column) and is_held(column, facts.get("held", "")):
        return ""  # what was proven for it has no name here: whoever calls is no value for a key to something else
    found = found or value_for(
        node,
        column,
        told_caller=bool(facts.get("told")),
        proven=facts.get("proven") != "0",
        paths=facts.get("paths", ""),
        row=bool(facts.get("row")),
    )
    if found or not within:
        return found
    if facts.get("mine") and not facts.get("row") and readable(node, facts["mine"]):
        return facts["mine"]
    if is_tenant(column) or facts.get("row"):
        return ""
    named = named_by_neighbour(node, target)
    return named.value if named is not None else ""


def readable(node: Node, said: str) -> bool:
    """Everything that the expression reads is known at the place: ``parseInt(req.query.id as string)`` where there is a ``req``."""
    read = set(re.findall(r"(?<![.\w$])[A-Za-z_$][\w$]*", said)) - _CONVERSIONS
    return bool(read) and read <= names_before(node)


def _held(said: str) -> dict[str, str]:
    return {flat(name): path for name, _, path in (part.partition("=") for part in said.split(";")) if path}


def is_held(column: str, said: str) -> bool:
    """A guard proved something for the column."""
    return flat(column.rsplit(".", 1)[-1]) in _held(said)


def held(node: Node, column: str, said: str) -> str:
    """The proven tenant as the handler can write it here; empty when the column is another's, or it cannot be named."""
    path = _held(said).get(flat(column.rsplit(".", 1)[-1]), "")
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
    if root.startswith("argument."):
        return _of_argument(node, path.removeprefix("argument."), known)
    return _as_others_read(node, root, last, known)


def _of_argument(node: Node, path: str, known: list[Local]) -> str:
    """``data.resumeId`` of the handler's own parameter, with the ``!`` by which the handler says that it is there."""
    head = path.split(".", 1)[0]
    if not any(one.name == head and one.value is None and not one.path for one in known):
        return ""
    return f"{path}!" if f"{path}!" in text(enclosing_function(node)) else path


def _is_read(one: Local, last: str) -> bool:
    """The name holds that part of the request: a parameter, or made by naming it."""
    return one.value is None or one.path[-1:] == (last,) or bool(re.search(rf"\b{re.escape(last)}\b", text(one.value)))


def _as_others_read(node: Node, root: str, last: str, known: list[Local]) -> str:
    """``c.req.param("orgId")!``, as another handler of the file reads it from a parameter of the same name."""
    if root != "path":
        return ""
    given = {one.name for one in known if one.value is None}
    top = top_of(node)
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


def value_for(
    node: Node, column: str, *, told_caller: bool = False, proven: bool = True, paths: str = "", row: bool = False
) -> str:
    """What a column is compared with at a place; empty when nothing there says whose the row has to be.

    Args:
        node: the place.
        column: the column; its last name says whether a tenant or a person is meant.
        told_caller: the function is told who is calling by a parameter.
        proven: a membership was proven, so that a tenant the request names may be compared with.
        paths: what other files read from the answers of functions: ``validateApiKey=userId,teamId;getTeam=id``.
        row: the column leads to a row that was proven, whatever it is called: the caller is no value for it.
    """
    known = paths_of(paths)
    house = row or is_tenant(column)
    found = tenants(node, column, known, proven=proven) if house else callers(node, known)
    if not found and told_caller and not row:
        found = told(node, column)
    return found[0] if found else ""


def told(node: Node, column: str) -> list[str]:
    """Parameters by which a service function was told who is calling: one named like the column, for a person ``userId`` or ``user.id`` too."""
    wanted = flat(column.rsplit(".", 1)[-1])
    person = not is_tenant(column)
    out: list[str] = []
    for one in ancestors(node):
        if one.type not in FUNCTIONS:
            continue
        names = parameters(one)
        out += [local.name for local in names if flat(local.name) == wanted]
        if person:
            out += [
                local.name for local in names if local.name in {"userId", "user_id", "callerId", "ownerId", "viewerId"}
            ]
            out += [f"{local.name}.id" for local in names if local.name in {"user", "currentUser"}]
        out += _typed(one, wanted, person=person)
    return list(dict.fromkeys(out))


def _typed(function: Node, wanted: str, *, person: bool) -> list[str]:
    """``params.userId`` of ``params: { userId: string }``."""
    out = []
    held = field(function, "parameters")
    for one in held.named_children if held is not None else ():
        pattern, kind = field(one, "pattern"), field(one, "type")
        if pattern is None or pattern.type != "identifier" or kind is None:
            continue
        keys = [text(field(each, "name")) for each in walk(kind) if each.type == "property_signature"]
        out += [
            f"{text(pattern)}.{key}" for key in keys if flat(key) == wanted or (person and key in {"userId", "user_id"})
        ]
    return out
