"""Every tool keeps its SQL in another way; each is replayed in the order in which that tool runs it."""

from __future__ import annotations

import pytest

from assistant.collect.repository import read_repository
from assistant.domain.catalog import PlatformKind
from assistant.domain.errors import UsageError
from tests.unit.collect.sample import T, kinds, left_out, make, replayed


def test_supabase_migrations_come_in_the_order_of_their_versions(read):
    names = [
        "10_c.sql",
        "9_b.sql",
        "001_a.sql",
        "20260530_day.sql",
        "20260530120000_noon.sql",
        "20260529120000_before.sql",
    ]
    repository = read(
        {f"supabase/migrations/{name}": T.format("t") for name in names}
        | {"supabase/migrations/fix_policies.sql": T.format("z")}
    )
    assert [path.rpartition("/")[2] for path in replayed(repository)] == [
        "001_a.sql",
        "9_b.sql",
        "10_c.sql",
        "20260529120000_before.sql",
        "20260530_day.sql",
        "20260530120000_noon.sql",
        "fix_policies.sql",
    ]
    assert kinds(repository) == [("supabase", "supabase/migrations")]


def test_the_way_down_is_left_out_and_a_migration_that_reverts_is_not(read):
    forward = ["1_a.sql", "2_revert_policy.sql", "3_x_rollback.sql", "V4__b.sql"]
    down = ["1_a.down.sql", "1_rollback.sql", "U4__b.sql", "rollback.sql", "a_down.sql"]
    repository = read(
        {f"db/migrations/{name}": T.format("t") for name in (*forward, *down)} | {"db/down/1.sql": T.format("x")}
    )
    assert [path.rpartition("/")[2] for path in replayed(repository)] == forward
    assert {path.rpartition("/")[2] for path in left_out(repository)} == {*down, "1.sql"}
    assert set(left_out(repository).values()) == {"It is a rollback: the way down is not replayed."}


@pytest.mark.parametrize("marker", ["-- migrate:down", "-- +goose Down", "-- +migrate Down", "-- Down Migration"])
def test_a_file_with_both_ways_is_cut_before_the_way_down(read, marker):
    repository = read({"db/migrations/1_a.sql": f"-- migrate:up\n{T.format('a')}{marker}\ndrop table a;"})
    assert "drop table" not in repository.sources[0].text


def test_declared_schemas_come_in_the_order_of_the_configuration(read):
    repository = read(
        {
            "supabase/config.toml": '[db.migrations]\nschema_paths = ["./schemas/z_first.sql", "./schemas/*.sql"]\n',
            "supabase/schemas/a.sql": T.format("a"),
            "supabase/schemas/z_first.sql": T.format("z"),
            "supabase/schemas/more/b.sql": T.format("b"),
        }
    )
    assert [path.removeprefix("supabase/schemas/") for path in replayed(repository)] == [
        "z_first.sql",
        "a.sql",
        "more/b.sql",
    ]
    assert kinds(repository) == [("supabase-schemas", "supabase/schemas")]


def test_prisma_and_drizzle_say_their_own_order(read):
    repository = read(
        {
            "packages/db/prisma/migrations/20260102_b/migration.sql": T.format("b"),
            "packages/db/prisma/migrations/20260101_a/migration.sql": T.format("a"),
            "packages/db/prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
            "drizzle/zebra.sql": T.format("c"),
            "drizzle/apple.sql": T.format("d"),
            "drizzle/stray.sql": T.format("e"),
            "drizzle/meta/_journal.json": '{"dialect": "postgresql", "entries": [{"idx": 1, "tag": "apple"}, {"idx": 0, "tag": "zebra"}]}',
        }
    )
    assert sorted(kinds(repository)) == [("drizzle", "drizzle"), ("prisma", "packages/db/prisma/migrations")]
    assert [path.split("/")[-2] for path in replayed(repository) if "prisma" in path] == ["20260101_a", "20260102_b"]
    assert [path for path in replayed(repository) if "drizzle" in path] == ["drizzle/zebra.sql", "drizzle/apple.sql"]
    assert left_out(repository)["drizzle/stray.sql"] == "It is not in the Drizzle journal: no tool applies it."


def test_migrations_for_another_database_are_not_replayed(read):
    repository = read(
        {
            "prisma/migrations/1_a/migration.sql": "CREATE TABLE `a` (id INT AUTO_INCREMENT);",
            "prisma/migrations/migration_lock.toml": 'provider = "mysql"',
            "drizzle/0000_a.sql": T.format("a"),
            "drizzle/meta/_journal.json": '{"dialect": "sqlite", "entries": [{"idx": 0, "tag": "0000_a"}]}',
            "migrations/001_a.sql": "create table b (id integer primary key autoincrement);",
        }
    )
    assert repository.layouts == ()
    assert set(left_out(repository)) == {"prisma/migrations/", "drizzle/", "migrations"}
    assert repository.why == "There is no SQL that makes a schema."


