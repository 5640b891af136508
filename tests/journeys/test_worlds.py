"""The sample repositories leak what they say, shown by hand-written exploits, and then stanch has to say the same."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

import psycopg
import pytest

from assistant.collect.repository import read_repository
from assistant.engine.demo import build_demo, demo_commits, demo_leaks
from assistant.shadow.open import open_shadow
from assistant.shadow.replay import replay
from tests.journeys.worlds import CLINIC, LAYOUTS, LEAKY, LOCKED, committed, expected, leaks, stanch


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.shadow.database import Shadow
    from tests.journeys.worlds import Leak


LEAKS = leaks()


@pytest.fixture(scope="module", params=[*LEAKY, *LOCKED])
def clinic(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Shadow]]:
    """One of the four clinics, replayed and filled with the fixed rows of seed.sql."""
    world: str = request.param
    repository = read_repository(committed(CLINIC / world, tmp_path_factory.mktemp("worlds") / world))
    with open_shadow(platform=repository.platform) as shadow:
        for layout in repository.layouts:
            replayed = replay(shadow, layout.sources)
            assert replayed.skipped == ()
        with shadow.connect() as connection:
            connection.execute((CLINIC / "seed.sql").read_text(encoding="utf-8"))
        yield world, shadow


def rows_shown(shadow: Shadow, leak: Leak) -> list[tuple[object, ...]]:
    """What the last statement of the exploit returns; a refusal by the server shows nothing. Rolled back either way."""
    with shadow.connect(autocommit=False) as connection:
        try:
            cursor = connection.execute(leak.exploit)
            while cursor.nextset():
                pass
            return cursor.fetchall()
        except psycopg.errors.InsufficientPrivilege:
            return []
        finally:
            connection.rollback()


def test_there_are_more_than_twenty_leaks_and_an_exploit_for_each() -> None:
    assert len(LEAKS) >= 20
    assert {path.stem for path in (CLINIC / "exploits").glob("*.sql")} == {leak.id for leak in LEAKS}


def test_the_four_repositories_are_woven_from_the_same_parts() -> None:
    weave = runpy.run_path(str(CLINIC / "weave.py"))
    for path, text in weave["repositories"]().items():
        assert (CLINIC / path).read_text(encoding="utf-8") == text, f"run weave.py: {path} is stale"


@pytest.mark.shadow
@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.id)
def test_the_exploit_shows_the_victims_row_in_the_leaky_clinic_alone(clinic: tuple[str, Shadow], leak: Leak) -> None:
    world, shadow = clinic
    assert bool(rows_shown(shadow, leak)) == (world in LEAKY)


@pytest.mark.shadow
@pytest.mark.parametrize("world", LEAKY)
def test_every_leak_is_found(world: str, tmp_path: Path) -> None:
    target = committed(CLINIC / world, tmp_path / world)
    ran = stanch("prove", target, "--json")
    assert ran.code == 1, ran.stderr
    executed = {(leak["object"], leak["verb"]) for leak in ran.json["leaks"]}
    suspected = {finding["subject"] for finding in stanch("scan", target, "--json").json["findings"]}
    missed = [
        leak.id
        for leak in LEAKS
        if not any(
            (name, verb) in executed
            or (leak.found_by == "scan" and any(subject.endswith(name) for subject in suspected))
            for name, verb in leak.reported_as
        )
    ]
    assert missed == []


@pytest.mark.shadow
@pytest.mark.parametrize("world", LOCKED)
def test_nothing_is_reported_on_the_locked_twin(world: str, tmp_path: Path) -> None:
    target = committed(CLINIC / world, tmp_path / world)
    ran = stanch("prove", target, "--json")
    assert ran.json["leaks"] == []
    assert ran.json["locked_out"] == []
    assert ran.code == 0
    assert stanch("scan", target, "--json").json["findings"] == []


@pytest.mark.shadow
@pytest.mark.parametrize("world", LEAKY)
def test_the_fix_ends_with_nothing_leaking_and_nobody_locked_out(world: str, tmp_path: Path) -> None:
    target = committed(CLINIC / world, tmp_path / world)
    fixed = stanch("fix", target, "--yes", "--json")
    assert fixed.json["before"]["leaks"] > 0
    assert fixed.json["after"]["leaks"] == 0
    again = stanch("prove", target, "--json")
    assert again.json["leaks"] == []
    assert again.json["locked_out"] == []


@pytest.mark.shadow
@pytest.mark.parametrize("world", LAYOUTS, ids=lambda path: path.name)
def test_each_layout_is_read_its_leak_found_and_its_locked_form_quiet(world: Path, tmp_path: Path) -> None:
    said = {}
    may_skip = expected(world).get("may_skip", [])
    for state in ("leaky", "locked"):
        target = committed(world / state, tmp_path / state)
        dump = target / "dump.sql"
        said[state] = stanch("prove", target, "--json", *(("--schema", dump) if dump.exists() else ())).json
        assert [left for left in said[state]["replay"]["skipped"] if left["reason"] not in may_skip] == []
    found = {(leak["object"], leak["verb"]) for leak in said["leaky"]["leaks"]}
    assert {leak.reported_as[0] for leak in leaks(world / "world.toml")} <= found
    assert said["locked"]["leaks"] == []
    assert said["locked"]["locked_out"] == []


@pytest.mark.shadow
def test_each_leak_of_the_demo_is_blamed_on_the_commit_that_opened_it(tmp_path: Path) -> None:
    opened = {commit.opens: {path for path, _ in commit.files} for commit in demo_commits()}
    said = stanch("prove", build_demo(tmp_path / "parley"), "--json").json["leaks"]
    for leak in demo_leaks():
        told = [
            each
            for each in said
            if leak.object in (each["object"], *each["columns"])
            and (each["verb"], each["actor"]) == (leak.verb, leak.actor)
        ]
        assert told, leak
        assert all(each["where"]["file"] in opened[leak.id] for each in told), leak
