"""The schema of last Tuesday, read while the operator's work tree is in the middle of something else."""

from __future__ import annotations

import pytest

from assistant.collect.deploys.committed import Committed
from assistant.collect.git import EndedEarlyError, Git
from assistant.collect.repository import read_repository
from tests.unit.collect.deploys.line import Line


TABLE = "create table public.{} (id uuid primary key);\n"


@pytest.fixture
def line(tmp_path) -> Line:
    return Line(tmp_path / "app")


def status(line: Line) -> str:
    return line.git("status", "--porcelain", "--ignored", "-uall")


def test_a_commit_reads_as_its_checkout_would(line) -> None:
    sha = line.commit(
        "Start",
        {
            "supabase/migrations/1_a.sql": TABLE.format("a"),
            "supabase/migrations/10_c.sql": TABLE.format("c"),
            "supabase/migrations/2_b.sql": "\ufeff" + TABLE.format("b"),
            "supabase/config.toml": '[api]\nschemas = ["public", "api"]\n',
            "supabase/seed.sql": "insert into a values (gen_random_uuid());\n",
            "node_modules/x/schema.sql": TABLE.format("never"),
            ".hidden/schema.sql": TABLE.format("never"),
            "package.json": '{"dependencies": {"@clerk/nextjs": "1"}}',
            "docs/image.sql": b"\x00\x01",
        },
    )
    here, there = read_repository(line.root), Committed(Git(line.root)).repository(sha)
    assert (here.layouts, here.platform, here.text_subject) == (there.layouts, there.platform, there.text_subject)
    assert here.exposed_schemas == there.exposed_schemas == ("public", "api")
    assert here.not_read == there.not_read
    assert [source.path.rpartition("/")[2] for source in there.sources] == ["1_a.sql", "2_b.sql", "10_c.sql"]


def test_an_older_commit_is_read_and_nothing_of_the_operators_is_touched(line) -> None:
    old = line.commit("Start", {"supabase/migrations/1_a.sql": TABLE.format("a")})
    line.commit("Next", {"supabase/migrations/2_b.sql": TABLE.format("b")})
    (line.root / "supabase/migrations/3_c.sql").write_text("half writ")
    (line.root / "supabase/migrations/1_a.sql").write_text("changed")
    line.git("add", "supabase/migrations/3_c.sql")
    index, before = (line.root / ".git/index").read_bytes(), status(line)
    read = Committed(Git(line.root)).repository(old)
    assert [source.text for source in read.sources] == [TABLE.format("a")]
    assert ((line.root / ".git/index").read_bytes(), status(line)) == (index, before)


def test_a_bare_repository_and_a_folder_of_a_monorepo_will_do(line, tmp_path) -> None:
    sha = line.commit(
        "Start",
        {
            "apps/one/supabase/migrations/1_a.sql": TABLE.format("a"),
            "apps/two/supabase/migrations/1_b.sql": TABLE.format("b"),
        },
    )
    line.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    read = Committed(Git(tmp_path / "bare.git")).repository(sha, "apps/two/")
    assert [layout.root for layout in read.layouts] == ["apps/two/supabase/migrations"]


def test_links_and_commits_that_are_not_there_are_no_files(line) -> None:
    (line.root / "schema.sql").symlink_to("/etc/passwd")
    sha = line.commit("Start", {"page.tsx": "1"})
    assert Committed(Git(line.root)).repository(sha).sources == ()
    with pytest.raises(EndedEarlyError):
        Committed(Git(line.root)).repository("0" * 40)
