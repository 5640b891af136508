"""Steps for webhooks and payments: the signature, each event once, the customer of the caller."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.propose.code_draft import Step
from assistant.propose.code_guards import guard_steps
from assistant.propose.code_lookup import mapped_step
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_plan import Plans

_TABLE: Final = "stripe_events"
_FORWARD: Final = (
    f"create table if not exists public.{_TABLE} (\n  id text primary key,\n  received_at timestamptz not null default now()\n)",
    f"alter table public.{_TABLE} enable row level security",
)
_BACKWARD: Final = f"drop table if exists public.{_TABLE}"


def signature(plans: Plans, _finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """``constructEvent`` with the raw body."""
    ground = plans.ground
    source = re.sub(r"^\s*(//|\*).*$", "", ground.text(entry.place.file), flags=re.MULTILINE)
    if "stripe" not in ground.text(entry.place.file).lower():
        return "Which provider sends this is not known: verify its signature over the raw body before anything of it is believed."
    needs: tuple[Needed, ...] = ()
    if not re.search(r"\b(const|let)\s+stripe\b|import[^;\n]*\bstripe\b[^;\n]*from", source):
        found = _stripe_import(ground, entry)
        if found is None:
            return "No Stripe client is known to this file: import yours, and pass the raw body to stripe.webhooks.constructEvent."
        needs = (found,)
    facts = {"secret": _secret(ground), "kind": entry.kind.value}
    return [[Step("stripe_signature", entry.place.file, function=entry.at, facts=facts, needs=needs)]]


def once(plans: Plans, _finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Insert the event's id first, with the table for it."""
    source = plans.ground.text(entry.place.file)
    if "constructEvent" not in source and "stripe" not in source.lower():
        return "Which provider sends this is not known: keep the ids of handled events in a table with a unique key."
    for query in entry.queries:
        written = plans.ground.written(query)
        root = re.match(r"(?:await\s+)?([A-Za-z_$][\w$]*)\s*[.?\n]", written)
        if root is None or query.engine not in {"supabase", "prisma"} or query.place.file != entry.place.file:
            continue
        facts = {"engine": query.engine, "client": root[1], "table": _TABLE, "kind": entry.kind.value}
        plans.migrations.extend(
            [
                (_FORWARD[0], _BACKWARD),
                (_FORWARD[1], f"alter table if exists public.{_TABLE} disable row level security"),
            ]
        )
        return [[Step("stripe_once", entry.place.file, function=entry.at, facts=facts)]]
    return "Insert the event's id into a table with a unique key before the event is handled, in the module that writes for it, and stop when it was there."


def replays(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    """Every webhook that is named."""
    steps: list[Step] = []
    said = "The webhooks could not be found: keep the ids of handled events in a table with a unique key."
    for name in dict(finding.facts).get("entries", "").split("\n"):
        entry = plans.ground.entries.get(name)
        made = once(plans, finding, entry) if entry is not None else said
        if isinstance(made, str):
            said = made
        else:
            steps += made[0]
    plans.migrations[:] = list(dict.fromkeys(plans.migrations))
    return [[step._replace(optional=len(steps) > 1) for step in steps]] if steps else said


def identity(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The customer of the signed-in user in place of the one the request names."""
    request = dict(finding.facts).get("request", "")
    last = request.rsplit(".", 1)[-1]
    if re.search(r"user_?id|uid$", last, re.IGNORECASE):
        return [
            [
                *guard_steps(plans.ground, entry),
                Step(
                    "identity", entry.place.file, function=entry.at, facts={"from": request, "kind": entry.kind.value}
                ),
            ]
        ]
    mapped = _customer_column(plans.ground)
    step = mapped_step(plans.ground, finding, entry, *mapped) if mapped and _locked(plans.ground, mapped[0]) else None
    if step is not None:
        session = [one._replace(optional=True) for one in guard_steps(plans.ground, entry)]
        return [[*session, step]]
    where = f"`{mapped[0]}.{mapped[1]}`" if mapped else "the row of the signed-in user"
    return f"`{last or 'The customer'}` is chosen by the caller: read it from {where} for the session's user, and refuse when there is none."


def _locked(ground: CodeGround, table: str) -> bool:
    """False where the schema is known and nobody may read their own row there: the look-up would refuse everybody."""
    key = words.table_key(table)
    known = [
        one
        for name, one in (ground.catalog.tables if ground.catalog else {}).items()
        if words.table_key(name.name) == key
    ]
    return all(
        not one.rls or any(each.command.lower() in {"all", "*", "select"} for each in one.policies) for one in known
    )


def by_email(plans: Plans, _finding: Finding, _entry: Entry) -> list[list[Step]] | str:
    """Words alone: which column holds the mapping is a decision."""
    mapped = _customer_column(plans.ground)
    where = (
        f"`{mapped[0]}.{mapped[1]}`" if mapped else "a column beside the user's id, filled when the customer is made"
    )
    return f"An address can change hands: find the customer by {where}, never by email."


def price(_plans: Plans, finding: Finding, _entry: Entry) -> list[list[Step]] | str:
    """Words alone: the price list is the operator's."""
    last = dict(finding.facts).get("request", "").rsplit(".", 1)[-1] or "the price"
    return f"`{last}` is chosen by the caller: take a plan's name from the request and look its price up in a list on the server."


def _secret(ground: CodeGround) -> str:
    for name in (".env.example", ".env.local.example", ".env.sample"):
        found = re.search(r"^(\w*STRIPE\w*WEBHOOK\w*)=", ground.text(name), re.MULTILINE)
        if found:
            return found[1]
    return "STRIPE_WEBHOOK_SECRET"


def _stripe_import(ground: CodeGround, entry: Entry) -> Needed | None:
    """How another entry imports the client."""
    from codemods.tsx.donor import rebased
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import parse

    for other in ground.map.entries:
        source = ground.text(other.place.file)
        if "stripe" not in source or not other.place.file.endswith((".ts", ".tsx", ".js", ".jsx")):
            continue
        found = bound_names(parse(source.encode(), other.place.file)).get("stripe")
        if found is not None and found[0] != "stripe":
            return rebased(
                Needed(found[0], found[1], "" if found[1] == "stripe" else "stripe"), other.place.file, entry.place.file
            )
    return None


def _customer_column(ground: CodeGround) -> tuple[str, str] | None:
    for table, columns in sorted(ground.known_columns.items()):
        for column in columns:
            if re.search(r"stripe_?customer", column, re.IGNORECASE):
                return table, column
    return None
