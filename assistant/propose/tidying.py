"""Policies that hold and could be said better: an index, a caller asked once, a TO clause, a list fetched once.

ALTER POLICY keeps name, command and grants. A predicate is only ever re-spelled from its own text (see ``respelling``), never from the
ownership map: the map may know less than the policy does. What cannot be said faster that way stays as it is, with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.propose.draft import Draft, slug
from assistant.propose.indexes import index_statements
from assistant.sql.policy import Policy
from assistant.sql.respelling import respelled
from assistant.sql.shape import shapes
from assistant.sql.truth import Caller, admits


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.propose.shapes import Shapes

REPLACED: Final = "its policy is replaced by another fix"
"""Said of a finding that goes away with a policy; ``propose`` then counts it among those of that fix."""
_STAYS: Final = "the policy holds; it is only slower, and no other spelling of the same words is faster"
_WRAPPED_CALLER: Final = re.compile(r"\(select (auth\.(?:uid|jwt|role|email|user_id)\(\)(?:::\w+)?)\)")


def tidy_table(
    maker: Shapes, table: Table, findings: list[Finding], dropped: frozenset[str]
) -> tuple[Fix | NoFix, ...]:
    """At most one fix for indexes and one for the spelling of policies.

    Args:
        maker: writes guards.
        table: the table.
        findings: what is said about it.
        dropped: its policies that another fix drops anyway.
    """
    indexes = [finding for finding in findings if "index" in finding.rule]
    words = [finding for finding in findings if finding not in indexes]
    return (*_index(maker, table, indexes), *_respell(maker, table, words, dropped))


def _index(maker: Shapes, table: Table, findings: list[Finding]) -> tuple[Fix | NoFix, ...]:
    if not findings:
        return ()
    columns = tuple(dict.fromkeys(column for finding in findings for column in finding.columns))
    forward, undo = index_statements(maker.ground, tuple((table.name, column) for column in columns))
    prints = tuple(sorted({finding.fingerprint for finding in findings}))
    if not forward:
        reason = f"{table.name} cannot be indexed by {', '.join(columns) or 'a column the finding names'} here"
        return tuple(NoFix(finding=one, reason=reason) for one in prints)
    return (
        Fix(
            id=f"index-{slug(str(table.name))}",
            title=f"Index {table.name} by what its policies filter on",
            findings=prints,
            applies=Applies.SAFE,
            statements=forward,
            undo=undo,
            objects=(str(table.name),),
            order=90,
        ),
    )


def _respell(maker: Shapes, table: Table, findings: list[Finding], dropped: frozenset[str]) -> tuple[Fix | NoFix, ...]:
    """Alter each named policy that is still there, and say which findings that answers."""
    draft = Draft()
    left = {
        policy.name: policy
        for policy in table.policies
        if policy.name not in dropped and any(policy.name in finding.policies for finding in findings)
    }
    better = {name: _better(maker, table, policy, dropped) for name, policy in left.items()}
    for name, new in better.items():
        old = Policy.from_row(left[name])
        if new != old:
            draft.add(((Statement(sql=new.alter()),), (Statement(sql=old.alter()),)))
    closed, replaced, results = [], [], []
    for finding in findings:
        mine = [better[name] for name in finding.policies if name in better]
        if not mine:
            replaced.append(finding.fingerprint)
        elif all(_answers(maker, table, new, finding) for new in mine):
            closed.append(finding.fingerprint)
        else:
            results.append(NoFix(finding=finding.fingerprint, reason=_STAYS))
    results += [NoFix(finding=one, reason=REPLACED) for one in sorted(set(replaced))]
    if not (draft.forward and closed):
        results += [NoFix(finding=one, reason=_STAYS) for one in sorted(set(closed))]
        return tuple(results)
    fix = Fix(
        id=f"respell-{slug(str(table.name))}",
        title=f"Say the policies of {table.name} so that they are asked once a statement",
        findings=tuple(sorted(set(closed))),
        applies=Applies.REVIEW,
        statements=tuple(draft.forward),
        undo=tuple(draft.undo),
        risk="The same conditions in another spelling; read the policies once before applying",
        objects=(str(table.name),),
        order=80,
    )
    return (fix, *results)


def _answers(maker: Shapes, table: Table, policy: Policy, finding: Finding) -> bool:
    """The policy as it would be no longer gives the rule a reason."""
    if finding.rule == "no-to-clause":
        return "public" not in policy.roles
    return not any(shapes(text, table.name, maker.ground.surface) for text in (policy.using, policy.check))


def _better(maker: Shapes, table: Table, policy: PolicyRow, dropped: frozenset[str]) -> Policy:
    """The policy with its caller and its lists asked once a statement, and a TO clause where nobody loses a row by it."""
    using, check = policy.using, policy.check
    if not maker.ground.reads_itself(table, dropped):
        surface = maker.ground.surface
        using, check = (respelled(text, table.name, surface) for text in (using, check))
    roles = policy.roles
    if roles == ("public",) and maker.ground.user_role != "public" and _nobody_else(maker, table):
        # whoever is not signed in keeps what the predicate gives to guests, shared rows for one
        nothing = all(admits(text, Caller.GUEST) is False for text in (using, check) if text is not None)
        roles = (maker.ground.user_role,) if nothing else maker.ground.client_roles
    return Policy(
        table=table.name,
        name=policy.name,
        command=policy.command,
        permissive=policy.permissive,
        roles=roles,
        using=using,
        check=check,
    )


def _nobody_else(maker: Shapes, table: Table) -> bool:
    """No role but those of clients, the server and the table's owner holds a privilege: no other reader loses the policy."""
    ground = maker.ground
    passing = {*ground.outside, ground.platform.service_role, table.owner}
    return all(grant.grantee in passing for grant in table.grants)


def unwrapped(text: str | None) -> str | None:
    """The reverse of ``wrapped`` for what stanch writes: for a table whose own policies cannot bear a sub-select."""
    return None if text is None else _WRAPPED_CALLER.sub(r"\1", text)
