"""Public by design, or a leak? What everybody may read becomes one question a schema instead of an alarm a table.

It stays a leak when the operator's map says so, when a sensitive column can be read, when strangers may also write, when
a tenant owns it, or when the name says that it is private.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.attack.oracle import STRANGERS, rule_of
from assistant.domain.matrix import Actor, Verb, Verdict
from assistant.domain.ownership import OwnerKind, Question


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.attack.attempt import Field
    from assistant.domain.matrix import Cell
    from assistant.domain.names import Name

PRIVATE_WORDS: Final = frozenset(
    [
        "private",
        "audit",
        "kyc",
        "whitelist",
        "secret",
        "token",
        "log",
        "message",
        "chat",
        "conversation",
        "inbox",
        "dm",
        "document",
        "invoice",
        "payment",
        "billing",
        "subscription",
        "order",
        "address",
        "prompt",
        "embedding",
        "credential",
        "session",
        "health",
        "medical",
        "patient",
        "prescription",
        "ticket",
        "salary",
        "payroll",
        "contract",
        "note",
        "draft",
        "key",
        "device",
        "file",
        "request",
        "application",
        "submission",
        "transaction",
        "wallet",
        "bank",
        "card",
        "passport",
        "notification",
        "letter",
        "mail",
        "memo",
        "diary",
        "journal",
        "dictation",
        "transcript",
    ]
)
"""Words in the names of what nobody publishes."""

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

REPEATS: Final = "nothing of its own: "
"""Begins the reason of a cell that would leak if another hole were not open already."""
ASKED: Final = "readable by everyone: intended? asked"
INBOX: Final = "anybody may leave a row here: intended? asked"
SHARED: Final = "readable by members of the same tenant: intended? asked"


def private_by_name(name: str) -> bool:
    """True when a word of the name says that the rows are nobody else's business."""
    words = {word.lower() for word in _WORDS.findall(name)}
    words |= {word[:-3] + "y" for word in words if word.endswith("ies")} | {word.removesuffix("s") for word in words}
    return bool(words & PRIVATE_WORDS)


def without_repeats(field: Field, cells: Sequence[Cell]) -> list[Cell]:
    """Leaks that only repeat another of the same actor: forged claims that were not needed, a view of an open table."""
    leaks = [cell for cell in cells if cell.verdict is Verdict.LEAKS]
    direct = {
        (cell.object, cell.verb, cell.actor) for cell in leaks if not cell.through and cell.kind in {"table", "bucket"}
    }
    result = []
    for cell in cells:
        reason = ""
        if cell.verdict is Verdict.LEAKS and cell.actor is Actor.FORGED_CLAIMS:
            if (cell.object, cell.verb, Actor.OTHER_TENANT) in direct:
                reason = REPEATS + "the row is open without forging"
        elif cell.verdict is Verdict.LEAKS and cell.through and (cell.object, cell.verb, cell.actor) in direct:
            reason = REPEATS + "the row is open without the first step"
        elif cell.verdict is Verdict.LEAKS and cell.key in field.bases and _asks_the_caller(field, cell):
            shown = field.bases[cell.key]
            verb = Verb.SELECT if cell.verb is not Verb.EXECUTE else None
            if all(_open(base, cell, direct, verb) for base in shown):
                reason = REPEATS + "its tables are open to this actor"
        result.append(_held(cell, reason) if reason else cell)
    return result


def _open(base: Name, cell: Cell, direct: set[tuple[str, Verb, Actor]], verb: Verb | None) -> bool:
    verbs = (verb,) if verb is not None else (Verb.SELECT, Verb.UPDATE, Verb.DELETE)
    return any((str(base), one, cell.actor) in direct for one in verbs)


def _asks_the_caller(field: Field, cell: Cell) -> bool:
    """True for a view or function that works with its caller's rights: what it shows, its tables let through."""
    for name, view in field.catalog.views.items():
        if str(name) == cell.object:
            return view.security_invoker
    for name, function in field.catalog.functions.items():
        if str(name) == cell.object:
            return not function.definer
    return False


def _held(cell: Cell, reason: str) -> Cell:
    return replace(cell, verdict=Verdict.HOLDS, reason=reason, witness="", steps=(), columns=())


