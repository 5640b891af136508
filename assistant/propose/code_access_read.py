"""How handlers ask the repository's own access functions: ``await canEditProject(ctx.db, input.projectId, ctx.userId)``, and what they answer strangers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.domain.code import OriginKind
from assistant.propose.code_keys import is_own_key
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry, EntryKind, Query
    from assistant.propose.code_ground import CodeGround

NAMED: Final = re.compile(
    r"^(has|can|may|is|check|verify|assert|ensure|require|authori[sz]e|throwIf)\w*"
    r"(Access|Permission|Admin|Owner|Member|Allowed|Edit|Manage|Modify|Write|Delete|Update|Belongs|View|Read|See)\w*$"
    r"|^get\w*(Access|Membership)$"
)
"""Functions that say whether somebody may."""
_CALLER: Final = re.compile(
    r"(^|\.)(userId|user_id|currentUserId|callerId)$|(user|session|auth|viewer|me|ctx)[\w.?!]*\.(id|userId)$"
)
_CARRIER: Final = re.compile(
    r"(ctx|context|session|user|currentUser|auth|viewer|me|actor|locals)|(ctx|context|session|locals)\.(user|session|auth)"
)
"""What holds the caller: the function finds out by itself who that is."""
_CLIENT: Final = re.compile(
    r"((ctx|context|c|req|this|locals)\.)?(db|prisma|tx|trx|supabase|client|database|conn|pool|adminClient|supabaseAdmin)"
)
_MOST: Final = 4
"""Arguments of an access function that are understood."""


class Access(NamedTuple):
    """One such function."""

    name: str
    call: str
    """Model text with ``{id}`` and ``{caller}``; clients and what holds the caller as they are written."""
    throws: bool
    """It ends the handler itself."""
    file: str
    """File whose handler asks it."""
    need: Needed | None
    """Its import there; None when it is declared there."""
    exported: bool
    """Other modules may import it."""
    refusal: str
    """What the handler does for who may not, where another can do the same; empty otherwise."""
    kind: EntryKind
    """What asks it: who throws for a procedure is no answer to a request."""
    caller: str
    """Who asks, as that handler writes it; empty where the function is handed what holds the caller."""
    brings: str = ""
    """The declaration of what holds the caller, where it stands by itself: ``const user = await requireUser();``."""
    brought: tuple[Needed, ...] = ()
    """What that declaration imports."""


def asked_table(query: Query) -> tuple[str, bool]:
    """Whose rows an access function decides over, seen from a query of it: those it finds by their id (True), or what the caller has to belong to."""
    mine = any(one.kind is OriginKind.CALLER for each in query.filters for one in each.origins)
    for each in query.filters:
        other = any(one.kind is not OriginKind.CALLER for one in each.origins)
        if each.operator != "eq" or not other:
            continue
        if is_own_key(each.column, query.table):
            return query.table, True
        if mine and (parent := parent_of(each.column)):
            return parent, False
    return "", False


def parent_of(column: str) -> str:
    """``projectId`` leads to a row of ``project``; empty for a person's column, and for one that is no key."""
    found = words.snake(column)
    return found[:-3] if found.endswith("_id") and not words.names_person(column) else ""


