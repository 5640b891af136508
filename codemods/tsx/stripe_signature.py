"""Verifies a Stripe event with the raw body before anything of it is believed.

Facts: ``secret`` (environment variable), ``kind``. The name ``stripe`` must be known, or ``Target.needs`` brings it in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import with_imports
from codemods.tsx.scope import parameters
from codemods.tsx.style import indent_at, style_of
from codemods.tsx.tree import block_of, field, function_at, own_nodes, parse, plain, statement_of, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Anybody can post an event: only Stripe can sign one."


def edit(source: bytes, target: Target) -> Answer:
    """Read the body as text, verify it, and hand on the verified event under the name it had."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    if function is None or block is None:
        return Refusal("The webhook's handler could not be found: verify the signature by hand.")
    if any(
        one.type == "call_expression" and text(field(one, "function")).endswith("constructEvent") for one in walk(block)
    ):
        return Edits(())  # one in a comment verifies nothing
    if target.facts.get("kind") == "pages-api":
        return Refusal(
            "Below pages/api the raw body needs `export const config = { api: { bodyParser: false } }` and a reader: set both up, then call stripe.webhooks.constructEvent."
        )
    found = _parsed(function)
    request = next((one.name for one in parameters(function) if not one.path), "")
    if found is None or not request:
        return Refusal(
            "How the body is read could not be told: read it as text and pass it to stripe.webhooks.constructEvent."
        )
    statement, pattern, value = found
    style = style_of(root, source)
    no = answer(root, function, "route", 400)
    refusal = no.lines.replace("Invalid request", "Invalid signature")
    secret = target.facts.get("secret", "STRIPE_WEBHOOK_SECRET")
    name = text(pattern) if pattern.type == "identifier" else "event"
    payload = next(one for one in ("payload", "rawBody", "signedBody") if not re.search(rf"\b{one}\b", text(block)))
    head = value if value is not None and "text()" in value else f"{request}.text()"
    lines = [
        f"const {payload} = await {head};" if value is None or "text()" in value else f"const {payload} = {value};",
        f'const signature = {request}.headers.get("stripe-signature");',
        f"const webhookSecret = process.env.{secret};",
        "if (!signature || !webhookSecret) {",
        f"  {refusal}",
        "}",
        f"let {name};",
        "try {",
        f"  {name} = stripe.webhooks.constructEvent({payload}, signature, webhookSecret);",
        "} catch {",
        f"  {refusal}",
        "}",
    ]
    if pattern.type != "identifier":
        lines.append(f"const {text(pattern)} = event;")
    body = style.written("\n".join(lines), indent_at(source, statement.start_byte)).lstrip()
    hunk = Hunk(at=statement.start_byte, end=statement.end_byte, text=body, says=SAYS)
    return with_imports(root, source, style, [hunk], (*target.needs, *no.needs))


def _parsed(function: Node) -> tuple[Node, Node, str | None] | None:
    """The statement that parses the body, what it is bound to, and the raw text when that was read before."""
    for one in own_nodes(function):
        value = plain(field(one, "value"))
        pattern = field(one, "name")
        if one.type != "variable_declarator" or value is None or pattern is None:
            continue
        words = text(value)
        if re.search(r"\.json\(\)$", words):
            return statement_of(one), pattern, None
        parsed = re.fullmatch(r"JSON\.parse\((.*)\)", words, re.DOTALL)
        if parsed:
            inner = re.sub(r"^await\s+", "", parsed[1].strip().strip("()"))
            return (
                statement_of(one),
                pattern,
                inner if "text()" not in inner else f"{inner.removeprefix('await ')}".removesuffix(""),
            )
    return None
