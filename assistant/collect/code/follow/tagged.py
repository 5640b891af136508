"""Tagged templates: a call of their tag, with the text that is written between the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.values import Step


if TYPE_CHECKING:
    from assistant.collect.code.values import Chain, Value


def tag_step(value: Chain, values: tuple[Value, ...], text: str, module: str, at: int, end: int) -> Chain:
    """A tagged template as a call step of its tag."""
    last = value.last
    if last is not None and last.arguments is None:
        steps = value.steps[:-1]
        return value.through((*steps, Step(last.name, values, False, module, at, end, text)))
    return value.through((*value.steps, Step("", values, False, module, at, end, text)))
