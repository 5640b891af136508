"""The fix of a view or materialized view: let the caller's rights decide, or take it out of the API.

A view reads with its owner's rights unless it says security_invoker; that helps only where the tables beneath are guarded by
policies and readable by users. Over auth.users, a foreign table or a materialized view nothing is, so clients lose the view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.domain.names import PLATFORM_SCHEMAS
from assistant.domain.ownership import OwnerKind
from assistant.propose.draft import REOPENS, Draft, closed_beneath, no_fix, sentence, slug
from assistant.propose.grants import revoked, target_of
from assistant.sql.names import qualified


if TYPE_CHECKING:
    from assistant.domain.catalog import View
    from assistant.domain.names import Name
    from assistant.propose.evidence import Case
    from assistant.propose.ground import Ground

_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")


def fix_view(
    ground: Ground, view: View, case: Case, guarded: frozenset[Name], *, strict: bool
) -> tuple[Fix | NoFix, ...]:
    """security_invoker where the tables beneath are guarded, otherwise no rights for clients.

    Args:
        ground: catalog and map.
        view: the view.
        case: what is held against it.
        guarded: tables with row-level security once all fixes are applied.
        strict: the gentle form left a leak.
    """
    draft = Draft()
    if view.kind == "view" and not view.security_invoker and not strict and _reads_guarded(ground, view, guarded):
        name = qualified(view.name)
        why = "The caller's rights decide what the view shows, not its owner's."
        draft.add(
            (
                (Statement(sql=f"ALTER VIEW {name} SET (security_invoker = true)", comment=why),),
                (Statement(sql=f"ALTER VIEW {name} RESET (security_invoker)", comment=REOPENS),),
            )
        )
        title = f"Let the caller's rights decide what {view.name} shows"
        applies, risk = (
            Applies.REVIEW,
            f"pages that read {view.name} show only rows the caller may read in the tables beneath",
        )
    elif view.kind == "view" and view.security_invoker and not strict:
        return closed_beneath(case, view.name, view.reads)
    else:
        why = "Row-level security does not reach it: trusted server code reads it as the service role."
        draft.add(revoked(ground, view.grants, target_of("table", view.name), _PRIVILEGES, why=why))
        title = f"Take {view.name} out of the API"
        applies, risk = (
            Applies.REVIEW,
            f"a page that reads {view.name} from the browser has to ask a server route instead",
        )
    if not draft.forward:
        return no_fix(
            case, f"no client holds a privilege on {view.name}, and nothing else about it can be changed safely"
        )
    return (
        Fix(
            id=f"view-{slug(str(view.name))}",
            title=title,
            findings=case.fingerprints,
            applies=applies,
            statements=tuple(draft.forward),
            undo=tuple(draft.undo),
            risk=sentence(risk),
            objects=(str(view.name),),
            order=30,
        ),
    )


def _reads_guarded(ground: Ground, view: View, guarded: frozenset[Name]) -> bool:
    """Every relation beneath is guarded by policies and readable by users, views beneath included."""
    return bool(view.reads) and all(_guarded(ground, name, guarded, depth=8) for name in view.reads)


def _guarded(ground: Ground, name: Name, guarded: frozenset[Name], depth: int) -> bool:
    if depth == 0 or name.schema in PLATFORM_SCHEMAS:
        return False
    below = ground.catalog.views.get(name)
    if below is not None:
        if below.kind == "matview" or not ground.may(below.grants, "SELECT", ground.user_role):
            return False
        return below.security_invoker and all(_guarded(ground, one, guarded, depth - 1) for one in below.reads)
    table = ground.catalog.tables.get(name)
    if table is None or table.kind == "foreign" or not ground.may(table.grants, "SELECT", ground.user_role):
        return False
    return name in guarded or ground.entry(name).kind is OwnerKind.PUBLIC