def read_access(ground: CodeGround, entry: Entry, name: str, table: str, *, own: bool) -> Access | None:
    """How a handler asks it; None where it is called with something that is not understood, or with the id of something else than a row of ``table``.

    Args:
        ground: what is known.
        entry: the handler that asks.
        name: the function.
        table: whose rows it decides over.
        own: it finds the row by its id, whatever the handler calls that.
    """
    from codemods.tsx.access import carried, refusal_behind, refused_when_empty
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import arguments, field, function_at, pairs, parse, plain, text, walk

    root = parse(ground.text(entry.place.file).encode(), entry.place.file)
    handler = function_at(root, entry.at)
    for call in walk(handler) if handler is not None else ():
        if call.type != "call_expression" or text(field(call, "function")) != name:
            continue
        given = arguments(call)
        shaped = pairs(plain(given[0])) if len(given) == 1 and given[0].type == "object" else {}
        written = _modelled([text(one) for one in (shaped.values() if shaped else given)])
        held = [text(one) for one in (shaped.values() if shaped else given)]
        given_id = held[written.index("{id}")] if written else ""
        called = next((key for key, one in zip(shaped, written, strict=True) if one == "{id}"), "") if shaped else ""
        if not written or not (
            _names(given_id, table) or (own and not _names_another(ground, called or given_id, table))
        ):
            continue
        inside = (
            ", ".join(f"{key}: {one}" for key, one in zip(shaped, written, strict=True))
            if shaped
            else ", ".join(written)
        )
        awaited = call.parent is not None and call.parent.type == "await_expression"
        if not awaited and _answers_later(ground, entry, name):
            continue  # its answer is waited for elsewhere: asked like this it would let everybody through
        model = f"{'await ' if awaited else ''}{name}({'{ ' + inside + ' }' if shaped else inside})"
        outer = call.parent if awaited else call
        if name.startswith("get") and not refused_when_empty(call):
            continue
        throws = outer is not None and outer.parent is not None and outer.parent.type == "expression_statement"
        have = bound_names(root).get(name)
        need = Needed(have[0], have[1], "" if have[1] == name else name) if have else None
        exported = re.search(rf"^export\s+(async\s+)?(const|function)\s+{name}\b", text(root), re.MULTILINE) is not None
        refusal = "" if throws else refusal_behind(call)
        who = next((one for one, said in zip(held, written, strict=True) if said == "{caller}"), "")
        holder = next((one for one in held if one.isidentifier() and _CARRIER.fullmatch(one)), "")
        brings, names = carried(call, holder) if holder else ("", ())
        brought = tuple(Needed(*bound_names(root)[one]) for one in names)
        found = Access(name, model, throws, entry.place.file, need, exported, refusal, entry.kind, who)
        return found._replace(brings=brings, brought=brought)
    return None


def _answers_later(ground: CodeGround, entry: Entry, name: str) -> bool:
    """The function gives a promise."""
    later = re.compile(
        rf"\basync\s+function\s+{name}\b|\b{name}\s*=\s*(?:\w+\(\s*)?async\b|\bfunction\s+{name}\b[^{{]*\):\s*Promise<"
    )
    return any(later.search(ground.text(path)) for path in (entry.place.file, *entry.files))


def _names(said: str, table: str) -> bool:
    """``input.projectId`` and ``project.id`` name a row of ``project``."""
    parts = [part for part in re.split(r"[+.?!]+", said) if part]
    flat = words.table_key(table).replace("_", "")
    last = parts[-1].replace("_", "").lower()
    return last == f"{flat}id" or (last == "id" and len(parts) > 1 and parts[-2].lower() in {flat, f"existing{flat}"})


def _names_another(ground: CodeGround, said: str, table: str) -> bool:
    """``input.clientId`` names a row of another table, through which the function comes to this one."""
    last = words.snake(re.split(r"[.?!]+", said.rstrip("?!"))[-1])
    key = words.table_key(last[:-3]) if last.endswith("_id") else ""
    mine = words.table_key(table)
    known = key in ground.models or key in ground.tables or key in ground.generated or key in ground.known_columns
    return known and key not in mine and mine not in key


def _modelled(said: list[str]) -> list[str]:
    """The arguments with ``{id}`` and ``{caller}`` in their places; empty unless one names the row and one says who asks."""
    out: list[str] = []
    for one in said:
        bare = re.sub(r"[?!]", "", one)
        if _CALLER.search(bare):
            out.append("{caller}")
        elif _CARRIER.fullmatch(bare) or _CLIENT.fullmatch(bare):
            out.append(one)
        else:
            out.append("{id}")
    who = sum(one == "{caller}" for one in out)
    carried = sum(_CARRIER.fullmatch(one) is not None for one in out)
    names = sum(one == "{id}" for one in out) == 1 and all(
        re.fullmatch(r"\+?[\w.?!]*(?:[iI][dD]|slug|uuid|key)[?!]?", one)
        for one, model in zip(said, out, strict=True)
        if model == "{id}"
    )
    return out if len(out) <= _MOST and names and who < 2 and who + carried == 1 else []  # noqa: PLR2004 - one caller
