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
from assistant.sql.shape import ShapeKind, shapes


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.propose.helpers import Helper
    from assistant.propose.shapes import Shapes

REPLACED: Final = "its policy is replaced by another fix"
"""Said of a finding that goes away with a policy; ``propose`` then counts it among those of that fix."""
_BARE_CALLER: Final = re.compile(
    r"('(?:[^']|'')*')|(?<!select )(?<![\w.])(auth\.(?:uid|jwt|role|email|user_id)\(\))", re.IGNORECASE
)
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
    """Alter each named policy that is still there."""
    draft = Draft()
    closed: list[str] = []
    open_: list[str] = []
    helpers: dict[Helper, None] = {}
    altered: set[str] = set()
    for finding in findings:
        named = [policy for policy in table.policies if policy.name in finding.policies]
        left = [policy for policy in named if policy.name not in dropped]
        done = [
            policy.name for policy in left if policy.name in altered or _alter(maker, table, policy, draft, helpers)
        ]
        altered.update(done)
        (closed if len(done) == len(left) and named else open_).append(finding.fingerprint)
    result: list[Fix | NoFix] = [
        NoFix(
            finding=one, reason="the policy holds; to make it faster its meaning would have to be guessed, so it stays"
        )
        for one in sorted(set(open_))
    ]
    if draft.forward:
        workshop = maker.owners.workshop
        made = tuple(helpers)
        result.insert(
            0,
            Fix(
                id=f"respell-{slug(str(table.name))}",
                title=f"Say the policies of {table.name} so that they are asked once a statement",
                findings=tuple(sorted(set(closed))),
                applies=Applies.REVIEW,
                statements=(*workshop.statements(made), *draft.forward),
                undo=(*draft.undo, *workshop.undo(made)),
                risk="The same rows, by the ownership map; read the policies once before applying",
                objects=(str(table.name),),
                order=80,
            ),
        )
    elif closed:
        result += [NoFix(finding=one, reason=REPLACED) for one in sorted(set(closed))]
    return tuple(result)


def _alter(maker: Shapes, table: Table, policy: PolicyRow, draft: Draft, helpers: dict[Helper, None]) -> bool:
    """Add the ALTER POLICY that says it better; False when nothing better is known."""
    old = Policy.from_row(policy)
    using, check = wrapped(policy.using), wrapped(policy.check)
    slow = {shape.kind for text in (using, check) for shape in shapes(text, table.name, maker.ground.surface)} - {
        ShapeKind.CALLER_PER_ROW
    }
    fast = _fast(maker, table, policy, helpers) if slow else None
    if fast is not None:
        using, check = fast
    elif slow:
        return False
    roles = policy.roles
    user = maker.ground.user_role
    if roles == ("public",) and user != "public" and "auth." in f"{using} {check}":
        roles = (user,)
    if (using, check, roles) == (policy.using, policy.check, policy.roles):
        return False
    new = Policy(
        table=table.name,
        name=policy.name,
        command=policy.command,
        permissive=policy.permissive,
        roles=roles,
        using=using,
        check=check,
    )
    draft.add(((Statement(sql=new.alter()),), (Statement(sql=old.alter()),)))
    return True


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
