"""Policies that hold and could be said better: an index, a wrapped caller, a TO clause, a fast shape with the same meaning.

ALTER POLICY keeps name, command and grants; what a policy means is changed only where the map and the policy's own roles say
the same. A policy whose meaning cannot be told for sure stays as it is, with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.domain.ownership import Confidence
from assistant.propose.draft import Draft, slug
from assistant.propose.indexes import index_statements
from assistant.propose.owners import Gap
from assistant.propose.roles import asked_roles
from assistant.propose.soundness import holds_alone
from assistant.sql.body import called, relations_in
from assistant.sql.policy import Policy
from assistant.sql.shape import shapes
from assistant.sql.truth import Caller, admits


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.propose.shapes import Shapes
    from assistant.propose.workshop import Helper

REPLACED: Final = "its policy is replaced by another fix"
"""Said of a finding that goes away with a policy; ``propose`` then counts it among those of that fix."""
_STAYS: Final = "the policy holds; to say it better its meaning would have to be guessed, so it stays"
_BARE_CALLER: Final = re.compile(
    r"('(?:[^']|'')*')|(?<!select )(?<![\w.])(auth\.(?:uid|jwt|role|email|user_id)\(\))", re.IGNORECASE
)
_WRAPPED_CALLER: Final = re.compile(r"\(select (auth\.(?:uid|jwt|role|email|user_id)\(\)(?:::\w+)?)\)")
_BARE_SETTING: Final = re.compile(
    r"(?<!select )(?<![\w.])(current_setting\((?:'[^']*'(?:::text)?)(?:, (?:true|false))?\))", re.IGNORECASE
)


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
    helpers: dict[Helper, None] = {}
    left = {
        policy.name: policy
        for policy in table.policies
        if policy.name not in dropped and any(policy.name in finding.policies for finding in findings)
    }
    better = {name: _better(maker, table, policy, helpers) for name, policy in left.items()}
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
    workshop = maker.owners.workshop
    made = tuple(helpers)
    fix = Fix(
        id=f"respell-{slug(str(table.name))}",
        title=f"Say the policies of {table.name} so that they are asked once a statement",
        findings=tuple(sorted(set(closed))),
        applies=Applies.REVIEW,
        statements=(*workshop.statements(made), *draft.forward),
        undo=(*draft.undo, *workshop.undo(made)),
        risk="The same rows, by the ownership map; read the policies once before applying",
        objects=(str(table.name),),
        order=80,
    )
    return (fix, *results)


def _answers(maker: Shapes, table: Table, policy: Policy, finding: Finding) -> bool:
    """The policy as it would be no longer gives the rule a reason."""
    if finding.rule == "no-to-clause":
        return "public" not in policy.roles
    return not any(shapes(text, table.name, maker.ground.surface) for text in (policy.using, policy.check))


def _better(maker: Shapes, table: Table, policy: PolicyRow, helpers: dict[Helper, None]) -> Policy:
    """The policy with a wrapped caller, a TO clause and, where its meaning is sure, a fast shape."""
    using, check = policy.using, policy.check
    if not maker.ground.reads_itself(table):
        using, check = wrapped(using), wrapped(check)
    fast = None
    if any(shapes(text, table.name, maker.ground.surface) for text in (using, check)):
        fast = _fast(maker, table, policy, helpers)
        using, check = fast or (using, check)
    roles = policy.roles
    if roles == ("public",) and maker.ground.user_role != "public":
        # whoever is not signed in keeps what the predicate gives to guests, shared rows for one
        nothing = all(admits(text, Caller.GUEST) is False for text in (using, check) if text is not None)
        roles = (maker.ground.user_role,) if nothing or fast else maker.ground.client_roles
    return Policy(
        table=table.name,
        name=policy.name,
        command=policy.command,
        permissive=policy.permissive,
        roles=roles,
        using=using,
        check=check,
    )


def _fast(
    maker: Shapes, table: Table, policy: PolicyRow, helpers: dict[Helper, None]
) -> tuple[str | None, str | None] | None:
    """The guard of the map, where the policy asks for nothing but the membership the map names."""
    ground, entry = maker.ground, maker.ground.entry(table.name)
    sure = entry.confirmed or entry.confidence is Confidence.HIGH
    membership = ground.membership(entry)
    if not sure or membership is None or policy.command == "all" or not holds_alone(policy, entry, ground.surface):
        return None
    text = f"{policy.using or ''} {policy.check or ''}"
    trusted = {membership.table, table.name, membership.tenant, entry.parent}
    if not _reads_only(maker, text, {name for name in trusted if name is not None}):
        return None
    roles = {policy.command: asked_roles(ground.catalog, membership, [policy])}
    try:
        guards = maker.guards(table, entry, roles)
    except Gap:
        return None
    guard = next((one for one in guards if one.command == policy.command and ground.user_role in one.roles), None)
    if guard is None:
        return None
    for predicate in (guard.using, guard.check):
        helpers.update(dict.fromkeys(predicate.helpers if predicate else ()))
    return (
        guard.using.sql if guard.using and policy.using is not None else None,
        guard.check.sql if guard.check and policy.check is not None else None,
    )


def _reads_only(maker: Shapes, text: str, trusted: set[object]) -> bool:
    """The predicate, and the functions it calls, mention no other relation."""
    catalog = maker.ground.catalog
    texts, seen = [text], {text}
    while texts:
        here = texts.pop()
        if any(name not in trusted for name in relations_in(here, catalog.tables)):
            return False
        bare = {name.rpartition(".")[2] for name in called(here)}
        for name, function in catalog.functions.items():
            if name.name in bare and function.body not in seen:
                seen.add(function.body)
                texts.append(function.body)
    return True


def wrapped(text: str | None) -> str | None:
    """Each bare ``auth.uid()`` and setting as a scalar sub-select, strings untouched."""
    if text is None:
        return None
    once = _BARE_CALLER.sub(lambda found: found.group(1) or f"(select {found.group(2)})", text)
    return _BARE_SETTING.sub(r"(select \1)", once)


def unwrapped(text: str | None) -> str | None:
    """The reverse of ``wrapped`` for what stanch writes: for a table whose own policies cannot bear a sub-select."""
    return None if text is None else _WRAPPED_CALLER.sub(r"\1", text)
