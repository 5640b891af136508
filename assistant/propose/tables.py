"""The fix of one table: row-level security on, the policies at fault replaced by guards, grants narrowed, indexes added.

Only commands that leak are touched, and of their policies only those at fault; a restrictive policy, a policy for trusted
roles and a policy that holds are kept as they are. What users rightfully could do, they still can.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.propose.draft import REOPENS, Draft, no_fix, sentence, slug
from assistant.propose.entitlements import says_what_one_may_do
from assistant.propose.grants import narrowed, revoked, target_of
from assistant.propose.ground import COMMANDS
from assistant.propose.indexes import wanted_indexes
from assistant.propose.owners import Gap, all_of, any_of
from assistant.propose.parties import NOBODY, Parties, ask_who_reads, other_parties, published_by
from assistant.propose.roles import asked_roles
from assistant.propose.soundness import holds_alone
from assistant.propose.surroundings import unpublished
from assistant.propose.tidying import unwrapped
from assistant.propose.unowned import fix_unknown
from assistant.sql.policy import Policy, disable_rls, drop_policy, enable_rls


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import Ownership
    from assistant.propose.evidence import Case
    from assistant.propose.shapes import Guard, Shapes

_LEFT_ALONE: Final = {
    "shared-row-shows-all-columns": "only you know which columns of {table} the shared page shows: grant guests SELECT on those alone",
    "locked-out": "whether owners of {table} are shut out on purpose only you know: add the policy that is missing, or say so in the map",
    "privileged-column-writable": "no attack could raise a column of {table}: if a trigger guards it, it holds",
}
"""Why a suspicion is not acted on, by rule."""
_PRIVATE: Final = frozenset({OwnerKind.USER, OwnerKind.SELF, OwnerKind.TENANT, OwnerKind.VIA})
"""Kinds whose rows the map lets nobody read for a condition alone."""
_TABLE_PRIVILEGES: Final = ("TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")


def fix_table(shapes: Shapes, table: Table, case: Case) -> tuple[Fix | NoFix, ...]:
    """One fix for everything held against the table, or the reason why there is none."""
    entry = shapes.ground.entry(table.name)
    if entry.kind is OwnerKind.UNKNOWN:
        return fix_unknown(shapes.ground, table, case)
    draft = Draft()
    helpers_at = 0
    try:
        guards = _replace_policies(shapes, table, entry, case, draft)
        _narrow(shapes, table, entry, case, draft)
    except Gap as gap:
        return no_fix(case, str(gap))
    helpers = tuple(
        dict.fromkeys(
            helper
            for guard in guards
            for predicate in (guard.using, guard.check)
            if predicate is not None
            for helper in predicate.helpers
        )
    )
    workshop = shapes.owners.workshop
    draft.forward[helpers_at:helpers_at] = workshop.statements(helpers)
    draft.undo.extend(workshop.undo(helpers))
    draft.add(wanted_indexes(shapes.ground, table, guards, helpers))
    risk = _risk_of(table, entry, sum("DROP POLICY" in statement.sql for statement in draft.forward))
    if risk is not None:
        draft.review.append(risk)
    if not draft.forward:
        return no_fix(case, _why_nothing(table, entry, case))
    return (_fix(table, entry, case, draft),)


def _fix(table: Table, entry: Ownership, case: Case, draft: Draft) -> Fix:
    name = table.name
    says = "its owner reads, only the server writes" if says_what_one_may_do(table, entry) else _says(entry)
    sure = entry.confirmed or entry.confidence is Confidence.HIGH
    if not sure:
        draft.review.insert(0, f"the owner of {name} is inferred, not confirmed")
    return Fix(
        id=f"lock-{slug(str(name))}",
        title=f"Lock {name}: {says}",
        findings=case.fingerprints,
        applies=Applies.REVIEW if draft.review else Applies.SAFE,
        statements=tuple(draft.forward),
        undo=tuple(draft.undo),
        risk=(". ".join(sentence(reason) for reason in draft.review)),
        objects=(str(name),),
        order=20,
    )


def _why_nothing(table: Table, entry: Ownership, case: Case) -> str:
    columns = sorted({column for cell in case.cells if cell.kind == "column" for column in cell.columns})
    if columns and entry.kind is OwnerKind.CONDITIONAL:
        return (
            f"shared rows of {table.name} show {', '.join(columns)} with them, and a policy hides rows, not columns:"
            f" move {', '.join(columns)} into a table of its own that only the owner reads"
        )
    for rule, reason in _LEFT_ALONE.items():
        if rule in case.rules:
            return reason.format(table=table.name)
    return f"no attack counts it as a leak: is it meant that way on {table.name}? Answer on the map screen first"


def _risk_of(table: Table, entry: Ownership, dropped: int) -> str | None:
    if dropped and says_what_one_may_do(table, entry):
        return f"{table.name} says what a person may do, so the server alone writes it: a client that adds or changes its own row is refused"
    if entry.kind is OwnerKind.MEMBERSHIP and dropped:
        return f"nobody joins {entry.tenant or 'a tenant'} on their own any more: an owner adds them, or the server accepts an invitation"
    return None


def _says(entry: Ownership) -> str:
    kind = entry.kind
    if kind is OwnerKind.TENANT:
        return "only members of the tenant reach its rows"
    if kind is OwnerKind.VIA:
        return f"a row is reached by whoever owns its row in {entry.parent}"
    if kind is OwnerKind.MEMBERSHIP:
        return "members read, owners and admins write, nobody adds themselves"
    if kind is OwnerKind.PUBLIC:
        return "everyone reads, only the server writes"
    if kind is OwnerKind.CONDITIONAL:
        return "everyone reads what is shared, the owner the rest"
    if kind is OwnerKind.SERVICE:
        return "only the server reaches it"
    return "only its owner reaches a row"


def _replace_policies(shapes: Shapes, table: Table, entry: Ownership, case: Case, draft: Draft) -> tuple[Guard, ...]:
    """Enable RLS, drop what is at fault, write the guards; returns the guards written."""
    strict = str(table.name) in shapes.strict
    hit = {command for command in COMMANDS if command in case.commands(strict=strict) or not table.rls}
    dropped: dict[str, PolicyRow] = {}
    for command in sorted(hit):
        dropped |= {policy.name: policy for policy in _at_fault(shapes, table, case, command, strict=strict)}
    dropped |= {
        policy.name: policy
        for policy in table.policies
        if policy.permissive and policy.name in case.policies and shapes.ground.outside.intersection(policy.roles)
    }
    if says_what_one_may_do(table, entry):
        # a policy that binds the row to its owner holds, and lets the owner grant themselves what the row says
        writing = [policy for command in COMMANDS[1:] for policy in shapes.ground.from_outside(table.policies, command)]
        dropped |= {policy.name: policy for policy in writing if holds_alone(policy, entry, shapes.ground.surface)}
    for policy in dropped.values():
        hit |= set(COMMANDS) if policy.command == "all" else {policy.command}
    if not hit:
        return ()
    others = _kept_parties(shapes, table, entry, dropped, hit, draft)
    guards = tuple(
        _with_parties(shapes, table, entry, guard, others.get(guard.command, NOBODY))
        for guard in shapes.guards(table, entry, _asked(shapes, entry, dropped, hit))
        if guard.command in hit
        and _was_allowed(shapes, table, guard)
        and (guard.command in others or not _covered(shapes, guard, table, entry, dropped))
    )
    if not table.rls:
        enable = Statement(sql=enable_rls(table.name), comment="Without row-level security every policy is ignored.")
        draft.add(((enable,), (Statement(sql=disable_rls(table.name), comment=REOPENS),)))
    new = [_policy(table.name, guard) for guard in guards]
    if shapes.ground.reads_itself(table, dropped):
        new = [
            replace(policy, using=unwrapped(policy.using)) if policy.command == "select" else policy for policy in new
        ]
    _swap(table.name, list(dropped.values()), new, draft)
    return guards


def _kept_parties(
    shapes: Shapes, table: Table, entry: Ownership, dropped: dict[str, PolicyRow], hit: set[str], draft: Draft
) -> dict[str, Parties]:
    """By command, who else the dropped policies let in by right; what they publish is said, as it might be a design."""
    surface = shapes.ground.surface
    found: dict[str, Parties] = {
        command: parties
        for command in COMMANDS
        if command in hit and (parties := other_parties(table, entry, dropped.values(), command, surface)).columns
    }
    if found and str(table.name) in shapes.strict:
        raise ask_who_reads(table, next(iter(found.values())))
    named = tuple(dict.fromkeys(column for parties in found.values() for column in parties.columns))
    if named:
        draft.review.append(
            f"the policies of {table.name} also let in whoever is named by {', '.join(named)}, which the map does not have:"
            " that is kept, so check that both sides may reach its rows"
        )
    published = published_by(table, dropped.values(), surface) if entry.kind in _PRIVATE else ()
    if published:
        draft.review.append(
            f"rows of {table.name} where {' and '.join(published)} are no longer read by everyone who could: if that was meant,"
            " say kind = 'conditional' with that condition in stanch.toml"
        )
    return found


def _with_parties(shapes: Shapes, table: Table, entry: Ownership, guard: Guard, parties: Parties) -> Guard:
    """The guard of the map, or what the replaced policies give to other parties."""
    if guard.suffix or parties is NOBODY:
        return guard
    using, check = guard.using, guard.check
    if using is not None and parties.using is not None:
        using = any_of(using, parties.using)
    if check is not None and parties.check is not None:
        extra = shapes.defaults(table, entry) if guard.command == "insert" else ()
        check = any_of(check, all_of(parties.check, *extra))
    return replace(guard, using=using, check=check)


def _asked(
    shapes: Shapes, entry: Ownership, dropped: dict[str, PolicyRow], hit: set[str]
) -> dict[str, tuple[str, ...]]:
    """By command, the roles of the tenant that the dropped policies asked for."""
    membership = shapes.ground.membership(entry)
    return {
        command: asked_roles(
            shapes.ground.catalog, membership, [row for row in dropped.values() if row.command in {command, "all"}]
        )
        for command in hit
    }


def _swap(table: Name, dropped: list[PolicyRow], new: list[Policy], draft: Draft) -> None:
    """Drop and create, so that a second run comes to the same; the undo restores the old ones exactly."""
    forward, undo = [], []
    for n, row in enumerate(sorted(dropped, key=lambda row: row.name)):
        comment = "These policies let others in." if n == 0 else ""
        forward.append(Statement(sql=drop_policy(table, row.name), comment=comment))
    for policy in new:
        forward.append(Statement(sql=drop_policy(table, policy.name)))
        forward.append(Statement(sql=policy.create()))
        undo.append(Statement(sql=drop_policy(table, policy.name)))
    for row in sorted(dropped, key=lambda row: row.name):
        old = Policy.from_row(row)
        undo.append(Statement(sql=old.drop()))
        undo.append(Statement(sql=old.create(), comment=REOPENS))
    draft.add((tuple(forward), tuple(undo)))


def _at_fault(shapes: Shapes, table: Table, case: Case, command: str, *, strict: bool) -> tuple[PolicyRow, ...]:
    """Policies that let outsiders run the command; all of them when none can be told from the others."""
    candidates = shapes.ground.from_outside(table.policies, command)
    if strict:
        return candidates
    entry = shapes.ground.entry(table.name)
    bad = tuple(
        policy
        for policy in candidates
        if policy.name in case.policies or not holds_alone(policy, entry, shapes.ground.surface)
    )
    # with row-level security off nothing was tried against the policies: those that look sound are kept
    return bad if bad or not table.rls else candidates


def _was_allowed(shapes: Shapes, table: Table, guard: Guard) -> bool:
    """No user gains a right by a fix."""
    return any(shapes.ground.allowed(table, guard.command, role) for role in guard.roles)


def _covered(shapes: Shapes, guard: Guard, table: Table, entry: Ownership, dropped: dict[str, PolicyRow]) -> bool:
    """A policy that is kept already lets owners run the command; one that only publishes rows does not."""
    return any(
        policy.permissive
        and policy.name not in dropped
        and policy.command in {guard.command, "all"}
        and {*guard.roles, "public"}.intersection(policy.roles)
        and holds_alone(policy, entry, shapes.ground.surface)
        for policy in table.policies
    )


def _policy(table: Name, guard: Guard) -> Policy:
    return Policy(
        table=table,
        name=f"stanch {guard.command}{guard.suffix}",
        command=guard.command,
        roles=guard.roles,
        using=guard.using.sql if guard.using else None,
        check=guard.check.sql if guard.check else None,
    )


def _narrow(shapes: Shapes, table: Table, entry: Ownership, case: Case, draft: Draft) -> None:
    """Privileges that policies cannot guard: single columns, TRUNCATE, and tables meant for the server alone."""
    ground, target = shapes.ground, target_of("table", table.name)
    if entry.kind is OwnerKind.SERVICE and (case.commands() or not table.rls):
        held = [command.upper() for command in COMMANDS if command in case.commands() or not table.rls]
        draft.add(revoked(ground, table.grants, target, held, why="No client has any business here."))
    if entry.kind is OwnerKind.SERVICE and any("realtime" in rule for rule in case.rules):
        draft.add(unpublished(ground, table))
    flagged = [privilege for privilege in _TABLE_PRIVILEGES if _flagged(case, privilege)]
    draft.add(revoked(ground, table.grants, target, flagged, why="Row-level security does not guard these."))
    # who belongs to what with which role is decided by the policy: managers must be able to change it
    if entry.kind is not OwnerKind.MEMBERSHIP:
        _narrow_writes(shapes, table, entry, case, draft)
    hidden = case.shows_columns & {column.name for column in table.columns}
    if entry.kind is OwnerKind.PUBLIC and "select" in case.commands():
        hidden |= set(entry.sensitive)
    if hidden and str(table.name) not in shapes.strict:
        safe = tuple(column.name for column in table.columns if column.name not in hidden)
        why = "The rows are public, these columns are not."
        if draft.add(narrowed(ground, table.grants, target, "SELECT", safe, why=why)):
            draft.review.append(
                f"trusted server code alone can then read {', '.join(sorted(hidden))} of {table.name}, and select * is refused"
            )


def _narrow_writes(shapes: Shapes, table: Table, entry: Ownership, case: Case, draft: Draft) -> None:
    """Columns that users do not set themselves leave the grants: of UPDATE, and of INSERT where the row can do without them."""
    ground, target = shapes.ground, target_of("table", table.name)
    why = "Users do not set these themselves."
    both = case.raised("update") | case.raised("insert")
    known = {column.name for column in table.columns}
    raised = (both | set(entry.privileged) if both or not table.rls else set()) & known
    added = raised | (set(entry.privileged) & known if "insert" in case.commands() else set())
    added &= shapes.omissible(table, entry)
    refused: set[str] = set()
    for privilege, columns in (("UPDATE", raised), ("INSERT", added)):
        if not columns or not ground.may(table.grants, privilege, ground.user_role):
            continue
        guest = ground.platform.guest_role
        guests = privilege == "INSERT" and table.rls and guest is not None and ground.allowed(table, "insert", guest)
        safe = tuple(c.name for c in table.columns if c.name not in columns and not c.generated)
        if draft.add(narrowed(ground, table.grants, target, privilege, safe, why=why, guests=guests)):
            refused |= columns
    if refused:
        draft.review.append(
            f"an INSERT, UPDATE or upsert from the client that names {', '.join(sorted(refused))} of {table.name} will be refused"
        )


def _flagged(case: Case, privilege: str) -> bool:
    word = privilege.lower()
    return any(word in cell.variant for cell in case.cells) or any(
        "grant" in finding.rule and word in f"{finding.title} {finding.detail}".lower() for finding in case.findings
    )
