"""Handles each event once: its id is inserted first, and a second delivery ends there.

Facts: ``engine`` (supabase or prisma), ``client`` (name of the client here), ``table`` (of the event ids), ``kind``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.guard import exits
from codemods.tsx.imports import top_names
from codemods.tsx.insert import after
from codemods.tsx.scope import names_before
from codemods.tsx.style import style_of
from codemods.tsx.tree import block_of, field, function_at, own_nodes, parse, statement_of, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target

SAYS = "Stripe delivers an event more than once, and anybody who saw one can send it again."


def edit(source: bytes, target: Target) -> Answer:
    """Insert the id behind the verification."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    block = block_of(function)
    table = target.facts.get("table", "stripe_events")
    if function is None or block is None:
        return Refusal(
            "The webhook's handler could not be found: insert the event's id into a table with a unique key first."
        )
    if table in text(block):
        return Edits(())
    found = _verified(function)
    if found is None:
        return Refusal(
            "The verified event has no name here: insert its id into a table with a unique key before it is handled."
        )
    statement, event = found
    client = target.facts.get("client", "")
    if client and client not in names_before(statement) | top_names(root):
        later = [one for one in _siblings(statement) if one.start_byte >= statement.end_byte]
        made = next((one for one in later if re.match(rf"(const|let)\s+{re.escape(client)}\b", text(one))), None)
        statement = made or statement
        client = client if made is not None else ""
    if not client:
        return Refusal(
            "No database client is known where the event is verified: insert the event's id into a table with a unique key there."
        )
    done = "return Response.json({ received: true });"
    if "NextResponse" in text(root):
        done = "return NextResponse.json({ received: true });"
    if target.facts.get("kind") == "pages-api":
        done = "return res.status(200).json({ received: true });"
    if target.facts.get("engine") == "supabase":
        lines = f'const {{ error: repeated }} = await {client}\n  .from("{table}")\n  .insert({{ id: {event}.id }});\nif (repeated?.code === "23505") {{\n  {done}\n}}\nif (repeated) {{\n  throw repeated;\n}}'
    elif target.facts.get("engine") == "prisma":
        lines = f"const fresh =\n  await {client}.$executeRaw`insert into {table} (id) values (${{{event}.id}}) on conflict do nothing`;\nif (fresh === 0) {{\n  {done}\n}}"
    else:
        return Refusal(
            "Insert the event's id into a table with a unique key before it is handled, and stop when it was there."
        )
    return Edits((after(source, style_of(root, source), statement, lines, SAYS),))


def _verified(function: Node) -> tuple[Node, str] | None:
    """The statement behind which the event is verified, and its name."""
    for one in own_nodes(function):
        if one.type != "call_expression" or not re.search(r"\.constructEvent(Async)?$", text(field(one, "function"))):
            continue
        held: Node | None = one
        while held is not None and held.type not in {"variable_declarator", "assignment_expression"}:
            held = held.parent
        name = field(held, "name") or field(held, "left")
        if held is None or name is None or name.type != "identifier":
            return None
        statement = statement_of(held)
        trying = statement.parent.parent if statement.parent is not None else None
        if trying is not None and trying.type == "try_statement":
            handler = field(field(trying, "handler"), "body")
            alone = len(statement.parent.named_children) <= 2 if statement.parent is not None else False  # noqa: PLR2004
            if alone and handler is not None and exits(handler):
                return trying, text(name)
        return statement, text(name)
    return None


def _siblings(statement: Node) -> list[Node]:
    return statement.parent.named_children if statement.parent is not None else []