def test_a_broken_journal_is_told_and_the_files_are_taken_by_name(read):
    repository = read(
        {"drizzle/0001_b.sql": T.format("b"), "drizzle/0000_a.sql": T.format("a"), "drizzle/meta/_journal.json": "{"}
    )
    assert replayed(repository) == ["drizzle/0000_a.sql", "drizzle/0001_b.sql"]
    assert "drizzle/meta/_journal.json" in left_out(repository)


def test_a_dump_and_single_files(read):
    assert kinds(read({"backup/prod.sql": "--\n-- PostgreSQL database dump\n--\n" + T.format("a")})) == []
    dump = "\ufeff--\n-- PostgreSQL database dump\n--\n\\restrict x\n" + T.format("a")
    assert kinds(read({"db/prod.sql": dump, "README.sql": "select 1;"})) == [("dump", "db/prod.sql")]


def test_pasted_files_belong_together_and_what_only_looks_does_not(read):
    repository = read(
        {
            "sql/schema.sql": T.format("a") + T.format("b"),
            "sql/storage policies.sql": "create policy p on a using (true);",
            "sql/debug_users.sql": "create view v as select 1;",
            "sql/temp_disable_rls.sql": "alter table a disable row level security;",
            "sql/seed.sql": "insert into a values (1);",
            "sql/query.sql": "select * from a;",
        }
    )
    assert replayed(repository) == ["sql/schema.sql", "sql/storage policies.sql"]
    assert set(left_out(repository)) == {"sql/debug_users.sql", "sql/temp_disable_rls.sql", "sql/seed.sql"}


# -- what is chosen ---------------------------------------------------------------------------------------------------


def test_migrations_come_before_a_snapshot_of_the_same_tables(read):
    repository = read(
        {
            "supabase/migrations/1_a.sql": T.format("a"),
            "schema.sql": T.format("a"),
            "supabase/schemas/a.sql": T.format("a"),
        }
    )
    assert kinds(repository) == [("supabase", "supabase/migrations")]
    assert [(one.layout.root, one.why) for one in repository.also_there] == [
        ("schema.sql", "1 of its 1 tables are made by supabase/migrations, which is what runs."),
        ("supabase/schemas", "1 of its 1 tables are made by supabase/migrations, which is what runs."),
    ]


@pytest.mark.parametrize(
    "use",
    [
        "alter table users enable row level security;",
        "create table posts (id int, author int references public.users (id));",
        'create policy p on "users" using (true);',
        "create index i on users (id);",
        "insert into users select 1;",
    ],
)
def test_a_snapshot_that_makes_what_the_migrations_only_use_is_the_base(read, use):
    repository = read(
        {
            "supabase/migrations/1_a.sql": use + T.format("mine"),
            "supabase/schema.sql": T.format("users"),
            "other.sql": T.format("other"),
        }
    )
    assert kinds(repository) == [("schema-file", "supabase/schema.sql"), ("supabase", "supabase/migrations")]
    assert "comes first because it makes tables" in repository.why
    assert [one.layout.root for one in repository.also_there] == ["other.sql"]


def test_a_monorepo_replays_each_history_and_an_example_none(read):
    repository = read(
        {
            "apps/web/supabase/migrations/1_a.sql": T.format("profiles"),
            "packages/billing/migrations/1_b.sql": T.format("nothing_to_do_with_it"),
            "packages/db/prisma/migrations/1_a/migration.sql": "create table orders (id int, p int references profiles (id));",
            "packages/db/prisma/migrations/migration_lock.toml": "provider = 'postgresql'",
            "examples/todo/supabase/migrations/1_a.sql": T.format("todos"),
            "node_modules/x/supabase/migrations/1_a.sql": T.format("x"),
            ".next/supabase/migrations/1_a.sql": T.format("x"),
        }
    )
    assert kinds(repository) == [
        ("supabase", "apps/web/supabase/migrations"),
        ("prisma", "packages/db/prisma/migrations"),
    ]
    assert [one.layout.root for one in repository.also_there] == [
        "examples/todo/supabase/migrations",
        "packages/billing/migrations",
    ]


def test_archives_tests_and_copies_are_reported_once(read):
    repository = read(
        {
            "supabase/migrations/1_a.sql": T.format("a"),
            "supabase/migrations/archive/1_a.sql": T.format("a"),
            "supabase/migrations/archive/2_b.sql": T.format("b"),
            "supabase/migrations_backup/1_a.sql": T.format("a"),
            "supabase/migrations/1_a (1).sql": T.format("a"),
            "supabase/tests/rls.sql": "select plan(1);",
            "supabase/migrations/2_t.sql": "begin; select plan(3); create table x (id int); select * from finish();",
        }
    )
    assert replayed(repository) == ["supabase/migrations/1_a.sql"]
    assert left_out(repository) == {
        "supabase/migrations/archive/": "Its 2 SQL files are an archive or a copy of what is elsewhere.",
        "supabase/migrations_backup/": "Its SQL file is an archive or a copy of what is elsewhere.",
        "supabase/migrations/1_a (1).sql": "It is an archive or a copy of what is elsewhere.",
        "supabase/tests/": "Its SQL file is tests or fixtures.",
        "supabase/migrations/2_t.sql": "It is a pgTAP test.",
    }


