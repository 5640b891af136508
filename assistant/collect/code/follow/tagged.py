"""Templates: a text with what is left to be filled in; of tagged ones a call of their tag, with the text that is written between the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.texts import joined, put_together
from assistant.collect.code.values import Chain, Constant, Known, Step
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Template


def tag_step(value: Chain, values: tuple[Value, ...], text: str, module: str, at: int, end: int) -> Chain:
    """A tagged template as a call step of its tag."""
    last = value.last
    if last is not None and last.arguments is None:
        steps = value.steps[:-1]
        return value.through((*steps, Step(last.name, values, False, module, at, end, text)))
    return value.through((*value.steps, Step("", values, False, module, at, end, text)))


def written(run: Run, node: Template, values: tuple[Value, ...], module: str) -> Value:
    """A template without a tag."""
    if all(isinstance(one, Constant) for one in values):
        filled = "".join(
            a + str(b.value)
            for a, b in zip(node.texts, [*values, Constant("")], strict=False)
            if isinstance(b, Constant)
        )
        return Constant(filled)
    origins = frozenset().union(*(origins_of(one) for one in values))
    text = "".join(node.texts).strip()
    value = Known(origins | {Origin(OriginKind.CONSTANT, text[:40])} if text else origins)
    spelled, known = put_together(node.texts, [run.spelled(one) for one in values])
    return _spell(run, value, spelled, known, module, node.at, node.end)


def _spell(run: Run, value: Value, text: str, known: tuple[Value, ...], module: str, at: int, end: int) -> Value:
    return run.spell(value, Chain("global", "template", (Step("", known, False, module, at, end, text),)))


def joined_texts(run: Run, items: Sequence[Value], between: Value, whole: Value, module: str, at: int) -> Value:
    """``conditions.join(" AND ")``: one text where each of them is one."""
    if not isinstance(between, Constant) or not isinstance(between.value, str):
        return Known(origins_of(whole))
    found = joined([run.spelled(one) for one in items], between.value)
    if found is None or between.value.strip() == ",":
        return Known(origins_of(whole))
    text, known = found
    return _spell(run, Known(origins_of(whole)), text, known, module, at, at) if known else Constant(text)
