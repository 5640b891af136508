"""A table whose owner nobody knows: what its own policies plainly mean is put in force, and no guess is added.

Row-level security is switched on where policies were written for it, and a policy called after the service role becomes that
role's alone. Everything else waits for an answer: who owns a row?
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.propose.draft import REOPENS, Draft, slug
from assistant.sql.policy import Policy, disable_rls, enable_rls


if TYPE_CHECKING:
    from assistant.domain.catalog import Table
    from assistant.propose.evidence import Case
    from assistant.propose.ground import Ground


def fix_unknown(ground: Ground, table: Table, case: Case) -> tuple[Fix | NoFix, ...]:
    """Put in force what the operator wrote; ask about the rest."""
    draft, titles, answered = Draft(), [], set()
    if not table.rls and table.policies and "policy-without-rls" in case.rules:
        enable = Statement(sql=enable_rls(table.name), comment="Without row-level security every policy is ignored.")
        draft.add(((enable,), (Statement(sql=disable_rls(table.name), comment=REOPENS),)))
        titles.append(f"Put the policies of {table.name} in force")
        answered.add("policy-without-rls")
    service = ground.platform.service_role
    if service is not None and "policy-named-for-service-role" in case.rules:
        named = {name for one in case.findings if one.rule == "policy-named-for-service-role" for name in one.policies}
        for row in table.policies:
            if row.name not in named:
                continue
            old = Policy.from_row(row)
            why = "Its name says who it is for; without a TO clause it is for everybody."
            forward = Statement(sql=old.with_roles(service).alter(), comment=why)
            draft.add(((forward,), (Statement(sql=old.alter(), comment=REOPENS),)))
        titles.append(f"Leave to the service role what is called after it on {table.name}")
        answered.add("policy-named-for-service-role")
    asks = f"who owns {table.name}? Say so in stanch.toml or on the map screen"
    closed = tuple(sorted({one.fingerprint for one in case.findings if one.rule in answered}))
    rest = tuple(NoFix(finding=one, reason=asks) for one in case.fingerprints if one not in closed)
    if not draft.forward:
        return tuple(NoFix(finding=one, reason=asks) for one in case.fingerprints)
    fix = Fix(
        id=f"lock-{slug(str(table.name))}",
        title="; ".join(titles),
        findings=closed,
        applies=Applies.REVIEW,
        statements=tuple(draft.forward),
        undo=tuple(draft.undo),
        risk=f"Who owns {table.name} is not known: what its policies do not allow stops working for clients",
        objects=(str(table.name),),
        order=20,
    )
    return (fix, *rest)
