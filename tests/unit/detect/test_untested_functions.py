"""A definer function that no rehearsed row fitted stays suspected; one that wants a token has its check."""

from __future__ import annotations

import pytest

from tests.unit.attack.conftest import MINE, ORGS
from tests.unit.detect.rig import Bench


RULE = "definer-function-without-caller-check"
PAPERS = f"""
create table public.papers (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id),
  email text, share_token uuid not null default gen_random_uuid());
alter table public.papers enable row level security;
create policy k on public.papers for select to authenticated using ({MINE});
create function public.found({{argument}}) returns setof public.papers language sql security definer set search_path = public as $$
  select * from papers where md5(email || {{name}}) = 'nothing has this digest' $$;
"""


@pytest.mark.shadow
@pytest.mark.parametrize(("argument", "severities"), [("needle text", ["high"]), ("p_share_token text", [])])
def test_what_could_not_be_tested_is_suspected_unless_it_wants_a_token(shadow, argument, severities):
    bench = Bench(shadow)
    bench.apply(ORGS + PAPERS.format(argument=argument, name=argument.split()[0]))
    found = [one for one in bench.findings() if one.rule == RULE]
    assert [one.severity.value for one in found] == severities
    assert not any(one.executed for one in found)