def test_a_repository_inside_the_repository_is_another(tmp_path):
    root = make(tmp_path / "app", {"supabase/migrations/1_a.sql": T.format("a")})
    make(root / "vendored", {"supabase/migrations/1_b.sql": T.format("b")})
    repository = read_repository(root)
    assert replayed(repository) == ["supabase/migrations/1_a.sql"]
    assert left_out(repository)["vendored/"] == "It is a repository of its own."


def test_a_given_schema_is_replayed_alone(tmp_path):
    root = make(tmp_path / "app", {"supabase/migrations/1_a.sql": T.format("a"), "db/live.sql": T.format("b")})
    outside = tmp_path / "dump.sql"
    outside.write_text(T.format("c"))
    assert replayed(read_repository(root, root / "db" / "live.sql")) == ["db/live.sql"]
    assert [source.text for source in read_repository(root, outside).sources] == [T.format("c")]
    with pytest.raises(UsageError, match="cannot be used as a schema") as refused:
        read_repository(root, tmp_path / "nowhere.sql")
    assert "pg_dump --schema-only" in refused.value.remedy


# -- shell scripts ----------------------------------------------------------------------------------------------------


def test_the_bookkeeping_table_of_a_shell_script_is_part_of_the_schema(read):
    script = (
        '#!/bin/bash\n# don\'t panic\nrun_sql() { psql "$URL" -c "$1"; }\nrun_sql "CREATE TABLE IF NOT EXISTS public._migrations (\n  name text primary key\n);"\n'
        "run_sql \"INSERT INTO public._migrations VALUES ('$name')\"\npsql <<'SQL'\nselect 1;\n\nalter table public._migrations enable row level security;\nSQL\n"
        'psql -c "create table $name (id int)"\n'
    )
    repository = read(
        {"scripts/migrate.sh": script, "supabase/migrations/1_a.sql": T.format("a"), "tests/setup.sh": script}
    )
    assert kinds(repository)[0] == ("script", "scripts/migrate.sh")
    table, policy = repository.layouts[0].sources
    assert table.first_line == 4
    assert table.text.startswith("CREATE TABLE IF NOT EXISTS public._migrations")
    assert policy.first_line + policy.text.split("alter")[0].count("\n") == 11
    assert "select 1" not in policy.text


# -- who hosts it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "platform", "text_subject"),
    [
        ({"migrations/1_a.sql": T.format("a")}, PlatformKind.PLAIN, False),
        (
            {"migrations/1_a.sql": T.format("a") + "create policy p on a using (auth.uid() = id);"},
            PlatformKind.SUPABASE,
            False,
        ),
        (
            {"migrations/1_a.sql": T.format("a") + "grant select on a to anon, authenticated;"},
            PlatformKind.SUPABASE,
            False,
        ),
        (
            {"migrations/1_a.sql": T.format("a"), "apps/web/package.json": '{"dependencies": {"@supabase/ssr": "1"}}'},
            PlatformKind.SUPABASE,
            False,
        ),
        (
            {"migrations/1_a.sql": T.format("a") + "create policy p on a using (auth.user_id() = o);"},
            PlatformKind.NEON,
            True,
        ),
        (
            {
                "supabase/migrations/1_a.sql": T.format("a")
                + "create policy p on a using ((auth.jwt() ->> 'sub') = o);",
                "package.json": '{"dependencies": {"@clerk/nextjs": "1"}}',
            },
            PlatformKind.SUPABASE,
            True,
        ),
        (
            {
                "supabase/migrations/1_a.sql": T.format("a")
                + "create policy p on a using ((auth.jwt() ->> 'sub')::uuid = o);"
            },
            PlatformKind.SUPABASE,
            False,
        ),
        ({"schema.sql": T.format("a"), "package.json": "not json", "x/package.json": "[1]"}, PlatformKind.PLAIN, False),
    ],
)
def test_the_host_is_read_from_what_the_repository_uses(read, files, platform, text_subject):
    repository = read(files)
    assert (repository.platform, repository.text_subject) == (platform, text_subject)


def test_generated_types_are_found_and_other_typescript_is_not(read):
    types = "export type Database = { public: { Tables: { a: { Row: { id: string } } } } }"
    repository = read(
        {"src/types/database.types.ts": types, "lib/supabase.ts": "export const x = 1", "types_db.ts": types}
    )
    assert [source.path for source in repository.generated_types] == ["src/types/database.types.ts", "types_db.ts"]
