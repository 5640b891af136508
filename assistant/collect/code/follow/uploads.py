"""An upload of UploadThing: what the middleware answers is handed to whoever notes that the file is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.builders import functions_of
from assistant.collect.code.follow.schemas import shaped
from assistant.collect.code.values import UNKNOWN, Chain, Closure, Shape, Value, request, unwrapped


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Step


def uploaded(run: Run, chain: Chain) -> Value:
    """Run such a chain from its middleware to the file: ``f({ pdf: {} }).input(schema).middleware(fn).onUploadComplete(fn)``."""
    given: Value = UNKNOWN
    metadata: Value = UNKNOWN
    for step in chain.steps:
        if step.name == "input" and step.arguments:
            schema = unwrapped(step.arguments[0])
            given = shaped(schema, request("input"), 0) if isinstance(schema, Chain) else request("input")
        elif step.name == "middleware":
            asked = Shape({"req": request("request"), "input": given, "files": request("files")}, (UNKNOWN,))
            metadata = _answer(run, step, asked)
        elif step.name == "onUploadComplete":
            return _answer(run, step, Shape({"metadata": metadata, "file": UNKNOWN, "req": UNKNOWN}, (UNKNOWN,)))
    return UNKNOWN


def _answer(run: Run, step: Step, given: Value) -> Value:
    functions: list[Closure] = list(functions_of(step.arguments or ()))
    return run.settle(run.call(functions[-1], (given,), step.module, step.at)) if functions else UNKNOWN
