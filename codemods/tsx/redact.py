"""Takes personal data and tokens out of a log line: the argument goes, its name stays.

Facts: ``parts`` (texts of the arguments at fault, separated by a line break; empty for every argument that is no literal).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.style import style_of
from codemods.tsx.tree import arguments, around, field, parse, plain, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS = "Logs are read by more people than the row was meant for."
PRIVATE = re.compile(
    r"e-?mail|password|passwd|token|secret|phone|address|session|cookie|authori[sz]ation|api_?key|full_?name|birth|iban|card|ssn|jwt|header|body|payload|customer",
    re.IGNORECASE,
)
"""Names of values that do not belong into a log."""


def edit(source: bytes, target: Target) -> Answer:
    """Replace what is private by ``[redacted]``, and drop whole objects."""
    root = parse(source, target.path)
    style = style_of(root, source)
    call = next((one for one in walk(around(root, target.at)) if one.type == "call_expression"), None)
    if call is None:
        return Refusal("The log line could not be found: take the personal data out of it by hand.")
    wanted = {part for part in target.facts.get("parts", "").split("\n") if part}
    hunks: list[Hunk] = []
    given = arguments(call)
    for number, one in enumerate(given):
        hunks += _argument(style, given, number, one, wanted)
    if (
        not hunks
        and any(PRIVATE.search(text(one)) for one in given if one.type != "string")
        and "[redacted]" not in text(call)
    ):
        return Refusal("What the log line says is put together elsewhere: redact it there.")
    return Edits(tuple(hunks))


def _argument(style: Style, given: list[Node], number: int, node: Node, wanted: set[str]) -> list[Hunk]:
    inner = plain(node)
    if inner is None or inner.type in {"string", "number", "true", "false", "null"}:
        return []
    if inner.type == "template_string":
        return [
            Hunk(at=one.start_byte, end=one.end_byte, text="[redacted]", says=SAYS)
            for one in inner.named_children
            if one.type == "template_substitution" and _private(text(one)[2:-1], wanted)
        ]
    if inner.type == "object":
        return [hunk for one in inner.named_children for hunk in _entry(style, one, wanted)]
    if not _private(text(inner), wanted):
        return []
    if inner.type == "identifier" and number and re.search(r"^(e|err|error)$", text(inner)):
        return []
    if number == 0:
        return [Hunk(at=node.start_byte, end=node.end_byte, text=style.quoted("[redacted]"), says=SAYS)]
    return [Hunk(at=given[number - 1].end_byte, end=node.end_byte, text="", says=SAYS)]


def _entry(style: Style, entry: Node, wanted: set[str]) -> list[Hunk]:
    put = style.quoted("[redacted]")
    if entry.type == "pair":
        value = field(entry, "value")
        if value is None or value.type == "string":
            return []
        if value.type == "object":
            return [hunk for one in value.named_children for hunk in _entry(style, one, wanted)]
        if _private(f"{text(field(entry, 'key'))} {text(value)}", wanted) or text(value) in wanted:
            return [Hunk(at=value.start_byte, end=value.end_byte, text=put, says=SAYS)]
    elif entry.type == "shorthand_property_identifier" and _private(text(entry), wanted):
        return [Hunk(at=entry.end_byte, end=entry.end_byte, text=f": {put}", says=SAYS)]
    return []


def _private(words: str, wanted: set[str]) -> bool:
    return words in wanted if wanted and words in wanted else bool(PRIVATE.search(words)) or words in wanted
