"""A migration that was written on a branch for weeks sorts before those that went live meanwhile."""

from __future__ import annotations

from assistant.collect.deploys.history import read_history
from assistant.collect.deploys.trees import blobs
from assistant.collect.git import Git
from assistant.explain.order import out_of_order
from tests.unit.collect.deploys.line import Line


def test_a_late_migration_with_an_early_name_is_told(tmp_path) -> None:
    line, folder = Line(tmp_path / "app"), "supabase/migrations"
    line.commit("Start", {f"{folder}/20260101_start.sql": "select 1;\n", "seed.sql": "select 1;\n"})
    line.commit("Third", {f"{folder}/20260301_policies.sql": "select 1;\n"})
    late = line.commit("Second", {f"{folder}/20260201_open.sql": "select 1;\n", "a.sql": "select 1;\n"})
    line.commit("Fourth", {f"{folder}/20260401_more.sql": "select 1;\n"})
    git = Git(line.root)
    found = out_of_order(read_history(git, ["HEAD"]).changes, blobs(git, "HEAD"))
    assert list(found) == [late]
    (reason,) = found[late]
    assert reason.file == f"{folder}/20260201_open.sql"
    assert "20260301_policies.sql" in reason.says


def test_folders_of_prisma_are_ordered_by_their_names(tmp_path) -> None:
    line, folder = Line(tmp_path / "app"), "prisma/migrations"
    line.commit("Start", {f"{folder}/20260102_b/migration.sql": "select 1;\n"})
    late = line.commit("Late", {f"{folder}/20260101_a/migration.sql": "select 1;\n"})
    git = Git(line.root)
    assert list(out_of_order(read_history(git, ["HEAD"]).changes, blobs(git, "HEAD"))) == [late]
