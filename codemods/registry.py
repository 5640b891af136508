"""Codemods by name, loaded when one is asked for: whoever proposes a patch needs no parser until then."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal


if TYPE_CHECKING:
    from codemods.target import Answer, Target

_SCRIPT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def change(name: str, source: bytes, target: Target) -> Answer:
    """Run one codemod and check what it made.

    Args:
        name: module name below ``codemods.tsx`` or ``codemods.python``; the path's extension says which.
        source: the file, UTF-8.
        target: where, and what is known.

    Returns:
        Its edits, or why there are none: also when the edited file would have more errors than before.
    """
    try:
        source.decode()
    except UnicodeDecodeError:
        return Refusal(f"{target.path} is not UTF-8: save it as UTF-8 first.")
    family = "tsx" if target.path.endswith(_SCRIPT) else "python"
    if family == "python" and not target.path.endswith(".py"):
        return Refusal(f"{target.path} is in a language that stanch does not edit.")
    try:
        module = import_module(f"codemods.{family}.{name}")
    except ModuleNotFoundError:
        return Refusal("There is no patch of this kind for this language: change it by hand.")
    answer: Answer = module.edit(source, target)
    if isinstance(answer, Edits) and answer.hunks:
        reparse = import_module(f"codemods.{family}.tree").still_parses
        if not reparse(source, target.path, answer.hunks):
            return Refusal("The edited file would not parse: change it by hand.")
    return answer
