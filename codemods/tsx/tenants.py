"""The tenant that a place can name: what was proven there, and never what the outside chose or what was found by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codemods.tsx.scope import NO_PATHS, callers_among, flat, in_wrapper, locals_before, read_from
from codemods.tsx.tree import field, text, top_of, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.tsx.scope import Local, Paths

_REQUEST: Final = re.compile(r"\b(params|query|body|input|parsedInput|formData|searchParams|json\(\)|req\b|request\b)")
_LOOKED_FOR: Final = re.compile(r"\.(findUnique|findFirst|findOne|findById|maybeSingle)\(")
_NAMES: Final = re.compile(r"(?<![.\w$])[A-Za-z_$][\w$]*")
"""Words of an expression that may be names of the place; members of others are none."""


def tenants(node: Node, column: str, paths: Paths = NO_PATHS, *, proven: bool = True) -> list[str]:
    """Expressions for a tenant column at a place: a name like the column's, ``team.id`` for ``teamId``, or one that is read elsewhere."""
    wanted = flat(column.rsplit(".", 1)[-1])
    known = locals_before(node)
    known = known if proven else _not_asked(known)
    names = {one.name for one in known}
    out = [
        one.name
        for one in known
        if _short(flat(one.name)) == _short(wanted) and not (one.value is None and one.path[:1] == ("input",))
    ]
    for one in known:
        out += [f"{one.name}.{path}" for path in read_from(one, paths) if _names_column(path, wanted)]
    if wanted.endswith("id"):
        out += [
            f"{one.name}.id"
            for one in known
            if flat(one.name) == wanted[:-2] and one.name not in {"params", "query"} and _has_id(one)
        ]
    root = top_of(node)
    names -= {one.name for one in known if _may_be_missing(one, node)}
    for each in walk(root):
        if each.type == "member_expression" and _names_column(words := text(each), wanted):
            first = re.split(r"[.?!]", words, maxsplit=1)[0]
            if (
                first in names
                and re.fullmatch(r"[\w.?!]+", words)
                and not re.search(r"\b(body|input|query|params|data)\b", words)
            ):
                out.append(words)
            continue
        if each.type == "variable_declarator" and (said := _apart(each, wanted)):
            # ``const { projectId } = ctx.state`` of another handler
            out += [said] if re.split(r"[.?!]", said, maxsplit=1)[0] in names else []
    return list(dict.fromkeys(out))


def _apart(declarator: Node, wanted: str) -> str:
    """A member that a handler takes out of an object, as an expression; empty for what the outside chose."""
    pattern, value = field(declarator, "name"), text(field(declarator, "value"))
    if pattern is None or pattern.type != "object_pattern" or not re.fullmatch(r"\w+(?:\.\w+)+", value):
        return ""
    if re.search(r"\b(body|input|query|params|data|headers)\b", value):
        return ""
    keys = [text(one) for one in pattern.named_children if one.type == "shorthand_property_identifier_pattern"]
    return next((f"{value}.{key}" for key in keys if _names_column(key, wanted)), "")


def _may_be_missing(one: Local, node: Node) -> bool:
    """A row that was looked for, and that nobody refused to go on without."""
    if one.value is None or not _LOOKED_FOR.search(text(one.value)):
        return False
    between = (top_of(node).text or b"")[one.node.end_byte : node.start_byte].decode("utf-8", "replace")
    return not re.search(rf"!\s*{re.escape(one.name)}\b", between)


def _has_id(one: Local) -> bool:
    """False for a row that was selected without its id: compared with nothing, some mappers find everything."""
    words = text(one.value)
    return not re.search(r"\bselect\s*:", words) or bool(re.search(r"\bid\s*:\s*true", words))


def _not_asked(known: list[Local]) -> list[Local]:
    """Without what the outside chose, and without what was found by it: a row of a stranger's names the stranger's tenant."""
    people = {re.split(r"[.?!]", one, maxsplit=1)[0] for one in callers_among(known, NO_PATHS)}
    chosen = {one.name for one in known if _asked(one)} - people
    kept = []
    for one in sorted(known, key=lambda local: local.node.start_byte):
        named = set(_NAMES.findall(text(one.value))) if one.value is not None else set()
        if one.name in chosen or (named & chosen and not named & people):
            chosen.add(one.name)
        else:
            kept.append(one)
    return [one for one in known if one in kept]


def _asked(one: Local) -> bool:
    """The outside chose the value: worth nothing where no membership was proven for it."""
    if one.value is None:
        return not in_wrapper(one.node) or one.path[:1] in {
            ("params",),
            ("input",),
            ("query",),
            ("body",),
            ("parsedInput",),
        }
    return bool(_REQUEST.search(text(one.value)))


def _names_column(path: str, wanted: str) -> bool:
    """``workspaceId`` and ``workspace.id`` are what ``workspace_id`` is compared with."""
    parts = [part for part in re.split(r"[.?!]+", path) if part]
    last = _short(flat(parts[-1]))
    return last == _short(wanted) or (
        len(parts) > 1 and parts[-1] == "id" and _short(flat(parts[-2]) + "id") == _short(wanted)
    )


def _short(name: str) -> str:
    """``organizationId`` is what others call ``orgId``, and a session ``activeOrganizationId``."""
    return re.sub(r"organi[sz]ation", "org", re.sub(r"^(?:active|current)(?=\w{4})", "", name))


def is_tenant(column: str) -> bool:
    """The column names a tenant rather than a person."""
    return bool(
        re.search(
            r"team|tenant|org|workspace|company|business|project|space|account|store|shop|agency|clinic|school|dataroom|document|page|parent|group|environment",
            flat(column.rsplit(".", 1)[-1]),
        )
    )
