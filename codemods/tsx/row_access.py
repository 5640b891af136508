"""Lets the row's author and whoever may administer its parent work with a row, and nobody else.

Facts: ``columns`` (that name the author, comma separated; any of them may), ``parent`` (column of the parent's id) and ``call`` (the
repository's access function for the parent, model text with ``{id}`` and ``{caller}``), ``model`` (client and model, ``prisma.comment``,
for a row that is not read yet), ``id`` (column that finds it), ``kind``. The query that changes the row stands at ``Target.at``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.access import asked_by
from codemods.tsx.answers import answer
from codemods.tsx.guard import exits
from codemods.tsx.insert import after, before, with_imports
from codemods.tsx.layout import add_entry
from codemods.tsx.scope import locals_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import arguments, around, field, function_at, links, pairs, parse, plain, statement_of, text
from codemods.tsx.whose import value_for


if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.domain.fixes import Hunk
    from codemods.target import Answer, Target

SAYS = "Nobody asks whose row this is before it is changed."


def edit(source: bytes, target: Target) -> Answer:
    """Extend the read that stands before, or add one."""
    root = parse(source, target.path)
    facts = target.facts
    handler = function_at(root, target.function)
    columns = [one for one in facts.get("columns", "").split(",") if one]
    if handler is None or target.at[1] <= target.at[0] or not columns:
        return Refusal("Who wrote the row could not be told: compare its author with the caller by hand.")
    node = around(root, target.at)
    statement = statement_of(node)
    given = asked_by(node, facts.get("id", "id"))
    value = value_for(statement, columns[0], paths=facts.get("paths", ""))
    if not value or not re.fullmatch(r"[\w.]+", given):
        return Refusal("No value here says who the caller is: ask for the session before the row is changed.")
    style = style_of(root, source)
    no = answer(root, handler, facts.get("kind", "route"), 403)
    needs = (*target.needs, *no.needs)
    wanted = [*columns, *([facts["parent"]] if facts.get("parent") else [])]
    read = _read(node, given, facts.get("model", ""))
    name = read[0] if read else _fresh(facts.get("model", "").rsplit(".", 1)[-1])
    tests = [f"{name}.{column} !== {value}" for column in columns]
    if facts.get("call"):
        call = facts["call"].replace("{id}", f"{name}.{facts['parent']}").replace("{caller}", value)
        tests.append(f"!({call})")
    if _flat(tests[0]) in _flat(text(handler)) or _flat(tests[0].replace("!==", "===")) in _flat(text(handler)):
        return Edits(())
    if read is None:
        missing = answer(root, handler, facts.get("kind", "route"), 404)
        picked = ", ".join(f"{one}: true" for one in wanted)
        made = f"const {name} = await {facts['model']}.findUnique({{ where: {{ {_pair('id', given)} }}, select: {{ {picked} }} }});"
        lines = f"{made}\nif (!{name}) {{\n  {missing.lines}\n}}\n{_test(tests)} {{\n  {no.lines}\n}}"
        needs = (*needs, *missing.needs)
        return with_imports(root, source, style, [before(source, style, statement, lines, SAYS)], needs)
    _, fetched, last, missing_known = read
    opened = tests if missing_known else [f"!{name} || ({tests[0]}", *tests[1:-1], f"{tests[-1]})"]
    lines = f"{_test(opened)} {{\n  {no.lines}\n}}"
    hunks: list[Hunk] = []
    select = pairs(plain(arguments(fetched)[0])).get("select") if arguments(fetched) else None
    if select is not None:
        lacking = [f"{one}: true" for one in wanted if one not in pairs(select)]
        hunks = add_entry(source, style, select, ", ".join(lacking), SAYS) if lacking else []
    return with_imports(root, source, style, [*hunks, after(source, style, last, lines, SAYS)], needs)


def _read(node: Node, given: str, model: str) -> tuple[str, Node, Node, bool] | None:
    """The same row, read before: its name, the call, the statement to follow, and whether a missing row ends the handler there."""
    for local in locals_before(node):
        value = plain(local.value)
        if local.path or value is None or value.type != "call_expression" or not text(value).startswith(f"{model}."):
            continue
        if asked_by(value, "id") != given or not re.match(r"find(Unique|First)", links(value)[-1][0]):
            continue
        declared = statement_of(local.node)
        held = declared.parent.named_children if declared.parent is not None else []
        following = next((one for one in held if one.start_byte >= declared.end_byte and one.type != "comment"), None)
        inside = field(following, "consequence")
        ends = inside is not None and following is not None and following.type == "if_statement" and exits(inside)
        if (
            following is not None
            and ends
            and re.search(rf"!\s*{re.escape(local.name)}\b", text(field(following, "condition")))
        ):
            return local.name, links(value)[-1][1], following, True
        return local.name, links(value)[-1][1], declared, False
    return None


def _test(tests: list[str]) -> str:
    if len(tests) == 1:
        return f"if ({tests[0]})"
    return "if (\n" + " &&\n".join(f"  {one}" for one in tests) + "\n)"


def _fresh(model: str) -> str:
    return f"existing{model[:1].upper()}{model[1:]}"


def _pair(key: str, value: str) -> str:
    return key if key == value else f"{key}: {value}"


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';,]", "", words)
