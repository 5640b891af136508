"""Views, functions, buckets, grants and what surrounds tables: the leak closes, and the undo brings back what was there."""

from __future__ import annotations

import pytest

from assistant.domain.fixes import Applies, NoFix
from assistant.domain.matrix import Actor
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind
from assistant.propose.assembly import assemble
from assistant.propose.draft import sentence
from assistant.propose.tidying import unwrapped
from assistant.prove.sameness import differences
from assistant.sql.respelling import wrapped
from tests.unit.propose.rig import ANN, BETA, EVE, PEOPLE, Rig, finding, leak, own
from tests.unit.propose.test_shapes import DENIED, docs


pytestmark = pytest.mark.shadow
MINE = (
    f"{PEOPLE} create table public.notes (id int primary key, user_id uuid not null references auth.users, body text, embedding int);"
    f"insert into public.notes values (1, '{ANN}', 'a', 1), (2, '{EVE}', 'b', 2);"
    "alter table public.notes enable row level security;"
    "create policy own on public.notes for all to authenticated using (user_id = (select auth.uid()));"
)


def notes(shadow) -> Rig:
    return Rig(shadow, (own("notes", OwnerKind.USER, "user_id"),)).sql(MINE)


def accuse(rig: Rig, kind: str, name: str, verb: str, rule: str = "leak") -> Rig:
    rig.cells.append(leak(name, verb, kind=kind, actor=Actor.GUEST))
    rig.findings.append(finding(rule, kind, name))
    return rig


def test_a_view_over_guarded_tables_reads_with_its_callers_rights(shadow):
    rig = notes(shadow).sql("create view public.bodies as select id, body from public.notes")
    accuse(rig, "view", "public.bodies", "select").fix()
    assert rig.as_user(ANN, "select id from public.bodies") == [(1,)]
    assert rig.as_user(None, "select id from public.bodies") == []


def test_a_view_over_accounts_leaves_the_api(shadow):
    rig = Rig(shadow, ()).sql(f"{PEOPLE} create view public.accounts as select id, email from auth.users")
    accuse(rig, "view", "public.accounts", "select").fix()
    assert DENIED in rig.as_user(None, "select id from public.accounts")
    assert DENIED in rig.as_user(EVE, "select id from public.accounts")


def test_a_materialized_view_leaves_the_api(shadow):
    rig = notes(shadow).sql(
        "create materialized view public.stats as select user_id, count(*) from public.notes group by 1"
    )
    accuse(rig, "matview", "public.stats", "select").fix()
    assert DENIED in rig.as_user(EVE, "select 1 from public.stats")


def test_a_search_that_policies_can_guard_runs_as_its_caller(shadow):
    rig = notes(shadow).sql(
        """create function public.match_notes(query int, match_count int default 5) returns setof int language sql stable security definer
           set search_path = '' as $$ select n.id from public.notes n order by abs(n.embedding - query) limit match_count $$"""
    )
    accuse(rig, "function", "public.match_notes(integer,integer)", "execute", "vector-search-unscoped").fix()
    assert rig.as_user(ANN, "select public.match_notes(1)") == [(1,)]
    assert rig.as_user(None, "select public.match_notes(1)") == []


def test_a_definer_function_over_what_nobody_guards_loses_its_callers(shadow):
    rig = Rig(shadow, (own("jobs", OwnerKind.SERVICE),)).sql(
        """create table public.jobs (id int); alter table public.jobs enable row level security; insert into public.jobs values (1);
           create function public.all_jobs() returns setof int language sql security definer set search_path = '' as $$ select id from public.jobs $$"""
    )
    before = rig.catalog
    fixes = accuse(rig, "function", "public.all_jobs()", "execute").fix()
    assert DENIED in rig.as_user(None, "select public.all_jobs()")
    assert DENIED in rig.as_user(EVE, "select public.all_jobs()")
    with rig.shadow.connect() as connection:
        connection.execute("set role service_role")
        assert connection.execute("select public.all_jobs()").fetchall() == [(1,)]
    rig.run(statement.sql for statement in assemble(fixes).undo)
    assert differences(before, rig.catalog) == ()


def test_a_function_that_policies_call_is_never_taken_from_their_callers(shadow):
    rig = notes(shadow).sql(
        """create function public.is_mine(owner uuid) returns boolean language sql stable security definer set search_path = '' as
             $$ select owner = auth.uid() or exists (select 1 from public.notes) $$;
           create policy more on public.notes for select to authenticated using (public.is_mine(user_id))"""
    )
    (answer,) = accuse(rig, "function", "public.is_mine(uuid)", "execute").propose()
    assert isinstance(answer, NoFix)
    assert "policies call public.is_mine(uuid)" in answer.reason


