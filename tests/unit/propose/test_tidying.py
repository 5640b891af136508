"""A policy that holds may only be said in another spelling: the same columns, the same conditions, the same rows for everybody."""

from __future__ import annotations

import re

import pytest

from assistant.domain.fixes import Fix, NoFix
from assistant.propose.assembly import assemble
from assistant.prove.sameness import differences
from assistant.sql.branches import Surface
from assistant.sql.predicate import column_names
from assistant.sql.respelling import meaning
from assistant.sql.shape import ShapeKind, shapes
from tests.unit.propose.rig import ACME, ANN, BETA, BOB, EVE, Rig, finding, public
from tests.unit.propose.test_shapes import docs


pytestmark = pytest.mark.shadow


def respell(shadow, predicate: str, *rules: str) -> tuple[Rig, tuple]:
    """A policy that holds, tidied: what is proposed for it, unapplied."""
    rig = docs(shadow).sql(
        f"""create function public.is_in(org uuid) returns boolean language sql stable security definer set search_path = '' as
             $$ select exists (select 1 from public.members m where m.org_id = org and m.user_id = auth.uid()) $$;
           grant select on public.members to authenticated;
           alter table public.docs add column seller_org_id uuid;
           update public.docs set seller_org_id = '{BETA}' where id = 1;
           insert into public.docs (id, org_id, created_by) values (3, '{ACME}', '{BOB}');
           alter table public.docs enable row level security;
           create policy read on public.docs for select using ({predicate});"""
    )
    for rule in rules or ("slow-policy-shape", "no-to-clause"):
        rig.findings.append(finding(rule, "table", "public.docs", policies=("read",), executed=False))
    return rig, rig.propose()


_MINE = "select m.org_id from public.members m where m.user_id = auth.uid()"


@pytest.mark.parametrize(
    "predicate",
    [
        f"created_by = auth.uid() and org_id in ({_MINE})",
        f"org_id in ({_MINE}) or seller_org_id in ({_MINE})",
        f"created_by = auth.uid() or (seller_org_id in ({_MINE} and m.role = 'owner') and org_id is not null)",
        f"not (org_id in ({_MINE}))",
        "created_by = auth.uid() and body <> 'auth.uid() in (select 1)'",
    ],
)
def test_a_respelled_policy_keeps_every_column_and_condition_and_admits_the_same_rows(shadow, predicate):
    rig, results = respell(shadow, predicate)
    assert [one for one in results if isinstance(one, NoFix)] == []
    before = rig.catalog.tables[public("docs")].policies[0]
    people = (ANN, BOB, EVE, None)
    asked = [rig.as_user(who, "select id from public.docs order by id") for who in people]
    rig.run(statement.sql for fix in results for statement in fix.statements)
    after = rig.catalog.tables[public("docs")].policies[0]
    assert after.using != before.using
    assert sorted(set(column_names(after.using))) == sorted(set(column_names(before.using)))
    assert len(re.findall(r"\b(?:AND|OR|NOT)\b", after.using)) == len(re.findall(r"\b(?:AND|OR|NOT)\b", before.using))
    assert meaning(after.using) == meaning(before.using)
    assert [rig.as_user(who, "select id from public.docs order by id") for who in people] == asked
    assert asked[0] != asked[3]
    slow = {shape.kind for shape in shapes(after.using, public("docs"), Surface())}
    assert not slow & {ShapeKind.IN_SELECT, ShapeKind.CALLER_PER_ROW}


def test_a_respelled_policy_is_undone_to_the_letter(shadow):
    rig, fixes = respell(shadow, f"org_id in ({_MINE})")
    before = rig.catalog
    rig.run(statement.sql for fix in fixes for statement in fix.statements)
    rig.run(statement.sql for statement in assemble(fixes).undo)
    assert differences(before, rig.catalog) == ()


def test_a_policy_that_no_other_spelling_makes_faster_stays(shadow):
    for predicate in (
        "public.is_in(org_id)",
        "exists (select 1 from public.members m where m.user_id = auth.uid() and m.org_id = docs.org_id)",
        "auth.uid() in (select m.user_id from public.members m where m.org_id = docs.org_id)",
    ):
        rig, results = respell(shadow, predicate, "slow-policy-shape")
        assert [type(one) for one in results] == [NoFix], predicate
        assert "only slower" in results[0].reason
        rig.sql(
            "drop table public.docs, public.members, public.orgs cascade; drop function public.is_in; delete from auth.users"
        )


def test_a_policy_that_a_role_of_the_operator_needs_keeps_its_to_clause(shadow):
    rig, _ = respell(shadow, f"org_id in ({_MINE})")
    rig.sql("grant select on public.docs to dashboard_user")
    results = rig.propose()
    assert not any("TO authenticated" in one.sql for fix in results if isinstance(fix, Fix) for one in fix.statements)
