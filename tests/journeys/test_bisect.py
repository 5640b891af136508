"""Which deploy opened it? Asked of the demo's history, which knows; with the work tree in use, interrupted, and with the wrong words."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from assistant.domain.errors import UsageError
from assistant.engine.demo import build_demo, demo_commits, demo_leaks
from assistant.faces.cli.deploys_diff import run_diff
from assistant.faces.cli.say import Voice
from tests.journeys.desk import STANCH, Desk


pytestmark = pytest.mark.shadow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The demo, with something half done in the work tree and in the index."""
    root = build_demo(tmp_path_factory.mktemp("bisect") / "parley")
    (root / "supabase/migrations/20260505120000_half.sql").write_text("create table half (", encoding="utf-8")
    (root / "README.md").write_text("staged\n", encoding="utf-8")
    git(root, "add", "README.md")
    return Desk(root)


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def state_of(root: Path) -> tuple[bytes, str, str, list[str]]:
    """Everything that a bisect must not touch."""
    everywhere = sorted(str(path.relative_to(root)) for path in root.rglob("*") if ".git/" not in f"{path}/")
    return (root / ".git/index").read_bytes(), git(root, "status", "--porcelain"), git(root, "for-each-ref"), everywhere


def revision(root: Path, says: str) -> str:
    return git(root, "log", "--format=%H", "--fixed-strings", f"--grep={says}", "main")


@pytest.mark.parametrize("leak", demo_leaks(), ids=lambda leak: leak.id)
def test_every_leak_of_the_demo_leads_to_its_commit(desk: Desk, leak) -> None:
    before = state_of(desk.root)
    first = git(desk.root, "rev-list", "--max-parents=0", "HEAD")
    name = f"{leak.object}/{leak.verb}/{leak.actor}"
    done = desk.type("bisect", "--good", first, "--bad", "main", "--leak", name, "--json")
    assert done.code == 1, done.err
    said = json.loads(done.out)
    assert list(said)[:5] == ["commit", "leak", "tested", "skipped", "seconds"]
    assert (said["subject"], said["commit"]) == (leak.commit, revision(desk.root, leak.commit))
    assert (said["leak"], said["skipped"]) == (name, [])
    assert said["tested"] <= 7
    opened = next(commit for commit in demo_commits() if commit.says == leak.commit)
    assert said["where"]["file"] in dict(opened.files)
    assert said["witness"]
    assert state_of(desk.root) == before


def test_a_finding_is_known_by_its_fingerprint(desk: Desk) -> None:
    found = json.loads(desk.type("scan", "--database-only", "--json").out)["findings"]
    chats = next(one for one in found if one["subject"] == "table public.chats" and one["executed"])
    said = json.loads(desk.type("bisect", "--leak", chats["fingerprint"], "--json").out)
    assert said["subject"] == "Fix share links that open blank"


def test_in_words_the_commit_comes_first_and_the_witness_can_be_run(desk: Desk) -> None:
    done = desk.type("bisect", "--good", "main~20")
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].endswith(" opened it: Fix share links that open blank")
    assert "From there on anyone, without signing in, can read public.chats" in done.out
    assert "set local role anon;" in done.out
    assert "commits tested in" in lines[-1]


