"""An incident as a journal would hold it, for the screens to show: hostile names included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.domain.events import (
    Asked,
    Event,
    FactTaken,
    Failed,
    Found,
    Happening,
    Incident,
    Opened,
    Proved,
    StepEnded,
    StepStarted,
    StepState,
)
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, Membership, OwnerKind, Ownership, OwnershipMap
from assistant.engine.fold import APPROVAL, fold
from assistant.engine.playbooks import load_playbook


AT = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
HOSTILE = "public.ch[bold]ats\x1b[2J"


def incident(*happenings: Happening) -> Incident:
    """An incident opened at 03:12 UTC in which this happened, a second apart."""
    said: tuple[Happening, ...] = (
        Opened(incident="2026-11-20-0312-a1b2", playbook="ai-chatbot", head="0123456789abcdef", version="0.1.0"),
        *happenings,
    )
    events = [
        Event(n=n, at=AT + timedelta(seconds=n), by="stanch", prev="0" * 64, what=what)
        for n, what in enumerate(said, 1)
    ]
    return fold(events, load_playbook("ai-chatbot"))


TRIAGED: tuple[Happening, ...] = (
    StepStarted(step="intake"),
    StepEnded(step="intake", state=StepState.SKIPPED, says="nobody awake who knows"),
    StepStarted(step="confirm-scope"),
    FactTaken(step="confirm-scope", says="860 attacks: 850 hold, 9 leak, 1 not tested"),
    Found(
        step="confirm-scope",
        fingerprint="f" * 16,
        rule="slow-policy",
        title="Policy is slow",
        severity="low",
        subject="public.logs",
        executed=False,
    ),
    Found(
        step="confirm-scope",
        fingerprint="a" * 16,
        rule="always-true",
        title=f"Anyone can read {HOSTILE}",
        severity="critical",
        subject=HOSTILE,
        executed=True,
    ),
    Failed(step="database-rules", says="PostgreSQL did not start.", remedy="Free some space and run it again."),
)

PROPOSED: tuple[Happening, ...] = (
    StepStarted(step="lock-database"),
    FactTaken(step="lock-database", says="1 file", evidence="d" * 64),
    Proved(
        step="lock-database",
        claim="closes",
        verdict="holds",
        reason="9 leaks before, 0 after.",
        before={"leaks": 9},
        after={"leaks": 0},
    ),
    Asked(
        step="lock-database",
        question=APPROVAL,
        asks="Write this migration into the repository?",
        choices=("approve", "decline"),
    ),
)

DIFF = """--- /dev/null
+++ b/supabase/migrations/20261120031200_lock.sql
@@ -0,0 +1,2 @@
+-- closes the leak in [bold]
+alter table "ch[bold]ats" enable row level security;
"""


def matrix() -> Matrix:
    """Two leaks, one lock-out, one untested cell, two that hold."""

    def cell(name: str, actor: Actor, verb: Verb, verdict: Verdict, **more: object) -> Cell:
        return Cell(object=name, kind="table", actor=actor, verb=verb, verdict=verdict, **more)  # type: ignore[arg-type]

    return Matrix(
        cells=(
            cell("public.audit", Actor.GUEST, Verb.SELECT, Verdict.UNKNOWN, reason="the table could not be filled"),
            cell(HOSTILE, Actor.GUEST, Verb.SELECT, Verdict.HOLDS, reason="no grant"),
            cell(
                HOSTILE,
                Actor.OTHER_TENANT,
                Verb.SELECT,
                Verdict.LEAKS,
                variant="read",
                severity=Severity.HIGH,
                columns=("id", "title"),
                steps=("sign in as a member of the other tenant", "read the row"),
                witness="begin;\nselect 1;\nrollback;\n",
            ),
            cell(HOSTILE, Actor.OTHER_TENANT, Verb.DELETE, Verdict.LEAKS, variant="blind", severity=Severity.MEDIUM),
            cell("public.notes", Actor.GUEST, Verb.SELECT, Verdict.HOLDS),
            cell("public.notes", Actor.OWNER, Verb.SELECT, Verdict.LOCKED_OUT, reason="infinite recursion"),
        ),
        seeding=Seeding(tables=3, seeded=2),
    )


def ownership() -> OwnershipMap:
    """A chats table owned by a user, an unknown one, and a membership."""
    org = Name("public", "organizations")
    entries = (
        Ownership(name=Name("public", "audit"), kind=OwnerKind.UNKNOWN),
        Ownership(
            name=Name("public", "chats"),
            kind=OwnerKind.USER,
            columns=("user_id",),
            confidence=Confidence.HIGH,
            evidence=("user_id refers to auth.users and deletes with it",),
        ),
    )
    member = Membership(
        table=Name("public", "members"),
        user_column="user_id",
        user_principal=None,
        tenant_column="org_id",
        tenant=org,
        tenant_key="id",
    )
    return OwnershipMap(entries={entry.name: entry for entry in entries}, memberships=(member,))
