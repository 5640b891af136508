"""Taking privileges away from API roles by name, and giving back exactly what was there.

Revoking from PUBLIC alone is not enough on Supabase, whose default privileges grant to each role by name; and revoking from
PUBLIC takes the right from trusted server code too, which therefore gets it by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Statement
from assistant.sql.names import ident, qualified
from assistant.sql.policy import role_list


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Grant
    from assistant.domain.names import Name
    from assistant.propose.ground import Ground


def target_of(kind: str, name: Name) -> str:
    """``TABLE public.chats``, ``FUNCTION public.f(uuid)``, ``SEQUENCE …``: what stands after ON; views count as tables."""
    return f"{kind.upper()} {qualified(name)}"


def revoked(
    ground: Ground, grants: tuple[Grant, ...], target: str, privileges: Iterable[str], *, why: str
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Forward and undo of taking privileges from every role a client arrives with; empty when none holds them."""
    forward: list[Statement] = []
    undo: list[Statement] = []
    for privilege in privileges:
        held = [grant for grant in grants if grant.privilege == privilege and grant.grantee in ground.outside]
        if not held:
            continue
        roles = _in_order(ground, {grant.grantee for grant in held})
        forward.append(
            Statement(sql=f"REVOKE {privilege} ON {target} FROM {role_list(roles)}", comment=why if not forward else "")
        )
        forward.extend(_kept_for_service(ground, grants, target, privilege, held))
        undo.extend(_given_back(held, target))
    return tuple(forward), tuple(undo)


def narrowed(
    ground: Ground,
    grants: tuple[Grant, ...],
    target: str,
    privilege: str,
    columns: tuple[str, ...],
    *,
    why: str,
    guests: bool = True,
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Forward and undo of leaving clients a privilege on these columns only; empty when they hold no more than that.

    Without ``guests`` only signed-in users get the columns back: a guest owns no row.
    """
    held = [grant for grant in grants if grant.privilege == privilege and grant.grantee in ground.outside]
    if not any(not grant.columns or set(grant.columns) - set(columns) for grant in held):
        return (), ()
    forward, _ = revoked(ground, grants, target, (privilege,), why=why)
    listed = ", ".join(ident(column) for column in columns)
    given: list[Statement] = []
    # who held it through PUBLIC keeps the safe columns by name
    through_public = any(grant.grantee == "public" for grant in held)
    for role in ground.client_roles if guests else (ground.user_role,):
        own = {column for grant in held if grant.grantee in {role, "public"} for column in (grant.columns or columns)}
        left = listed if own >= set(columns) else ", ".join(ident(column) for column in columns if column in own)
        if left and (through_public or any(grant.grantee == role for grant in held)):
            given.append(Statement(sql=f"GRANT {privilege} ({left}) ON {target} TO {role_list((role,))}"))
    back = [Statement(sql=f"REVOKE {privilege} ON {target} FROM {role_list(ground.client_roles)}")]
    return (*forward, *given), (*back, *_given_back(held, target))


def _in_order(ground: Ground, roles: set[str]) -> tuple[str, ...]:
    return tuple(role for role in ("public", *ground.client_roles) if role in roles)


def _given_back(held: list[Grant], target: str) -> tuple[Statement, ...]:
    back = []
    for grant in held:
        columns = f" ({', '.join(ident(column) for column in grant.columns)})" if grant.columns else ""
        option = " WITH GRANT OPTION" if grant.grantable else ""
        back.append(
            Statement(sql=f"GRANT {grant.privilege}{columns} ON {target} TO {role_list((grant.grantee,))}{option}")
        )
    return tuple(back)


def _kept_for_service(
    ground: Ground, grants: tuple[Grant, ...], target: str, privilege: str, held: list[Grant]
) -> tuple[Statement, ...]:
    """Trusted server code that held the privilege only through PUBLIC gets it by name."""
    service = ground.platform.service_role
    by_name = any(grant.grantee == service and grant.privilege == privilege for grant in grants)
    if service is None or by_name or all(grant.grantee != "public" for grant in held):
        return ()
    return (Statement(sql=f"GRANT {privilege} ON {target} TO {ident(service)}"),)
