"""The map gives a contract to its buyer; its policies name the seller too. Nobody may lose what the policies meant to give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.fixes import Applies, Fix, NoFix
from assistant.domain.ownership import OwnerKind
from assistant.sql.disjuncts import disjuncts
from tests.unit.propose.rig import (
    ACME,
    ANN,
    BETA,
    BOB,
    EVE,
    MEMBERS,
    MEMBERS_ENTRY,
    ORGS,
    ORGS_ENTRY,
    PEOPLE,
    Rig,
    own,
    tenant,
)


pytestmark = pytest.mark.shadow
_PARTY = "exists (select 1 from public.members m where m.user_id = auth.uid() and m.org_id in (contracts.org_id, contracts.seller_org_id))"


def contracts(shadow, *policies: str) -> Rig:
    rig = Rig(shadow, (tenant("contracts"), MEMBERS_ENTRY, ORGS_ENTRY), memberships=(MEMBERS,))
    return rig.sql(
        f"""{PEOPLE}{ORGS}
        create table public.contracts (id int primary key, org_id uuid not null references public.orgs,
          seller_org_id uuid references public.orgs, status text not null default 'draft');
        insert into public.contracts values (1, '{ACME}', '{BETA}'), (2, '{ACME}', null);
        grant select on public.members to authenticated;
        alter table public.contracts enable row level security;"""
        + "".join(f"create policy p{n} on public.contracts for {policy};" for n, policy in enumerate(policies))
    )


def test_the_seller_keeps_reading_and_the_hole_beside_is_closed(shadow):
    rig = contracts(shadow, f"select using (status = 'draft' or {_PARTY})")
    (fix,) = rig.leaks("contracts", "select", policies=("p0",)).fix()
    assert rig.as_user(ANN, "select id from public.contracts order by id") == [(1,), (2,)]
    assert rig.as_user(EVE, "select id from public.contracts") == [(1,)]
    assert rig.as_user(None, "select id from public.contracts") == []
    assert fix.applies is Applies.REVIEW
    assert "seller_org_id" in fix.risk


def test_what_everyone_signed_in_could_do_is_never_kept(shadow):
    rig = contracts(shadow, "select using (auth.uid() is not null or status = 'draft' or seller_org_id is null)")
    (fix,) = rig.leaks("contracts", "select", policies=("p0",)).fix()
    assert rig.as_user(EVE, "select id from public.contracts") == []
    assert "also let in" not in fix.risk


def test_where_the_other_party_cannot_be_kept_the_operator_is_asked(shadow):
    rig = contracts(shadow, f"update using ({_PARTY})")
    rig.leaks("contracts", "update", policies=("p0",))
    results = rig.propose(strict=frozenset({"public.contracts"}))
    assert [type(one) for one in results] == [NoFix]
    assert "also names seller_org_id" in results[0].reason
    assert "stanch.toml" in results[0].reason


def test_both_sides_in_the_map_are_both_let_in(shadow):
    rig = contracts(shadow, "all using (true)")
    rig.entries = (replace(tenant("contracts"), columns=("org_id", "seller_org_id")), *rig.entries[1:])
    rig.leaks("contracts", "select", "update", "insert", "delete", policies=("p0",)).fix()
    assert rig.as_user(EVE, "select id from public.contracts") == [(1,)]
    assert rig.as_user(BOB, "select id from public.contracts order by id") == [(1,), (2,)]


def test_closing_what_looks_like_a_design_is_for_review(shadow):
    rig = contracts(shadow, "select to authenticated using (status = 'draft')")
    (fix,) = [one for one in rig.leaks("contracts", "select", policies=("p0",)).propose() if isinstance(one, Fix)]
    assert fix.applies is Applies.REVIEW
    assert "status = 'draft'" in fix.risk


def test_an_author_the_map_knows_is_no_second_party(shadow):
    rig = Rig(shadow, (own("notes", OwnerKind.USER, "user_id", authors=("created_by",)),)).sql(
        f"""{PEOPLE} create table public.notes (id int primary key, user_id uuid references auth.users, created_by uuid references auth.users);
        alter table public.notes enable row level security;
        create policy p on public.notes for insert with check (created_by = auth.uid());
        create policy q on public.notes for select using (true);"""
    )
    (fix,) = rig.leaks("notes", "insert", "select", policies=("p", "q")).fix()
    assert "also let in" not in fix.risk


@pytest.mark.parametrize(
    ("text", "parts"),
    [(None, 0), ("a = 1 and (b = 2 or c = 3)", 1), ("(a = 1 or (b = 2 and c = 3)) or d", 3), ("not (a or b)", 1)],
)
def test_a_predicate_is_split_at_its_outermost_or(text, parts):
    assert len(disjuncts(text)) == parts
