"""Takes personal data and tokens out of a log line of Python: the value goes, its name stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.python.tree import hunks_between, line_of, parse
from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    import libcst as cst

    from codemods.target import Answer, Target

SAYS = "Logs are read by more people than the row was meant for."
_PRIVATE = re.compile(
    r"e-?mail|password|passwd|token|secret|phone|address|session|cookie|authori[sz]ation|api_?key|full_?name|birth|iban|card|jwt|headers|body|payload|customer",
    re.IGNORECASE,
)


def edit(source: bytes, target: Target) -> Answer:
    """Replace private arguments, and private parts of an f-string, by ``[redacted]``."""
    tree = parse(source)
    if tree is None:
        return Refusal("The file could not be read: take the personal data out of the log line by hand.")
    changed = _redacted(tree, line_of(source, target.at[0]), line_of(source, max(target.at[0], target.at[1] - 1)))
    if changed is None:
        return Refusal("The log line could not be found: take the personal data out of it by hand.")
    return Edits(hunks_between(source, changed.code, SAYS) if changed.code != tree.code else ())


def _redacted(tree: cst.Module, first: int, last: int) -> cst.Module | None:
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    positions = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    for node, place in positions.items():
        if not isinstance(node, cst.Call) or place.start.line < first or place.end.line > last:
            continue
        args = [_argument(tree, one) for one in node.args]
        return tree.with_deep_changes(node, args=args)
    return None


def _argument(tree: cst.Module, argument: cst.Arg) -> cst.Arg:
    import libcst as cst

    value = argument.value
    if isinstance(value, cst.SimpleString):
        return argument
    if isinstance(value, cst.FormattedString):
        parts = [
            cst.FormattedStringText("[redacted]")
            if isinstance(part, cst.FormattedStringExpression) and _PRIVATE.search(tree.code_for_node(part.expression))
            else part
            for part in value.parts
        ]
        return argument.with_changes(value=value.with_changes(parts=parts))
    name = argument.keyword.value if argument.keyword is not None else ""
    if _PRIVATE.search(tree.code_for_node(value)) or _PRIVATE.search(name):
        return argument.with_changes(value=cst.SimpleString('"[redacted]"'))
    return argument