def test_it_works_in_a_bare_clone_and_from_a_folder_below(desk: Desk, tmp_path) -> None:
    git(desk.root, "clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    said = json.loads(desk.type("bisect", tmp_path / "bare.git", "--good", "main~20", "--json").out)
    assert said["subject"] == "Fix share links that open blank"


def test_what_does_not_fit_is_one_sentence_and_one_remedy(desk: Desk) -> None:
    share = revision(desk.root, "Fix share links that open blank")
    desk.type("bisect", "--good", "main", "--bad", "main~9").says(2, "wrong way round", "--good")
    desk.type("bisect", "--good", "nowhere").says(2, "'nowhere'")
    desk.type("bisect", "--good", "main~20", "--leak", "public.chats/delete/guest").says(
        2, "not there at the bad commit"
    )
    desk.type("bisect", "--good", "main~20", "--leak", "0123456789abcdef").says(2, "0123456789abcdef")
    desk.type("bisect", "--good", share, "--leak", "public.chats/select/guest").says(2, "there already", "older commit")
    desk.type("bisect", "--bad", git(desk.root, "rev-list", "--max-parents=0", "HEAD")).says(2, "no schema")


def test_a_commit_that_does_not_replay_is_skipped_and_told(tmp_path) -> None:
    desk = Desk(build_demo(tmp_path / "parley"))
    git(desk.root, "checkout", "-q", "-B", "broken", revision(desk.root, "Share a chat by link"))
    path = desk.write("20260325000000_broken.sql", "alter table public.chats add column colour no_such_type;\n")
    desk.commit()
    path.write_text("alter table public.chats add column colour text;\n", encoding="utf-8")
    desk.commit()
    for says in ("Fix share links that open blank", "Ask whether an answer was helpful"):
        git(desk.root, "-c", "user.name=o", "-c", "user.email=o@desk.example", "cherry-pick", revision(desk.root, says))
    done = desk.type("bisect", "--good", "broken~4", "--leak", "public.chats/select/guest", "--json")
    said = json.loads(done.out)
    assert said["subject"] == "Fix share links that open blank"
    assert [one["commit"] for one in said["skipped"]] in ([], [git(desk.root, "rev-parse", "broken~3")])
    assert all("no_such_type" in one["why"] for one in said["skipped"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_stopped_it_goes_on_where_it_was(desk: Desk, tmp_path, number: signal.Signals) -> None:
    command = [*STANCH, "bisect", str(desk.root), "--leak", "public.chats/select/guest", "--json"]
    surroundings = os.environ | {"STANCH_CACHE_DIR": str(tmp_path)}
    before = state_of(desk.root)
    process = subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "kept").glob("bisect-*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (130 if number is signal.SIGINT else -number)
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert said["subject"] == "Fix share links that open blank"
    assert said["remembered"] >= 1
    assert not list((tmp_path / "kept").glob("bisect-*.json"))
    assert state_of(desk.root) == before


def difference(root: Path, spec: str, *, as_json: bool = True) -> tuple[int, str]:
    """What ``stanch deploys --diff`` prints."""
    printed = io.StringIO()
    code = run_diff(
        argparse.Namespace(json=as_json, repo=root), Voice(out=printed, err=io.StringIO(), quiet=True), root, spec
    )
    return code, printed.getvalue()


def test_what_became_possible_between_two_deploys(desk: Desk) -> None:
    code, printed = difference(desk.root, "main~12..main")
    said = json.loads(printed)
    assert code == 1
    gained = {(one["object"], one["verb"], one["actor"]) for one in said["gained"] if not one["asked"]}
    newer = {commit.says for commit in demo_commits()[-12:]}
    for leak in demo_leaks():
        if leak.commit in newer:
            assert (leak.object, leak.verb, leak.actor) in gained, leak
    worst = said["gained"][0]
    assert worst["where"]["file"] == "supabase/migrations/20260327171500_fix_share_links.sql"
    assert "set local role anon" in worst["witness"]
    kinds = {one["kind"] for one in said["rules"]["widened"]}
    assert {"policy-added-open", "table-without-rls", "view-owner-rights"} <= kinds
    code, printed = difference(desk.root, "main..main~12")
    said = json.loads(printed)
    assert (code, said["gained"]) == (0, [])
    assert {(one["object"], one["verb"], one["actor"]) for one in said["lost"]} >= gained


def test_the_difference_in_words_names_lines_and_says_when_there_is_none(desk: Desk) -> None:
    code, printed = difference(desk.root, "main~12..main", as_json=False)
    assert code == 1
    assert "anyone, without signing in, can read public.chats" in printed
    assert "set in supabase/migrations/20260327171500_fix_share_links.sql:2" in printed
    assert difference(desk.root, "main~1..main", as_json=False)[1].startswith("Nothing became possible from ")
    with pytest.raises(UsageError):
        difference(desk.root, "main")
