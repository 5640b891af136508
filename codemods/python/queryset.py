"""Binds a class-based view of Django or REST framework: ``get_queryset`` gives the rows of whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.python.tree import class_at, hunks_between
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    import libcst as cst

    from codemods.target import Answer

_NAME = "get_queryset"


def with_queryset(source: bytes, tree: cst.Module, line: int, column: str, says: str) -> Answer:
    """Add the method, or the condition to what the one that is there gives."""
    import libcst as cst

    held = class_at(tree, line)
    if held is None or not isinstance(held.body, cst.IndentedBlock):
        return Refusal(f"The query is built in a way that is not rewritten: add `{column}` to it by hand.")
    key = ".id" if column.endswith("_id") else ""
    condition = f"filter({column}=self.request.user{key})"
    methods = [one for one in held.body.body if isinstance(one, cst.FunctionDef)]
    own = next((one for one in methods if one.name.value == _NAME), None)
    if own is not None:
        return _narrowed(source, tree, own, condition, says)
    named = {
        target.target.value
        for one in held.body.body
        if isinstance(one, cst.SimpleStatementLine)
        for small in one.body
        if isinstance(small, cst.Assign)
        for target in small.targets
        if isinstance(target.target, cst.Name)
    }
    if not named & {"queryset", "model"}:
        return Refusal(f"The query is built in a way that is not rewritten: add `{column}` to it by hand.")
    text = f"def {_NAME}(self):\n    return super().{_NAME}().{condition}\n"
    method = cst.ensure_type(cst.parse_statement(text), cst.FunctionDef)
    method = method.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    at = next((n for n, one in enumerate(held.body.body) if isinstance(one, cst.FunctionDef)), len(held.body.body))
    body = [*held.body.body[:at], method, *held.body.body[at:]]
    changed = tree.with_deep_changes(held.body, body=body)
    return Edits(hunks_between(source, changed.code, says))


def _narrowed(source: bytes, tree: cst.Module, own: cst.FunctionDef, condition: str, says: str) -> Answer:
    import libcst as cst

    block = own.body.body
    last = block[-1] if block else None
    small = last.body[0] if isinstance(last, cst.SimpleStatementLine) and len(last.body) == 1 else None
    if not isinstance(small, cst.Return) or small.value is None or len(block) != 1:
        return Refusal("What the view gives is put together on several ways: add the owner to each of them by hand.")
    words = tree.code_for_node(small.value)
    if condition in words:
        return Edits(())
    fresh = cst.parse_expression(f"({words}).{condition}" if "|" in words or "\n" in words else f"{words}.{condition}")
    return Edits(hunks_between(source, tree.with_deep_changes(small, value=fresh).code, says))
