"""Privileges that row-level security does not see: TRUNCATE, REFERENCES, TRIGGER, and sequences.

A request of the hosted API cannot express them, and the platform grants them to everybody by default: there they hold. On
plain PostgreSQL the application's own role could, and then one statement empties every tenant's table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.judge import refusal
from assistant.attack.oracle import Stand, rule_of
from assistant.attack.trial import Trial, act, look
from assistant.attack.witness import script
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import Actor, Cell, Severity, Verb, Verdict
from assistant.sql.names import qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Sequence as NumberSequence
    from assistant.domain.catalog import Table

_UNSPEAKABLE = "granted, as the platform does by default, but no request of its API can express it"


def grant_attempts(field: Field, table: Table) -> Iterator[Attempt]:
    """TRUNCATE by the least privileged role that has it; REFERENCES and TRIGGER as facts beside it."""
    caller = field.caller(Actor.OTHER_TENANT)
    name = str(table.name)
    for verb, privilege in ((Verb.DELETE, "TRUNCATE"), (Verb.SELECT, "REFERENCES"), (Verb.UPDATE, "TRIGGER")):
        variant = privilege.lower()
        if not field.privileges.may(table.name, caller.role, privilege):
            yield settled(simple(name, "table", verb, caller, Verdict.HOLDS, "no grant", variant))
        elif field.catalog.platform.kind is not PlatformKind.PLAIN:
            yield settled(simple(name, "table", verb, caller, Verdict.HOLDS, _UNSPEAKABLE, variant))
        elif privilege == "TRUNCATE" and rule_of(field.graph, table.name).of(caller.actor, verb) is Stand.DENY:
            yield _truncate(field, table, caller)
        else:
            reason = "granted, and no use of it by an application is known: revoke it"
            yield settled(simple(name, "table", verb, caller, Verdict.UNKNOWN, reason, variant))


def sequence_attempts(field: Field, sequence: NumberSequence) -> Iterator[Attempt]:
    """Whether users may turn a sequence back."""
    role = field.catalog.platform.user_role
    held = sorted(
        grant.privilege
        for grant in sequence.grants
        if grant.grantee in {role, "public"} and grant.privilege == "UPDATE"
    )
    caller = field.caller(Actor.OTHER_TENANT)
    if not held:
        cell = simple(str(sequence.name), "table", Verb.UPDATE, caller, Verdict.HOLDS, "no grant", "sequence")
    elif field.catalog.platform.kind is not PlatformKind.PLAIN:
        cell = simple(str(sequence.name), "table", Verb.UPDATE, caller, Verdict.HOLDS, _UNSPEAKABLE, "sequence")
    else:
        reason = "the application's role may turn this sequence back, which only the owner needs: revoke UPDATE"
        cell = simple(str(sequence.name), "table", Verb.UPDATE, caller, Verdict.UNKNOWN, reason, "sequence")
    yield settled(cell)


def _truncate(field: Field, table: Table, caller: Caller) -> Attempt:
    sql = f"truncate {qualified(table.name)} cascade"
    empty = look(f"select 1 where not exists (select 1 from {qualified(table.name)})")

    def judge(outcomes: Sequence[tuple[Outcome, ...]]) -> Cell:
        tried, proof = outcomes[0]
        if not tried.ok or proof.text is None:
            verdict, reason = refusal(tried)
            return simple(str(table.name), "table", Verb.DELETE, caller, verdict, reason, "truncate")
        return Cell(
            object=str(table.name),
            kind="table",
            verb=Verb.DELETE,
            actor=caller.actor,
            variant="truncate",
            verdict=Verdict.LEAKS,
            reason="the application's role may empty the table of every tenant: row-level security does not see TRUNCATE",
            steps=(f"truncate {table.name}",),
            columns=(),
            severity=Severity.MEDIUM,
            confidence=rule_of(field.graph, table.name).confidence,
            witness=script(
                caller, f"no row of {table.name} is left.", [sql], show=f"select count(*) from {qualified(table.name)}"
            ),
        )

    return Attempt(trials=(Trial(steps=(act(caller, sql), empty), settings=caller.settings),), judge=judge)