def test_a_loose_search_path_is_pinned_with_temporary_tables_last(shadow):
    rig = notes(shadow).sql(
        "create function public.mine() returns bigint language sql security definer as $$ select count(*) from notes where user_id = auth.uid() $$"
    )
    rig.findings.append(finding("loose-search-path", "function", "public.mine()", executed=False))
    (fix,) = rig.fix()
    assert fix.statements[0].sql.endswith("SET search_path = public, extensions, pg_temp")
    trick = "create temporary table notes (user_id uuid)"
    assert rig.as_user(ANN, "select public.mine()", first=trick) == [(1,)]


BUCKETS = (
    f"{PEOPLE} insert into storage.buckets (id, name, public) values ('letters', 'letters', false), ('scans', 'scans', true);"
    "create policy \"read letters\" on storage.objects for select to authenticated using (bucket_id = 'letters');"
    'create policy "write letters" on storage.objects for insert to authenticated'
    " with check (bucket_id = 'letters' and (storage.foldername(name))[1] = (select auth.uid())::text);"
    f"insert into storage.objects (bucket_id, name, owner, owner_id) values ('letters', '{ANN}/a.pdf', '{ANN}', '{ANN}'),"
    f" ('letters', 'misc/b.pdf', '{ANN}', '{ANN}')"
)


def test_letters_are_read_by_whoever_wrote_them(shadow):
    rig = Rig(shadow, ()).sql(BUCKETS)
    rig.cells.append(leak("storage.objects", "select", kind="bucket", variant="letters", columns=("letters",)))
    rig.findings.append(finding("bucket-wide-storage", "bucket", "storage.letters", policies=("read letters",)))
    rig.fix()
    assert rig.as_user(EVE, "select name from storage.objects") == []
    assert len(rig.as_user(ANN, "select name from storage.objects")) == 2
    assert "write letters" in {policy.name for policy in rig.catalog.tables[Name("storage", "objects")].policies}


def test_nobody_puts_a_file_into_anothers_folder_and_other_folders_stay_free(shadow):
    rig = Rig(shadow, ()).sql(BUCKETS)
    rig.sql("create policy add on storage.objects for all to authenticated using (bucket_id = 'letters')")
    rig.sql('drop policy "write letters" on storage.objects')
    rig.cells.append(leak("storage.objects", "insert", kind="bucket", variant="letters", columns=("letters",)))
    rig.findings.append(finding("bucket-wide-storage", "bucket", "storage.letters", policies=("add", "read letters")))
    rig.fix()
    add = "insert into storage.objects (bucket_id, name, owner_id) values ('letters', '{}/new.pdf', '{}') returning 1"
    assert DENIED not in str(rig.as_user(EVE, add.format(EVE, EVE)))
    assert DENIED not in str(rig.as_user(EVE, add.format("2025", EVE)))
    assert "row-level security" in str(rig.as_user(EVE, add.format(ANN, EVE)))
    assert "row-level security" in str(rig.as_user(EVE, add.format("2025", ANN)))


def test_a_public_bucket_becomes_private_and_the_undo_says_what_it_does(shadow):
    rig = Rig(shadow, ()).sql(BUCKETS)
    rig.findings.append(finding("public-bucket", "bucket", "storage.scans", executed=False))
    (fix,) = rig.fix()
    assert {bucket.id: bucket.public for bucket in rig.catalog.buckets} == {"letters": False, "scans": False}
    assert fix.undo[0].comment == "This re-opens the leak."


def test_truncate_is_taken_from_clients(shadow):
    rig = notes(shadow)
    rig.cells.append(leak("public.notes", "delete", actor=Actor.GUEST, variant="truncate"))
    rig.findings.append(finding("cross-tenant-leak", "table", "public.notes"))
    rig.fix()
    assert DENIED in rig.as_user(EVE, "truncate public.notes")
    assert rig.as_user(ANN, "delete from public.notes") == 1


def test_what_is_created_tomorrow_starts_closed(shadow):
    rig = notes(shadow)
    rig.findings.append(finding("default-privileges", "schema", "public", executed=False))
    rig.fix()
    rig.sql("create table public.tomorrow (id int)")
    assert DENIED in rig.as_user(EVE, "select 1 from public.tomorrow")


