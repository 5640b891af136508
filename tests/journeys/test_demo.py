"""The demo, walked to green by the headless face: six leaks in, a proven fix and a runbook out."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from assistant.domain.events import CauseNamed
from assistant.engine.casefile import export, read_case, verify_evidence
from assistant.engine.demo import demo_commits, demo_leaks
from tests.journeys.desk import Desk


pytestmark = pytest.mark.shadow


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object], str]:
    """The demo after its walk: its folder, what the JSON said, and what was printed for people."""
    home = tmp_path_factory.mktemp("demo")
    told = Desk(home).type("demo", "--headless", "--into", home / "told")
    said = Desk(home).type("demo", "--headless", "--json", "--into", home / "said")
    assert told.code == said.code == 0, told.err + said.err
    return home / "said", json.loads(said.out), told.out


def test_it_ends_proven_with_every_step_done(walked) -> None:
    _, said, told = walked
    assert said["state"] == "proven"
    assert {step["state"] for step in said["steps"]} == {"done"}
    assert said["after"]["leaks"] == said["after"]["locked_out"] == 0
    assert "leaks before, 0 leaks after, 0 owners locked out." in told
    for step in said["steps"]:
        assert f"\n{step['id']}\n" in told


def test_every_leak_that_the_history_opened_is_told(walked) -> None:
    root, said, _ = walked
    case = read_case(root, said["id"])
    subjects = " ".join(finding.subject for finding in case.incident.findings if finding.executed)
    for leak in demo_leaks():
        assert leak.object.rpartition(".")[2].partition("(")[0] in subjects, leak


def test_every_leak_is_traced_to_the_commit_that_opened_it(walked) -> None:
    root, said, _ = walked
    subjects = dict(
        line.split("\0")
        for line in subprocess.run(
            ["git", "log", "--format=%H%x00%s"], cwd=root, capture_output=True, text=True, check=True
        ).stdout.splitlines()
    )
    events = read_case(root, said["id"]).incident.events
    causes = [event.what for event in events if isinstance(event.what, CauseNamed) and event.what.commit]
    named = {subjects[cause.commit]: cause for cause in causes}
    for leak in demo_leaks():
        assert leak.object.rpartition(".")[2].partition("(")[0] in named[leak.commit].says, leak
        assert named[leak.commit].began_at
        assert named[leak.commit].line


def test_an_export_names_nobody_who_made_a_commit(walked, tmp_path) -> None:
    root, said, _ = walked
    with zipfile.ZipFile(export(root, said["id"], tmp_path / "case.zip")) as packed:
        whole = "\n".join(packed.read(name).decode() for name in packed.namelist())
    for author in {commit.author for commit in demo_commits()}:
        name, _, address = author.rstrip(">").partition(" <")
        assert name not in whole, name
        assert address not in whole, address
    assert "[author:" in whole
    assert "parley.example" not in Desk(root).type("runbook", root).out
    assert "contractor &lt;contractor\\@parley.example&gt;" in Desk(root).type("runbook", root, "--authors").out


def test_what_was_written_is_there_and_the_case_file_whole(walked) -> None:
    root, said, _ = walked
    assert {Path(path).suffix for path in said["written"]} == {".sql", ".md", ".toml", ".ts"}
    assert all((root / path).is_file() for path in said["written"])
    assert verify_evidence(read_case(root, said["id"]))[1] == ()
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    assert ".stanch" not in status


def test_the_runbook_in_the_repository_names_leaks_fix_proof_and_what_is_unknown(walked) -> None:
    root, said, _ = walked
    text = (root / next(path for path in said["written"] if path.endswith(".md"))).read_text(encoding="utf-8")
    for part in (
        "## What leaked to whom",
        "set local role anon",
        "- confirmed: ",
        "- confirmed: the application trusts ids that the browser sends (it stands in the code: GET /api/chats/",
        "**Holds**",
        "## Since when",
        "exposed for **",
        "A rollback of the code:",
        "Decided: **patch first**",
        "## What is not known",
    ):
        assert part in text


def test_nobody_is_walked_over_an_existing_folder(walked) -> None:
    root, _, _ = walked
    Desk(root).type("demo", "--headless", "--into", root).says(2)
