"""Parses the input with the library the repository already uses, before an id of it reaches a query.

Facts: ``library`` (zod, valibot, yup), ``name`` (local name the value has in the handler), ``shape`` (uuid, string or number), ``kind``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.target import Edits, Needed, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import after, at_top, with_imports
from codemods.tsx.scope import parameters
from codemods.tsx.style import style_of
from codemods.tsx.tree import block_of, field, function_at, own_nodes, parse, statement_of, text


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "What is no id must not reach the query."
_TESTS = {
    ("zod", "uuid"): "!z.string().uuid().safeParse({name}).success",
    ("zod", "string"): "!z.string().min(1).safeParse({name}).success",
    ("zod", "number"): "!z.coerce.number().int().safeParse({name}).success",
    ("valibot", "uuid"): "!v.is(v.pipe(v.string(), v.uuid()), {name})",
    ("valibot", "string"): "!v.is(v.pipe(v.string(), v.nonEmpty()), {name})",
    ("valibot", "number"): "!v.is(v.pipe(v.number(), v.integer()), {name})",
    ("yup", "uuid"): "!string().uuid().required().isValidSync({name})",
    ("yup", "string"): "!string().required().isValidSync({name})",
    ("yup", "number"): "!number().integer().required().isValidSync({name})",
}
_NEEDS = {"zod": Needed("zod", "z"), "valibot": Needed("valibot", "*", "v"), "yup": Needed("yup", "string")}


def edit(source: bytes, target: Target) -> Answer:
    """Refuse what does not parse, right after the value is read."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    library, name = target.facts.get("library", ""), target.facts.get("name", "")
    shape = target.facts.get("shape", "string")
    test = _TESTS.get((library, shape))
    if test is None:
        return Refusal(
            "No validation library of this repository is known: check the shape of the id before it is used."
        )
    if function is None or block is None or not name.isidentifier():
        return Refusal("Where the id is read could not be found: parse it before it is used.")
    test = test.format(name=name)
    if test.replace(" ", "") in text(block).replace(" ", ""):
        return Edits(())
    style = style_of(root, source)
    no = answer(root, function, target.facts.get("kind", "route"), 400)
    need = _NEEDS[library]._replace(name="number") if (library, shape) == ("yup", "number") else _NEEDS[library]
    lines = f"if ({test}) {{\n  {no.lines}\n}}"
    for one in own_nodes(function):
        is_bound = one.type in {"identifier", "shorthand_property_identifier_pattern"} and text(one) == name
        held = one.parent
        while is_bound and held is not None and held.type in {"object_pattern", "pair_pattern"}:
            held = held.parent
        if is_bound and held is not None and held.type == "variable_declarator" and field(held, "value") != one:
            return with_imports(
                root, source, style, [after(source, style, statement_of(held), lines, SAYS)], (need, *no.needs)
            )
    if any(one.name == name for one in parameters(function)):
        return with_imports(root, source, style, [at_top(source, style, block, lines, SAYS)], (need, *no.needs))
    return Refusal(f"Where `{name}` is read could not be found: parse it before it is used.")
