"""Texts that are put together from pieces: templates inside templates, and conditions that are joined with ``AND``.

In a text ``$n`` stands for the n-th of its values. A statement may have ``$n`` of its own, for the parameters that it is run with: those keep
their numbers, with ``PARAMETER`` for a value until the call that runs it says what was given, and the holes of the template follow behind them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.values import Chain, Constant, Either, Known, Listed
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.collect.code.values import Step, Value

    Written = tuple[str, tuple[Value, ...]]

PARAMETER: Final = Known(frozenset({Origin(OriginKind.UNKNOWN, "parameter")}))
"""What a statement's own ``$n`` stands for."""
_OWN: Final = re.compile(r"\$([1-9]\d?)")
_JOINS: Final = re.compile(r"\s*(?:and|or|,)\s*", re.IGNORECASE)
_MOST: Final = 40


def put_together(texts: Sequence[str], values: Sequence[Value], *, conditions: bool = False) -> Written:
    """The whole text of a template, with what is left to be filled in: texts of the code stand in it as they are.

    Words without a space are no conditions, and stay values, but where each of them is one (``conditions``).
    """
    pieces = [_text(one, conditions=conditions) for one in values]
    first = max((_highest(one) for one in (*texts, *(piece[0] for piece in pieces if piece))), default=0)
    known: list[Value] = [PARAMETER] * first
    out = [texts[0]]
    for value, piece, text in zip(values, pieces, texts[1:], strict=True):
        if piece is None:
            known.append(value)
            out.append(f"${len(known)}")
        else:
            out.append(_OWN.sub(_filled(piece[1], known), piece[0]) if piece[1] else piece[0])
        out.append(text)
    return "".join(out), tuple(known)


def _highest(text: str) -> int:
    if "$" not in text:
        return 0
    numbers = [int(one) for one in _OWN.findall(text)]
    return max(numbers) if numbers and max(numbers) <= _MOST else 0


def _filled(values: tuple[Value, ...], known: list[Value]) -> Callable[[re.Match[str]], str]:
    def fill(match: re.Match[str]) -> str:
        number = int(match[1])
        if number > len(values) or values[number - 1] is PARAMETER:
            return match[0]
        known.append(values[number - 1])
        return f"${len(known)}"

    return fill


def _text(value: Value, *, conditions: bool) -> Written | None:
    """What is written in the code there; None for a value."""
    if isinstance(value, Constant):
        said = value.value
        return (said, ()) if isinstance(said, str) and (conditions or " " in said) else None
    last = value.last if isinstance(value, Chain) and value.source == "global" else None
    return (last.text, last.arguments or ()) if last is not None and " " in last.text else None


def joined(items: Sequence[Value], between: str) -> Written | None:
    """``conditions.join(" AND ")`` of texts, without those that the sender may leave out; None for other lists."""
    items = _asked_always(items, between)
    if not items or len(items) > _MOST or not _JOINS.fullmatch(between):
        return None
    pieces = [_text(one, conditions=True) for one in items]
    if any(one is None for one in pieces):
        return None
    return put_together(["(", *[f") {between.strip()} ("] * (len(items) - 1), ")"], items, conditions=True)


def joined_templates(value: Value | None) -> tuple[str, tuple[Step, ...]] | None:
    """``Prisma.join(conditions, " AND ")``, ``sql.join(conditions, sql` AND `)``: between which text the templates of a list stand; None for other calls."""
    last = value.last if isinstance(value, Chain) else None
    given = last.arguments or () if last is not None and last.name == "join" else ()
    items = given[0] if len(given) == 2 else None  # noqa: PLR2004 - the list and what stands between
    if not isinstance(items, Listed) or not items.items:
        return None
    sign = given[1]
    text: object = sign.last.text if isinstance(sign, Chain) and sign.last is not None else None
    text = sign.value if isinstance(sign, Constant) else text
    if not isinstance(text, str) or not _JOINS.fullmatch(text) or text.strip() == ",":
        return None
    steps = [one.last if isinstance(one, Chain) else None for one in _asked_always(items.items, text)]
    whole = tuple(one for one in steps if one is not None and one.text)
    return (text.strip(), whole) if whole and len(whole) == len(steps) else None


def _asked_always(items: Sequence[Value], between: str) -> Sequence[Value]:
    """What is asked whatever the sender leaves out; of alternatives each may be the one."""
    if "or" in between.lower():
        return items
    return [one for one in items if not (isinstance(one, Either) and Constant(None) in one.values)]


def given_to(values: tuple[Value, ...], given: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values of a statement that is run with these parameters."""
    if not values:
        return given
    return tuple(
        given[number] if one is PARAMETER and number < len(given) else one for number, one in enumerate(values)
    )
