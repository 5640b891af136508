"""The JSON that others build on, and the exit codes, on the real command line."""

from __future__ import annotations

import json
import subprocess

import psycopg
import pytest

from assistant.collect.repository import read_repository
from assistant.shadow.open import open_shadow
from assistant.shadow.replay import replay
from tests.journeys.desk import LOCKED, Desk, desk, leaky


__all__ = ["desk", "leaky"]
pytestmark = pytest.mark.shadow


def test_prove_speaks_the_contract(leaky: Desk) -> None:
    done = leaky.type("prove", "--json")
    assert done.code == 1
    assert done.err == ""
    said = json.loads(done.out)
    contract = ("schema", "replay", "objects", "cells", "map", "leaks", "locked_out", "unknown", "seconds")
    assert tuple(said)[: len(contract)] == contract
    assert said["schema"] == 1
    assert said["replay"] == {"files": 1, "statements": 4, "applied": 4, "skipped": []}
    assert set(said["cells"]) == {"holds", "leaks", "locked_out", "unknown"}
    assert said["map"] == "inferred"
    assert said["cells"]["leaks"] == len(said["leaks"]) > 0
    worst = said["leaks"][0]
    assert tuple(worst)[:10] == (
        "object",
        "kind",
        "verb",
        "actor",
        "steps",
        "columns",
        "severity",
        "confidence",
        "where",
        "witness",
    )
    assert (worst["object"], worst["kind"], worst["verb"], worst["actor"]) == (
        "public.notes",
        "table",
        "select",
        "guest",
    )
    assert worst["where"]["file"] == "supabase/migrations/20240101000000_notes.sql"
    assert worst["where"]["line"] == 7, "the policy's line, not the table's"
    for cell in (*said["locked_out"], *said["unknown"]):
        assert {"object", "verb", "actor", "reason"} <= set(cell)
    assert all(leak["actor"] != "owner" for leak in said["leaks"])


def test_the_same_repository_gives_the_same_bytes_but_for_the_times(leaky: Desk) -> None:
    first, second = (json.loads(leaky.type("prove", "--json").out) for _ in range(2))
    assert first.pop("seconds")
    assert second.pop("seconds")
    assert json.dumps(first) == json.dumps(second)


def test_the_witness_shows_the_leak_in_psql(leaky: Desk) -> None:
    """Run on a database with the same schema: what it selects is there for everybody."""
    worst = json.loads(leaky.type("prove", "--json").out)["leaks"][0]
    repository = read_repository(leaky.root)
    with open_shadow() as shadow, shadow.connect(autocommit=True) as connection:
        replay(shadow, repository.sources)
        connection.execute("insert into auth.users (id) values ('00000000-0000-4000-8000-000000000001')")
        connection.execute(
            "insert into public.notes (user_id, body) values ('00000000-0000-4000-8000-000000000001', 'x')"
        )
        ours = connection.execute("select id from public.notes").fetchone()
        script = worst["witness"].partition("begin;")[2].rpartition("rollback;")[0]
        with psycopg.connect(shadow.owner_dsn) as other:
            for statement in script.split(";"):
                if statement.strip():
                    cursor = other.execute(statement.rpartition("where")[0] or statement)
            assert ours in [(row[0],) for row in cursor.fetchall()]


def test_a_locked_repository_is_calm(desk: Desk) -> None:
    desk.write("20240101000000_notes.sql", LOCKED)
    desk.commit()
    done = desk.type("prove", "--json")
    assert done.code == 0, done
    said = json.loads(done.out)
    assert said["leaks"] == said["locked_out"] == []
    assert said["cells"]["holds"] > 0


def test_scan_speaks_the_contract_and_puts_what_was_executed_first(leaky: Desk) -> None:
    done = leaky.type("scan", "--json")
    assert done.code == 1
    said = json.loads(done.out)
    assert tuple(said)[:4] == ("schema", "findings", "not_read", "seconds")
    first = said["findings"][0]
    assert tuple(first)[:8] == (
        "rule",
        "subject",
        "title",
        "severity",
        "confidence",
        "executed",
        "where",
        "fingerprint",
    )
    assert set(first["where"]) == {"file", "line", "symbol"}
    executed = [finding["executed"] for finding in said["findings"]]
    assert executed == sorted(executed, reverse=True)


