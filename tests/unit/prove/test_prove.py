"""A proof says what was tried, and nothing that was not: leaks closed, owners still in, the undo, the second run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.detect.run import detect
from assistant.domain.catalog import PlatformKind
from assistant.domain.fixes import Applies, Fix, ProofVerdict, Statement
from assistant.domain.matrix import Actor, Cell, Comparison, Matrix, Seeding, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind, Ownership, OwnershipMap
from assistant.domain.replay import Replay
from assistant.ownership.infer import infer
from assistant.propose.run import propose
from assistant.prove.blame import rightful
from assistant.prove.run import prove


LEAKY = """
create table public.chats (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users on delete cascade, title text);
create table public.messages (id uuid primary key default gen_random_uuid(), chat_id uuid not null references public.chats on delete cascade, body text);
create table public.files (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users on delete cascade, path text);
alter table public.messages enable row level security;
create policy everyone on public.messages for all using (true);
alter table public.files enable row level security;
create policy own on public.files for all to authenticated using (user_id = (select auth.uid()));
"""


class Case:
    """One schema, attacked once."""

    def __init__(self, shadow, sql):
        self.shadow = shadow
        with shadow.connect() as connection:
            connection.execute(sql)
            self.catalog = read_catalog(connection, PlatformKind.SUPABASE)
        self.ownership = infer(self.catalog)
        self.before = attack(shadow, self.catalog, self.ownership)
        self.findings = detect(self.catalog, self.ownership, self.before, Replay(files=0, statements=0, applied=0))
        self.fixes = propose(self.findings, self.catalog, self.ownership, self.before)

    def prove(self, fixes=None):
        return prove(
            self.shadow,
            self.fixes if fixes is None else fixes,
            before=self.before,
            ownership=self.ownership,
            catalog=self.catalog,
            findings=self.findings,
        )


def made_up(name: str, *sql: str, objects=("public.chats",), findings=()) -> Fix:
    return Fix(
        id=name,
        title=name,
        findings=tuple(findings),
        applies=Applies.SAFE,
        statements=tuple(Statement(sql=one) for one in sql),
        undo=(),
        objects=objects,
    )


@pytest.mark.shadow
def test_a_leaking_schema_is_closed_and_proven(shadow):
    case = Case(shadow, LEAKY)
    assert case.before.counts()["leaks"] > 5
    proof = case.prove()
    assert proof.verdict is ProofVerdict.HOLDS, proof.reason
    assert proof.after["leaks"] == 0
    assert (proof.comparison.still_open, proof.comparison.locked_out, proof.comparison.opened) == ((), (), ())
    assert (proof.undo_works, proof.again_is_noop, proof.failed) == (True, True, ())
    assert {note.table for note in proof.plans if note.uses_index} >= {"public.chats", "public.messages"}


@pytest.mark.shadow
def test_the_shadow_itself_is_never_changed(shadow):
    case = Case(shadow, LEAKY)
    case.prove()
    with shadow.connect() as connection:
        assert read_catalog(connection, PlatformKind.SUPABASE) == case.catalog


@pytest.mark.shadow
def test_a_fix_that_locks_the_owner_out_is_taken_out_and_the_rest_is_proven(shadow):
    case = Case(shadow, LEAKY)
    harmful = made_up("deny-files", "drop policy own on public.files", objects=("public.files",), findings=("f" * 16,))
    proof = case.prove((*case.fixes, harmful))
    assert "deny-files" not in {fix.id for fix in proof.fixes}
    reasons = {one.finding: one.reason for one in proof.not_fixed}
    assert "locked the owner out of public.files" in reasons["f" * 16]
    assert proof.verdict is ProofVerdict.HOLDS
    assert proof.after["leaks"] == 0


@pytest.mark.shadow
def test_a_statement_that_postgresql_refuses_takes_its_fix_back_and_no_other(shadow):
    case = Case(shadow, LEAKY)
    broken = made_up(
        "broken",
        "alter table public.files disable row level security",
        "alter table public.nowhere add x int",
        findings=("b",),
    )
    proof = case.prove((*case.fixes, broken))
    assert "broken" not in {fix.id for fix in proof.fixes}
    assert "PostgreSQL refused it" in proof.not_fixed[0].reason
    assert proof.after["leaks"] == 0


@pytest.mark.shadow
def test_a_fix_that_closes_nothing_is_not_called_a_proof(shadow):
    case = Case(shadow, LEAKY)
    proof = case.prove((made_up("idle", "comment on table public.chats is 'locked'", findings=("x",)),))
    assert proof.verdict is ProofVerdict.LEAKS
    assert "still open" in proof.reason


@pytest.mark.shadow
def test_a_fix_that_leaves_its_leak_open_is_written_again(shadow):
    case = Case(shadow, LEAKY)
    leak = next(finding for finding in case.findings if finding.subject.name == "public.chats" and finding.executed)
    idle = made_up("lock-public-chats", "comment on table public.chats is 'locked'", findings=(leak.fingerprint,))
    proof = case.prove((idle,))
    assert [fix.id for fix in proof.fixes] == ["lock-public-chats"]
    assert not [cell for cell in proof.comparison.still_open if cell.object == "public.chats"]


@pytest.mark.shadow
def test_nothing_to_fix_proves_nothing(shadow):
    case = Case(shadow, LEAKY)
    proof = case.prove(())
    assert proof.verdict is ProofVerdict.UNKNOWN
    assert proof.after == proof.before


@pytest.mark.shadow
def test_what_no_attack_showed_is_said_not_to_be_proven(shadow):
    case = Case(shadow, LEAKY)
    proof = case.prove()
    executed = {finding.fingerprint for finding in case.findings if finding.executed}
    covered = {finding for fix in proof.fixes for finding in fix.findings}
    assert set(proof.not_proven).isdisjoint(executed)
    assert all(proof.not_proven[finding] for finding in covered - executed)


def cell(object_: str, verb: Verb, verdict: Verdict, actor=Actor.OWNER, kind="table") -> Cell:
    return Cell(object=object_, kind=kind, verb=verb, actor=actor, verdict=verdict)


def test_losing_what_everybody_could_do_to_memberships_is_no_lock_out():
    members = Name("public", "members")
    ownership = OwnershipMap(entries={members: Ownership(name=members, kind=OwnerKind.MEMBERSHIP)})
    hole = cell("public.members", Verb.INSERT, Verdict.LEAKS, Actor.SIGNED_IN)
    lost = cell("public.members", Verb.INSERT, Verdict.UNKNOWN)
    read = cell("public.members", Verb.SELECT, Verdict.UNKNOWN)
    comparison = Comparison(closed=(hole,), still_open=(), opened=(), locked_out=(lost, read), lost_sight=())
    before = Matrix(cells=(hole,), seeding=Seeding(tables=1, seeded=1))
    assert rightful(comparison, before, ownership).locked_out == (read,)
    quiet = replace(before, cells=())
    assert rightful(comparison, quiet, ownership).locked_out == (lost, read)
