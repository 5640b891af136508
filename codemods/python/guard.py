"""Asks who is calling a FastAPI endpoint, with the dependency the service uses elsewhere.

Facts: ``dependency`` (``get_current_user``), ``module`` (where it is imported from, as written), ``parameter`` (name of the new
parameter), ``annotation`` (its type as the neighbours write it; left out where the file does not know it).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.python.tree import hunks_between, line_of, parse, with_import
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    import libcst as cst

    from codemods.target import Answer, Target

SAYS = "Nobody is asked who they are before this runs."


def edit(source: bytes, target: Target) -> Answer:
    """Add the dependency as a parameter."""
    dependency, module = target.facts.get("dependency", ""), target.facts.get("module", "")
    if not dependency or not module:
        return Refusal(
            "No dependency that asks who is calling was found in this service: add yours to the endpoint's parameters."
        )
    tree = parse(source)
    if tree is None:
        return Refusal("The file could not be read: add the dependency by hand.")
    kind = target.facts.get("annotation", "")
    known = (
        kind
        if kind and re.search(rf"^(from|import|class)\b.*\b{re.escape(kind)}\b", source.decode(), re.MULTILINE)
        else ""
    )
    changed, says = _with_parameter(
        tree, line_of(source, target.function[0]), dependency, target.facts.get("parameter", "user"), known
    )
    if says:
        return Refusal(says)
    if changed is tree:
        return Edits(())
    if module != "." and f"def {dependency}" not in source.decode():
        changed = with_import(changed, module, dependency)
    changed = with_import(changed, "fastapi", "Depends")
    return Edits(hunks_between(source, changed.code, SAYS))


def _with_parameter(tree: cst.Module, line: int, dependency: str, name: str, kind: str) -> tuple[cst.Module, str]:
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    for node, place in positions.items():
        if not isinstance(node, cst.FunctionDef) or not place.start.line <= line <= place.end.line:
            continue
        code = tree.code_for_node(node.params)
        if dependency in code or dependency in "".join(tree.code_for_node(one) for one in node.decorators):
            return tree, ""
        if any(param.name.value == name for param in (*node.params.params, *node.params.kwonly_params)):
            return tree, f"The endpoint has a parameter `{name}` already: add Depends({dependency}) under another name."
        default = cst.parse_expression(f"Depends({dependency})")
        tight = cst.AssignEqual(whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace(""))
        fresh = cst.Param(name=cst.Name(name), default=default, equal=tight, annotation=None)
        if kind:
            typed = cst.Annotation(annotation=cst.parse_expression(kind))
            fresh = fresh.with_changes(annotation=typed, equal=cst.MaybeSentinel.DEFAULT)
        if node.params.star_arg is not cst.MaybeSentinel.DEFAULT or node.params.kwonly_params:
            params = node.params.with_changes(kwonly_params=[*node.params.kwonly_params, fresh])
        else:
            held = list(node.params.params)
            if held and held[-1].comma is cst.MaybeSentinel.DEFAULT:
                pass
            elif held:
                # the file breaks its parameters over lines: the new one stands like the last
                fresh = fresh.with_changes(comma=held[-1].comma)
                if len(held) > 1:
                    held[-1] = held[-1].with_changes(comma=held[-2].comma)
            params = node.params.with_changes(params=[*held, fresh])
        return tree.with_deep_changes(node, params=params), ""
    return tree, "The endpoint could not be found in this file: add the dependency by hand."