def triaged(field: Field, cells: Sequence[Cell]) -> tuple[list[Cell], tuple[Question, ...]]:
    """Cells with the doubtful leaks turned into ``unknown``, and the questions to ask instead."""
    names = {str(table.name): table.name for table in field.catalog.own_tables()}
    cells = without_repeats(field, cells)
    leaks = [cell for cell in cells if cell.verdict is Verdict.LEAKS and cell.kind == "table" and not cell.through]
    unowned = {
        text
        for text, name in names.items()
        if rule_of(field.graph, name).kind in {OwnerKind.UNKNOWN, OwnerKind.PUBLIC, OwnerKind.SERVICE}
    }
    spoiled = {
        cell.object
        for cell in leaks
        if cell.actor in STRANGERS
        and cell.verb is not Verb.SELECT
        and cell.variant not in {"raise", "move"}
        and not (cell.verb is Verb.INSERT and cell.object in unowned)
    }
    rewritten = {cell.object for cell in leaks if cell.verb in {Verb.UPDATE, Verb.DELETE} and cell.actor in STRANGERS}
    shown = {cell.object for cell in leaks if cell.verb is Verb.SELECT and cell.actor in STRANGERS}
    guests = {cell.object for cell in leaks if cell.verb is Verb.SELECT and cell.actor is Actor.GUEST}
    asked: dict[str, dict[str, set[Name]]] = defaultdict(lambda: defaultdict(set))
    result = []
    for cell in cells:
        reason = ""
        name = names.get(cell.object)
        if name is not None and cell.verdict is Verdict.LEAKS and cell.kind == "table" and not cell.through:
            reason = _doubt(
                field,
                cell,
                name,
                spoiled=spoiled,
                rewritten=rewritten,
                seen_by_strangers=shown,
                seen_by_guests=guests,
            )
        if reason and name is not None:
            asked[reason][name.schema].add(name)
            result.append(replace(cell, verdict=Verdict.UNKNOWN, reason=reason, witness="", steps=(), columns=()))
        else:
            result.append(cell)
    open_by_design = {str(name) for names_ in asked.get(ASKED, {}).values() for name in names_}
    result = [_follow(field, cell, open_by_design) for cell in result]
    return result, _questions(asked)


def _follow(field: Field, cell: Cell, asked: set[str]) -> Cell:
    """A view or function over tables that are asked about is asked about with them."""
    bases = field.bases.get(cell.key, ())
    leaks = cell.verdict is Verdict.LEAKS and cell.key not in field.changes
    if not leaks or not bases or not all(str(base) in asked for base in bases):
        return cell
    return replace(cell, verdict=Verdict.UNKNOWN, reason=ASKED, witness="", steps=(), columns=())


def _doubt(
    field: Field,
    cell: Cell,
    name: Name,
    *,
    spoiled: set[str],
    rewritten: set[str],
    seen_by_strangers: set[str],
    seen_by_guests: set[str],
) -> str:
    """Why the leak is asked about instead of reported; empty when it is reported."""
    rule = rule_of(field.graph, name)
    if rule.confirmed:
        return ""
    if cell.verb is Verb.INSERT:
        inbox = rule.kind in {OwnerKind.UNKNOWN, OwnerKind.SERVICE, OwnerKind.PUBLIC}
        table = field.catalog.tables[name]
        guarded = table.rls and cell.object not in rewritten
        return INBOX if inbox and guarded else ""
    if cell.verb is not Verb.SELECT:
        return ""
    strangers = cell.object in seen_by_strangers
    sensitive = bool(set(cell.columns) & set(rule.entry.sensitive))
    if cell.actor is Actor.TEAMMATE and not strangers:
        return SHARED if not sensitive or rule.kind is OwnerKind.SELF else ""
    if cell.object in spoiled or sensitive or private_by_name(name.name):
        return ""
    if rule.kind is OwnerKind.SERVICE or not plainly_open(field, name, cell):
        return ""
    if rule.kind in {OwnerKind.TENANT, OwnerKind.MEMBERSHIP} and cell.object not in seen_by_guests:
        return ""  # whoever publishes a tenant's rows shows them to visitors too
    return ASKED


def plainly_open(field: Field, name: Name, cell: Cell) -> bool:
    """True when some policy lets the actor in without asking who they are, or nothing asks at all.

    A policy that tries to bind the row to its caller, and fails, is a mistake and no decision to publish.
    """
    table = field.catalog.tables[name]
    if not table.rls:
        return True
    roles = {"public", next((one.role for one in field.callers if one.actor is cell.actor), "public")}
    helpers = {function.name.name for function in field.catalog.functions.values()}
    for policy in table.policies:
        if policy.permissive and policy.command in {"all", "select"} and roles & set(policy.roles):
            text = _SIGNED_IN.sub("true", policy.using or "true")
            called = set(_CALLED.findall(text))
            if not _CALLER.search(text) and not called & helpers:
                return True
    return False


_SIGNED_IN: Final = re.compile(
    r"\(*\s*(?:SELECT\s+)?auth\.(?:uid|role)\(\)(?:\s+AS\s+\w+)?\s*\)*\s*(?:IS NOT NULL|= 'authenticated'::text)",
    re.IGNORECASE,
)
_CALLER: Final = re.compile(r"auth\.|jwt|current_setting|current_user|session_user|\buid\(", re.IGNORECASE)
_CALLED: Final = re.compile(r"([A-Za-z_]\w*)\(")

_ASKS: Final = {
    ASKED: ("public-by-design", "These {n} tables of schema {schema} are readable by everyone: is that intended?"),
    INBOX: ("open-inbox", "Anybody may insert into these {n} tables of schema {schema}: is that intended?"),
    SHARED: (
        "shared-with-team",
        "Members of a tenant can read each other's rows in these {n} tables of schema {schema}: is that intended?",
    ),
}


def _questions(asked: dict[str, dict[str, set[Name]]]) -> tuple[Question, ...]:
    questions = []
    for reason, schemas in asked.items():
        prefix, asks = _ASKS[reason]
        for schema, objects in schemas.items():
            questions.append(
                Question(
                    id=f"{prefix}-{schema}",
                    asks=asks.format(n=len(objects), schema=schema),
                    objects=tuple(sorted(objects)),
                    why="their rules let it happen, and neither their names nor their columns say that they are private",
                )
            )
    return tuple(sorted(questions, key=lambda question: question.id))