def test_a_servers_table_leaves_the_publication_and_comes_back_with_the_undo(shadow):
    rig = Rig(shadow, (own("events", OwnerKind.SERVICE),)).sql(
        "create table public.events (id int primary key); alter publication supabase_realtime add table public.events"
    )
    before = rig.catalog
    fixes = rig.leaks("events", "select", rule="realtime-private-table").fix()
    assert rig.catalog.publications[0].tables == ()
    rig.run(statement.sql for statement in assemble(fixes).undo)
    assert differences(before, rig.catalog) == ()


def test_a_sentence_never_capitalises_a_name():
    assert sentence("public.f() is closed") == "public.f() is closed"
    assert sentence("add_credits then sees less") == "add_credits then sees less"
    assert sentence("a page asks the server") == "A page asks the server"


def test_taking_a_function_out_of_the_api_asks_to_check_its_callers(shadow):
    rig = notes(shadow).sql(
        """create function public.all_bodies() returns setof text language plpgsql security definer set search_path = '' as
           $$ begin return query execute 'select body from public.notes'; end $$;"""
    )
    accuse(rig, "function", "public.all_bodies()", "execute")
    (fix,) = rig.propose()
    assert fix.applies is Applies.REVIEW
    assert fix.risk.startswith("Check who calls public.all_bodies()")


def test_the_undo_of_everything_brings_everything_back(shadow):
    rig = docs(shadow).sql(
        """alter table public.members enable row level security;
           create policy "join, please" on public.members for insert with check (user_id = auth.uid());
           create policy all_of_it on public.members using (true);
           revoke delete on public.docs from anon;"""
    )
    before = rig.catalog
    rig.leaks("members", "insert", "select", "update").leaks("docs", "select", "update", "delete", "insert")
    rig.leaks("orgs", "update", variant="raise", columns=("plan",), rule="privileged-column-writable")
    fixes = rig.fix()
    assert differences(before, rig.catalog) != ()
    rig.run(statement.sql for statement in assemble(fixes).undo)
    assert differences(before, rig.catalog) == ()


def test_an_operators_function_of_the_same_name_is_never_replaced(shadow):
    rig = docs(shadow).sql(
        "create schema private; create function private.my_org_ids() returns int language sql as $$ select 42 $$"
    )
    rig.leaks("docs", "select").fix()
    with rig.shadow.connect() as connection:
        assert connection.execute("select private.my_org_ids()").fetchone() == (42,)
    assert rig.as_user(EVE, "select org_id::text from public.docs") == [(BETA,)]


def test_the_same_input_gives_the_same_fixes(shadow):
    rig = docs(shadow).leaks("docs", "select", "update").leaks("members", "insert")
    assert rig.propose() == rig.propose()


@pytest.mark.parametrize(
    ("text", "fast"),
    [
        ("(user_id = auth.uid())", "(user_id = (select auth.uid()))"),
        ("(user_id = ( SELECT auth.uid() AS uid))", "(user_id = ( SELECT auth.uid() AS uid))"),
        ("(note = 'auth.uid()'::text)", "(note = 'auth.uid()'::text)"),
        ("((auth.jwt() ->> 'sub'::text) = owner)", "(((select auth.jwt()) ->> 'sub'::text) = owner)"),
        ("(my_auth.uid() = id)", "(my_auth.uid() = id)"),
    ],
)
def test_a_caller_is_wrapped_once_and_strings_are_left_alone(text, fast):
    assert wrapped(text) == fast


def test_unwrapping_what_stanch_wraps():
    assert (
        unwrapped("id = (select auth.uid()) or code = (select auth.uid()::text)")
        == "id = auth.uid() or code = auth.uid()::text"
    )


def test_a_finding_nobody_knows_is_answered_too(shadow):
    rig = notes(shadow)
    rig.findings.append(finding("something-new", "role", "anon"))
    (answer,) = rig.propose()
    assert "follow its detail by hand" in answer.reason


def test_a_search_that_runs_as_its_caller_is_closed_by_the_table_beneath(shadow):
    rig = Rig(shadow, (own("notes", OwnerKind.USER, "user_id"),)).sql(
        f"{PEOPLE} create table public.notes (id int primary key, user_id uuid not null references auth.users);"
        f"insert into public.notes values (1, '{ANN}');"
        "create function public.search() returns setof int language sql stable as $$ select id from public.notes $$"
    )
    rig.leaks("notes", "select")
    (fix,) = accuse(rig, "function", "public.search()", "execute").fix()
    assert len(fix.findings) == 2
    assert rig.as_user(EVE, "select public.search()") == []
