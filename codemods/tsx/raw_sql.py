"""Adds the owner to the condition of a simple SQL statement: in a tagged template, or as one more numbered parameter.

Simple is: one ``SELECT``, ``UPDATE`` or ``DELETE`` on one table, without joins, unions, subqueries or ``OR``. Anything else is refused: where the
condition belongs would be a guess.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.tree import arguments, field, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer

SAYS: Final = "The statement finds rows of everybody: whose they are has to be asked too."
_SIMPLE: Final = re.compile(
    r"\s*(select\b(?!.*\bselect\b).*?\bfrom\b|update\b|delete\s+from\b)\s+[\w\".]+", re.IGNORECASE | re.DOTALL
)
_MORE: Final = re.compile(
    r"\b(join|union|intersect|except|with|or|having|group\s+by|window)\b|\(\s*select\b|--|/\*|;\s*\S", re.IGNORECASE
)
_TAIL: Final = re.compile(r"\b(order\s+by|limit|offset|fetch|for\s+update|returning)\b", re.IGNORECASE)
_WHERE: Final = re.compile(r"\bwhere\b", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"\$(\d+)")


def add_condition(call: Node, column: str, value: str) -> Answer:
    """The condition behind those that are there, before what follows them."""
    by_hand = f"The statement is not simple enough to be changed: add `AND {column} = {value}` where it belongs."
    held = field(call, "arguments")
    if held is not None and held.type == "template_string":
        template: Node = held
        given: Node | None = None
    else:
        given_ = arguments(call)
        if not given_ or given_[0].type not in {"string", "template_string"}:
            return Refusal(by_hand)
        template = given_[0]
        given = given_[1] if len(given_) > 1 else None
        if any(one.type == "template_substitution" for one in template.named_children):
            return Refusal(by_hand)
    # a substitution is one value, whatever it says: it is kept as long as it is, so that places stay places
    words = _plain(template)
    if not _SIMPLE.match(words) or _MORE.search(words) or words.count("(") != words.count(")"):
        return Refusal(by_hand)
    if re.search(rf"(?<![\w.])\"?{re.escape(column)}\"?\s*=", words, re.IGNORECASE):
        return Edits(()) if value in text(call) else Refusal(by_hand)
    where, tail = _WHERE.search(words), _TAIL.search(words)
    end = len(words.rstrip().rstrip(";").rstrip()) if tail is None else len(words[: tail.start()].rstrip())
    joined = "AND" if where is not None else "WHERE"
    if where is not None and where.group().islower():
        joined = joined.lower()
    at = template.start_byte + 1 + len(words[:end].encode())
    if held is template:
        return Edits((Hunk(at=at, end=at, text=f" {joined} {column} = ${{{value}}}", says=SAYS),))
    numbers = [int(one) for one in _NUMBERED.findall(words)]
    if given is None or given.type != "array" or len(given.named_children) != max(numbers, default=0):
        return Refusal(by_hand)
    last = given.named_children[-1] if given.named_children else None
    put = Hunk(at=at, end=at, text=f" {joined} {column} = ${len(given.named_children) + 1}", says=SAYS)
    more = last.end_byte if last is not None else given.start_byte + 1
    return Edits((put, Hunk(at=more, end=more, text=f", {value}" if last is not None else value, says=SAYS)))


def _plain(template: Node) -> str:
    """The statement with a run of ``?`` as long as every substitution, quoted text kept."""
    source = text(template).encode()
    out = bytearray(source)
    for one in template.named_children:
        if one.type == "template_substitution":
            start, end = one.start_byte - template.start_byte, one.end_byte - template.start_byte
            out[start:end] = b"?" * (end - start)
    return bytes(out[1:-1]).decode()


def statement_at(node: Node) -> Node | None:
    """The call or tagged template that sends a statement."""
    for one in walk(node):
        held = field(one, "arguments") if one.type == "call_expression" else None
        if held is None:
            continue
        first = held if held.type == "template_string" else next(iter(arguments(one)), None)
        if first is not None and first.type in {"template_string", "string"} and _SIMPLE.match(text(first)[1:-1]):
            return one
    return None