def test_the_first_words_are_the_worst_leak_and_the_way_to_see_it(leaky: Desk) -> None:
    done = leaky.type("prove")
    lines = done.out.splitlines()
    assert lines[0].startswith(("CRITICAL: ", "HIGH: "))
    assert "public.notes" in lines[0]
    assert any("set local role anon" in line for line in lines[:15])
    assert "attacks: " in done.out
    assert "4 of 4 statements in 1 file replayed." in done.out
    assert "\x1b" not in done.out


def test_fix_asks_and_writes_nothing_unasked(leaky: Desk) -> None:
    before = sorted(leaky.migrations.iterdir())
    done = leaky.type("fix")
    assert done.code == 5
    assert "not approved" in done.err
    assert "+CREATE POLICY" in done.out
    assert sorted(leaky.migrations.iterdir()) == before


def test_a_dry_run_shows_the_diff_and_leaves_no_trace(leaky: Desk) -> None:
    done = leaky.type("fix", "--dry-run")
    assert done.code == 1
    assert "+CREATE POLICY" in done.out
    status = subprocess.run(
        ["git", "status", "--porcelain", "--ignored"], cwd=leaky.root, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""


def test_fix_writes_proves_and_changes_nothing_the_second_time(leaky: Desk) -> None:
    done = leaky.type("fix", "--yes", "--json")
    assert done.code == 0, done
    said = json.loads(done.out)
    assert tuple(said)[:4] == ("written", "before", "after", "not_fixed")
    assert said["before"]["leaks"] > 0
    assert said["after"]["leaks"] == said["after"]["locked_out"] == 0
    assert said["written"]
    assert all((leaky.root / path).is_file() for path in said["written"])
    again = leaky.type("fix", "--yes", "--json")
    assert again.code == 0
    assert json.loads(again.out)["written"] == []
    assert leaky.type("prove").code == 0


def test_own_prints_the_map_and_confirm_saves_it_once(leaky: Desk) -> None:
    done = leaky.type("own")
    assert done.code == 0
    assert "public.notes: owned by the user in user_id" in done.out
    assert not (leaky.root / "stanch.toml").exists()
    saved = leaky.type("own", "--confirm", "--json")
    assert json.loads(saved.out)["written"] == ["stanch.toml"]
    text = (leaky.root / "stanch.toml").read_text()
    assert json.loads(leaky.type("own", "--confirm", "--json").out)["written"] == []
    assert (leaky.root / "stanch.toml").read_text() == text
    assert json.loads(leaky.type("prove", "--json").out)["map"] == "confirmed"


def test_a_comment_in_the_map_survives_a_confirmation(leaky: Desk) -> None:
    (leaky.root / "stanch.toml").write_text("# mine\n[rehearsal]\nworkers = 1 # one is enough\n")
    assert leaky.type("own", "--confirm").code == 0
    text = (leaky.root / "stanch.toml").read_text()
    assert "# mine" in text
    assert "workers = 1 # one is enough" in text


def test_the_case_file_of_a_fix_lists_shows_verifies_and_exports(leaky: Desk) -> None:
    leaky.type("fix", "--yes")
    listed = json.loads(leaky.type("incident", "list", "--json").out)["incidents"]
    assert len(listed) == 1
    assert listed[0]["state"] == "proven"
    assert leaky.type("incident", "verify").code == 0
    shown = leaky.type("incident", "show").out
    assert "written: " in shown
    archive = leaky.root.parent / "case.zip"
    assert leaky.type("incident", "export", "--to", archive).code == 0
    leaky.type("incident", "export", "--to", archive).says(2, "exists already")
    packed = subprocess.run(
        ["python3", "-m", "zipfile", "-l", str(archive)], capture_output=True, text=True, check=True
    ).stdout
    assert "runbook.md" in packed
    assert "/key" not in packed
    runbook = leaky.type("runbook")
    assert runbook.code == 0
    for part in (
        "## What leaked to whom",
        "`public.notes`",
        "set local role",
        "## Timeline (UTC)",
        "## What is not known",
    ):
        assert part in runbook.out
    assert leaky.type("runbook").out == runbook.out, "printed twice it is the same"
