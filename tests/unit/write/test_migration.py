"""Each tool gets the file it expects, where it expects it, and an undo where it does not look."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from assistant.domain.catalog import PlatformKind
from assistant.domain.errors import UsageError
from assistant.domain.fixes import Applies, Fix, Proof, ProofVerdict, Statement
from assistant.domain.matrix import Comparison
from assistant.domain.replay import Layout, Source
from assistant.domain.repository import Repository
from assistant.write.apply import apply
from assistant.write.migration import plan
from assistant.write.sqltext import comment, statement_text


NOW = datetime(2026, 11, 20, 3, 12, 0, tzinfo=UTC)
LOCK = Fix(
    id="lock-public-chats",
    title="Lock public.chats: only its owner reaches a row",
    findings=("a",),
    applies=Applies.SAFE,
    statements=(
        Statement(sql="ALTER TABLE public.chats ENABLE ROW LEVEL SECURITY", comment="Why.\nAnd how."),
        Statement(sql="CREATE FUNCTION private.f() RETURNS int LANGUAGE sql AS $stanch$ select 1; $stanch$"),
        Statement(
            sql="CREATE INDEX CONCURRENTLY IF NOT EXISTS chats_user_id_idx ON public.chats (user_id)", own_file=True
        ),
    ),
    undo=(Statement(sql="ALTER TABLE public.chats DISABLE ROW LEVEL SECURITY", comment="This re-opens the leak."),),
    objects=("public.chats",),
)
TIDY = Fix(
    id="respell-public-docs",
    title="Say it faster",
    findings=("b",),
    applies=Applies.REVIEW,
    statements=(
        Statement(sql="ALTER POLICY p ON public.docs USING (true)"),
        Statement(sql="CREATE INDEX CONCURRENTLY IF NOT EXISTS docs_org_idx ON public.docs (org_id)", own_file=True),
    ),
    undo=(Statement(sql="ALTER POLICY p ON public.docs USING (false)"),),
    objects=("public.docs",),
    order=80,
)


def proof(*fixes: Fix) -> Proof:
    empty = Comparison(closed=(), still_open=(), opened=(), locked_out=(), lost_sight=())
    counts = {"holds": 3, "leaks": 2, "locked_out": 0, "unknown": 1}
    return Proof(
        claim="",
        verdict=ProofVerdict.HOLDS,
        reason="",
        before=counts,
        after={**counts, "leaks": 0},
        comparison=empty,
        fixes=fixes,
    )


def repository(root, *layouts: Layout) -> Repository:
    for layout in layouts:
        for source in layout.sources:
            path = root / source.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.text)
    return Repository(
        root=root,
        head="",
        branch=None,
        dirty=(),
        layouts=layouts,
        not_read=(),
        platform=PlatformKind.SUPABASE,
        text_subject=False,
        generated_types=(),
    )


def layout(kind: str, root: str, *names: str, text: str = "create table public.chats (id int);") -> Layout:
    folder = f"{root}/" if root else ""
    return Layout(kind=kind, root=root, sources=tuple(Source(path=f"{folder}{name}", text=text) for name in names))


def written(root, *layouts: Layout, fixes=(LOCK,), now=NOW):
    artifacts = plan(repository(root, *layouts), fixes, proof(*fixes), now=now)
    return {artifact.path: artifact.content for artifact in artifacts}


def test_supabase_gets_a_timestamp_after_the_newest(tmp_path):
    files = written(tmp_path, layout("supabase", "supabase/migrations", "20250101000000_init.sql"))
    assert list(files) == [
        "supabase/undo/20261120031200_stanch_lock.undo.sql",
        "supabase/migrations/20261120031200_stanch_lock.sql",
        "supabase/migrations/20261120031201_stanch_indexes.sql",
    ]
    late = written(tmp_path, layout("supabase", "supabase/migrations", "20300101235959_init.sql"))
    assert "supabase/migrations/20300102000000_stanch_lock.sql" in late


def test_a_migration_says_what_it_closes_what_was_shown_and_how_to_go_back(tmp_path):
    text = written(tmp_path, layout("supabase", "supabase/migrations", "1_init.sql"))[
        "supabase/migrations/20261120031200_stanch_lock.sql"
    ]
    assert "-- Lock public.chats: only its owner reaches a row." in text
    assert "2 leaks before, 0 after; 0 owners locked out" in text
    assert "-- Undo (re-opens the leaks): supabase/undo/20261120031200_stanch_lock.undo.sql" in text
    assert "SET lock_timeout = '5s';" in text
    assert "-- Why.\n-- And how.\nALTER TABLE public.chats ENABLE ROW LEVEL SECURITY;\n" in text
    assert "CONCURRENTLY" not in text
    assert "BEGIN;" not in text


def test_the_undo_says_that_it_reopens_the_leak(tmp_path):
    text = written(tmp_path, layout("supabase", "supabase/migrations", "1_init.sql"))[
        "supabase/undo/20261120031200_stanch_lock.undo.sql"
    ]
    assert "RUNNING THIS RE-OPENS THE LEAKS" in text
    assert text.index("BEGIN;") < text.index("DISABLE ROW LEVEL SECURITY") < text.index("COMMIT;")


def test_prisma_gets_a_folder_a_migration_and_one_index_a_file(tmp_path):
    files = written(
        tmp_path, layout("prisma", "prisma/migrations", "20250101000000_init/migration.sql"), fixes=(LOCK, TIDY)
    )
    assert list(files) == [
        "prisma/undo/20261120031200_stanch_lock.undo.sql",
        "prisma/undo/20261120031201_stanch_tidy.undo.sql",
        "prisma/migrations/20261120031200_stanch_lock/migration.sql",
        "prisma/migrations/20261120031201_stanch_tidy/migration.sql",
        "prisma/migrations/20261120031202_stanch_index_1/migration.sql",
        "prisma/migrations/20261120031203_stanch_index_2/migration.sql",
    ]
    index = files["prisma/migrations/20261120031202_stanch_index_1/migration.sql"]
    assert [line for line in index.splitlines() if not line.startswith("--")] == [
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS chats_user_id_idx ON public.chats (user_id);"
    ]


JOURNAL = {
    "version": "7",
    "dialect": "postgresql",
    "entries": [
        {"idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_init", "breakpoints": True},
        {"idx": 1, "version": "7", "when": 4000000000000, "tag": "0001_next", "breakpoints": True},
    ],
}


@pytest.mark.parametrize("indent", [2, "\t", None])
def test_drizzle_gets_the_next_number_a_journal_entry_and_breakpoints(tmp_path, indent):
    journal = tmp_path / "drizzle/meta/_journal.json"
    journal.parent.mkdir(parents=True)
    journal.write_text(json.dumps(JOURNAL, indent=indent))
    files = written(tmp_path, layout("drizzle", "drizzle", "0000_init.sql", "0001_next.sql"))
    assert list(files) == [
        "drizzle/undo/0002_stanch_lock.undo.sql",
        "drizzle/0002_stanch_lock.sql",
        "drizzle/0003_stanch_index.sql",
        "drizzle/meta/_journal.json",
    ]
    after = json.loads(files["drizzle/meta/_journal.json"])
    assert after["entries"][:2] == JOURNAL["entries"]
    assert [(one["idx"], one["tag"], one["when"]) for one in after["entries"][2:]] == [
        (2, "0002_stanch_lock", 4000000000001),
        (3, "0003_stanch_index", 4000000000002),
    ]
    kept = json.dumps(JOURNAL, indent=indent).partition("0001_next")[0]
    assert files["drizzle/meta/_journal.json"].startswith(kept)
    assert "--> statement-breakpoint" in files["drizzle/0002_stanch_lock.sql"]
    # drizzle-kit wraps every file in a transaction
    assert "\nCREATE INDEX IF NOT EXISTS chats_user_id_idx" in files["drizzle/0003_stanch_index.sql"]


def test_numbers_keep_their_width_and_style(tmp_path):
    assert "db/0008_stanch_lock.sql" in written(tmp_path, layout("numbered", "db", "0001_a.sql", "0007_b.sql"))
    assert "db/V8__stanch_lock.sql" in written(tmp_path, layout("numbered", "db", "V1__a.sql", "V7__b.sql"))
    assert "sql/12-stanch_lock.sql" in written(tmp_path, layout("numbered", "sql", "9-a.sql", "11-b.sql"))
    files = written(tmp_path, layout("numbered", "m", "003_a.up.sql"))
    assert {"m/004_stanch_lock.up.sql", "m/004_stanch_lock.down.sql"} <= set(files)


def test_a_runner_without_transactions_of_its_own_keeps_its_begin_and_commit(tmp_path):
    text = "BEGIN;\ncreate table public.chats (id int);\nCOMMIT;"
    files = written(tmp_path, layout("numbered", "db", "001_a.sql", text=text))
    lock = files["db/002_stanch_lock.sql"]
    assert lock.index("BEGIN;") < lock.index("SET lock_timeout") < lock.rindex("COMMIT;")


def test_a_runner_with_both_ways_in_one_file_gets_both(tmp_path):
    files = written(
        tmp_path, layout("numbered", "db", "001_a.sql", text="-- migrate:up\ncreate table public.chats (id int);")
    )
    lock = files["db/002_stanch_lock.sql"]
    assert lock.startswith("-- migrate:up\n")
    assert lock.index("ENABLE ROW") < lock.index("-- migrate:down") < lock.index("DISABLE ROW")
    assert files["db/003_stanch_index.sql"].startswith("-- migrate:up transaction:false\n")
    assert not [path for path in files if "undo" in path]


def test_goose_gets_lines_around_statements_with_semicolons(tmp_path):
    files = written(
        tmp_path, layout("numbered", "db", "001_a.sql", text="-- +goose Up\ncreate table public.chats (id int);")
    )
    lock = files["db/002_stanch_lock.sql"]
    assert "-- +goose StatementBegin\nCREATE FUNCTION" in lock
    assert lock.startswith("-- +goose Up\n")


def test_a_schema_file_gets_a_file_beside_it_without_a_number_in_front(tmp_path):
    whole = Layout(kind="schema-file", root="db/schema.sql", sources=layout("x", "db", "schema.sql").sources)
    files = written(tmp_path, whole)
    assert list(files)[:2] == ["db/undo/stanch_20261120031200_lock.undo.sql", "db/stanch_20261120031200_lock.sql"]
    assert "\nBEGIN;\n" in files["db/stanch_20261120031200_lock.sql"]


def test_declared_schemas_get_a_migration_and_the_declared_state(tmp_path):
    files = written(tmp_path, layout("supabase-schemas", "supabase/schemas", "chats.sql"))
    assert "supabase/migrations/20261120031200_stanch_lock.sql" in files
    assert "ENABLE ROW LEVEL SECURITY" in files["supabase/schemas/zz_20261120031200_stanch_lock.sql"]


def test_in_a_workspace_the_fix_joins_the_tables_it_is_about(tmp_path):
    other = layout(
        "supabase", "apps/blog/supabase/migrations", "1_init.sql", text="create table public.posts (id int);"
    )
    ours = layout("supabase", "apps/chat/supabase/migrations", "1_init.sql")
    assert all(path.startswith("apps/chat/") for path in written(tmp_path, other, ours))


def test_a_second_run_plans_nothing(tmp_path):
    base = layout("supabase", "supabase/migrations", "1_init.sql")
    repo = repository(tmp_path, base)
    artifacts = plan(repo, (LOCK, TIDY), proof(LOCK, TIDY), now=NOW)
    apply(tmp_path, artifacts)
    sources = [
        *base.sources,
        *(Source(path=one.path, text=one.content) for one in artifacts if one.kind == "migration"),
    ]
    again = repository(tmp_path, Layout(kind="supabase", root="supabase/migrations", sources=tuple(sources)))
    later = datetime(2026, 11, 20, 4, 0, 0, tzinfo=UTC)
    assert plan(again, (LOCK, TIDY), proof(LOCK, TIDY), now=later) == ()


def test_what_the_rehearsal_took_out_is_not_written(tmp_path):
    repo = repository(tmp_path, layout("supabase", "supabase/migrations", "1_init.sql"))
    artifacts = plan(repo, (LOCK, TIDY), proof(TIDY), now=NOW)
    assert not [one for one in artifacts if "public.chats" in one.content]
    assert plan(repo, (LOCK,), proof(TIDY), now=NOW) == ()


def test_a_repository_without_migrations_gets_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="no migrations that the fix could join"):
        plan(repository(tmp_path), (LOCK,), proof(LOCK), now=NOW)


@pytest.mark.parametrize("hostile", ["x\ndrop table users;", "x\rdrop table users;", "x\r\n; drop table users"])
def test_a_comment_never_becomes_sql(hostile):
    assert all(line.startswith("-- ") for line in comment(hostile).replace("\r", "\n").splitlines())
    text = statement_text(Statement(sql="select 1", comment=hostile))
    assert [line for line in text.replace("\r", "\n").splitlines() if not line.startswith("--")] == ["select 1;"]
