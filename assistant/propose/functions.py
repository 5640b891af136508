"""The fix of a function: run it with the caller's rights where policies guard what it reads, otherwise take EXECUTE away.

Bodies are never rewritten: whoever wrote them knows what they are for. EXECUTE is revoked by name, because on Supabase every
API role holds it by name. A search_path is pinned to what the body resolves with today, temporary tables last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.domain.names import PLATFORM_SCHEMAS
from assistant.domain.ownership import OwnerKind
from assistant.propose.draft import REOPENS, Draft, closed_beneath, no_fix, sentence, slug
from assistant.propose.grants import revoked, target_of
from assistant.sql.body import called, is_dynamic, relations_in
from assistant.sql.names import ident, qualified


if TYPE_CHECKING:
    from assistant.domain.catalog import Function
    from assistant.domain.names import Name
    from assistant.propose.evidence import Case
    from assistant.propose.ground import Ground

_READABLE: Final = frozenset({"sql", "plpgsql"})
_PATH_RULE: Final = "search-path"


def fix_function(
    ground: Ground, function: Function, case: Case, guarded: frozenset[Name], *, strict: bool
) -> tuple[Fix | NoFix, ...]:
    """Caller's rights, or no EXECUTE for clients; and a pinned search_path where it is loose.

    Args:
        ground: catalog and map.
        function: the function.
        case: what is held against it.
        guarded: tables with row-level security once all fixes are applied.
        strict: the gentle form left a leak.
    """
    draft = Draft()
    reads = _reads(ground, function)
    exposed = bool(case.cells) or any(_PATH_RULE not in rule for rule in case.rules)
    said = any(_PATH_RULE not in finding.rule for finding in case.findings)
    if exposed and said and not function.definer and not strict:
        return closed_beneath(case, function.name, reads)
    if exposed and _asked_by_policies(ground, function):
        return no_fix(
            case,
            f"policies call {function.name}, so its callers need EXECUTE: add a check of auth.uid() to its body by hand",
        )
    name, title = qualified(function.name), ""
    if exposed and function.definer and not strict and _covered(ground, function, reads, guarded):
        why = "With the caller's rights the tables' own policies decide which rows it sees."
        forward = Statement(sql=f"ALTER FUNCTION {name} SECURITY INVOKER", comment=why)
        back = Statement(sql=f"ALTER FUNCTION {name} SECURITY DEFINER", comment=REOPENS)
        draft.add(((forward,), (back,)))
        draft.review.append(
            f"check who calls {function.name}: it then sees, and writes, only what its caller may in {_listed(reads)}"
        )
        title = f"Run {function.name} with its caller's rights"
    elif exposed:
        why = "It acts with its owner's rights and does not ask who is calling: trusted server code may call it."
        if draft.add(
            revoked(ground, function.grants, target_of(_word(function), function.name), ("EXECUTE",), why=why)
        ):
            draft.review.append(
                f"check who calls {function.name}: an application that calls it from the client is refused and has to ask a server route"
            )
            title = f"Take {function.name} out of the API"
    if function.definer and function.search_path is None:
        _pin(ground, function, draft)
        title = title or f"Pin the search_path of {function.name}"
    if not draft.forward:
        return no_fix(case, f"no client may call {function.name}, and nothing else about it can be changed safely")
    return (
        Fix(
            id=f"function-{slug(str(function.name))}",
            title=title,
            findings=case.fingerprints,
            applies=Applies.REVIEW if exposed else Applies.SAFE,
            statements=tuple(draft.forward),
            undo=tuple(draft.undo),
            risk=". ".join(sentence(reason) for reason in draft.review),
            objects=(str(function.name),),
            order=40,
        ),
    )


def _word(function: Function) -> str:
    return "procedure" if function.kind == "procedure" else "function"


def _listed(reads: tuple[Name, ...]) -> str:
    return ", ".join(str(name) for name in reads) or "the tables it reads"


def _reads(ground: Ground, function: Function) -> tuple[Name, ...]:
    """Relations the body mentions, by the catalog and by its text."""
    known = (*ground.catalog.tables, *ground.catalog.views)
    found = (*ground.catalog.reads.get(str(function.name), ()), *relations_in(function.body, known))
    return tuple(sorted(set(found)))


def _covered(ground: Ground, function: Function, reads: tuple[Name, ...], guarded: frozenset[Name]) -> bool:
    """Policies guard everything the body can be seen to touch, and users may touch it themselves."""
    if function.language not in _READABLE or is_dynamic(function.body) or not reads:
        return False
    for name in reads:
        table = ground.catalog.tables.get(name)
        if table is None or name.schema in PLATFORM_SCHEMAS or name not in guarded:
            return False
        if ground.entry(name).kind in {OwnerKind.SERVICE, OwnerKind.UNKNOWN}:
            return False
        if not ground.may(table.grants, "SELECT", ground.user_role):
            return False
    return True


def _asked_by_policies(ground: Ground, function: Function) -> bool:
    """Policies evaluate it as the caller, who therefore needs EXECUTE."""
    bare = function.name.name
    texts = (
        text
        for table in ground.catalog.tables.values()
        for policy in table.policies
        for text in (policy.using, policy.check)
    )
    return any(
        call.rpartition(".")[2] == bare and call.rpartition(".")[0] in {"", function.name.schema}
        for text in texts
        if text is not None
        for call in called(text)
    )


def _pin(ground: Ground, function: Function, draft: Draft) -> None:
    """Today's resolution, with temporary tables last: an empty path would break a body that names tables without schema."""
    path = [schema for schema in ground.catalog.search_path if schema != "pg_temp"]
    if function.name.schema not in path:
        path.insert(0, function.name.schema)
    target = f"{_word(function).upper()} {qualified(function.name)}"
    pinned = ", ".join([*(ident(schema) for schema in path), "pg_temp"])
    why = "Nobody may put a table of their own in front of the ones the body means."
    draft.add(
        (
            (Statement(sql=f"ALTER {target} SET search_path = {pinned}", comment=why),),
            (Statement(sql=f"ALTER {target} RESET search_path", comment=REOPENS),),
        )
    )
