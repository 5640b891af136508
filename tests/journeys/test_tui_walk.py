"""The whole incident through the terminal interface, by keys alone: the demo from its first question to a closed leak."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.domain.events import IncidentState, StepState
from assistant.domain.matrix import Verdict
from assistant.engine.demo import build_demo, demo_leaks
from assistant.faces.tui.app import StanchApp
from assistant.faces.tui.screens.approve import ApproveScreen
from assistant.faces.tui.screens.bisect import BisectScreen
from assistant.faces.tui.screens.commit import CommitScreen
from assistant.faces.tui.screens.deploys import DeploysScreen
from assistant.faces.tui.screens.dialogs import Choose, Write
from assistant.faces.tui.screens.hunks import HunksScreen
from assistant.faces.tui.screens.matrix import MatrixScreen
from assistant.faces.tui.screens.stage import StageScreen
from assistant.faces.tui.screens.witness import WitnessScreen
from tests.unit.faces.tui.looking import screen_text


if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

SIZE = (100, 30)


async def until(pilot: Pilot[None], true: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for what a worker brings, as a person would; never for longer than two minutes."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, screen_text(pilot.app)
        await pilot.pause(0.02)
    await pilot.pause()


def state(app: StanchApp, step: str) -> StepState:
    assert app.incident is not None
    return next(view.state for view in app.incident.steps if view.id == step)


async def idle(pilot: Pilot[None], app: StanchApp) -> None:
    await until(pilot, lambda: app.incident is not None and not app.working)


async def walk(pilot: Pilot[None], app: StanchApp, step: str) -> None:
    """Do one step with Enter, answering what it asks: the first choice, or a few words, or yes to the diff."""
    screen = app.screen
    assert isinstance(screen, StageScreen)
    screen.select(step)
    await pilot.pause()
    for _ in range(20):
        await pilot.press("enter")
        await until(pilot, lambda: not app.working)
        while isinstance(app.screen, Choose | Write | ApproveScreen | HunksScreen):
            if isinstance(app.screen, Write):
                await pilot.press(*"seen", "enter")
            elif isinstance(app.screen, Choose):
                await pilot.press("down", "enter") if app.screen.query_one(
                    "OptionList"
                ).highlighted is None else await pilot.press("enter")
            elif isinstance(app.screen, HunksScreen):
                assert app.screen.spots
                await pilot.press("w")
                await pilot.pause()
            else:
                assert "+" in app.screen.text
                await pilot.press("a")
            await until(pilot, lambda: not app.working)
        if state(app, step) is StepState.DONE:
            return
        assert state(app, step) is not StepState.FAILED, screen_text(app)
    pytest.fail(f"{step} is {state(app, step)}")


@pytest.mark.shadow
@pytest.mark.slow
async def test_the_demo_is_walked_to_green_with_keys(tmp_path: Path) -> None:
    root = build_demo(tmp_path / "parley")
    app = StanchApp(root)
    began = time.monotonic()
    try:
        async with app.run_test(size=SIZE) as pilot:
            await idle(pilot, app)
            assert app.incident is not None
            for stage in ("triage", "causes", "fix", "regression", "handover"):
                assert app.current_mode == stage
                for view in [view for view in app.incident.steps if view.stage.value == stage]:
                    await walk(pilot, app, view.id)
                    if view.id == "confirm-scope":
                        await look_at_the_matrix(pilot, app)
                    if view.id == "recent-deploys":
                        await look_at_the_deploys(pilot, app)
                await pilot.press("right_square_bracket")
                await pilot.pause()
            assert app.incident.state is IncidentState.PROVEN
            assert app.incident.proof is not None
            assert app.incident.proof.after["leaks"] == 0
            assert app.incident.proof.after["locked_out"] == 0
    finally:
        if app.session is not None:
            app.session.close()
    assert list(root.glob("supabase/migrations/*stanch*.sql"))
    assert time.monotonic() - began < 300, "under five minutes, or nobody walks it twice"


async def look_at_the_matrix(pilot: Pilot[None], app: StanchApp) -> None:
    await pilot.press("m")
    await until(pilot, lambda: isinstance(app.screen, MatrixScreen))
    assert isinstance(app.screen, MatrixScreen)
    assert app.screen.shown[0].worst is Verdict.LEAKS
    assert "LEAK" in screen_text(app)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, WitnessScreen))
    assert isinstance(app.screen, WitnessScreen)
    assert "rollback;" in app.screen.text
    await pilot.press("escape", "escape")
    await until(pilot, lambda: isinstance(app.screen, StageScreen))


async def look_at_the_deploys(pilot: Pilot[None], app: StanchApp) -> None:
    """The list, the hunks of its first commit, and the bisect of what that commit brought."""
    opened = {leak.commit for leak in demo_leaks()}
    await pilot.press("d")
    await until(pilot, lambda: isinstance(app.screen, DeploysScreen))
    assert isinstance(app.screen, DeploysScreen)
    first = app.screen.current()
    assert first is not None
    assert first.commit.subject in opened
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, CommitScreen) and "hunks" in app.screen.loaded)
    assert isinstance(app.screen, CommitScreen)
    assert "@@" in app.screen.text
    await pilot.press("v")
    await until(pilot, lambda: isinstance(app.screen, CommitScreen) and "behaviour" in app.screen.loaded)
    assert "Became possible with it:" in app.screen.text
    await pilot.press("escape", "b")
    await until(pilot, lambda: isinstance(app.screen, BisectScreen))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, BisectScreen) and app.screen.opening is not None)
    assert isinstance(app.screen, BisectScreen)
    assert app.screen.opening is not None
    assert app.screen.opening.commit.subject == first.commit.subject
    assert f"{first.commit.sha[:12]} opened it" in screen_text(app)
    await pilot.press("w")
    await until(pilot, lambda: not app.working)
    await pilot.press("escape", "escape", "escape")
    await until(pilot, lambda: isinstance(app.screen, StageScreen))


@pytest.mark.shadow
async def test_a_second_start_stands_where_the_first_one_ended(tmp_path: Path) -> None:
    root = build_demo(tmp_path / "parley")
    first = StanchApp(root)
    async with first.run_test(size=SIZE) as pilot:
        await idle(pilot, first)
        await walk(pilot, first, "freeze")
    assert first.session is not None
    first.session.close()
    await asyncio.sleep(0)
    second = StanchApp(root)
    async with second.run_test(size=SIZE) as pilot:
        await idle(pilot, second)
        assert second.incident is not None
        assert first.incident is not None
        assert second.incident.id == first.incident.id
        assert state(second, "freeze") is StepState.DONE
        assert second.incident.state is IncidentState.CONTAINED
        assert "✓ done  Freeze" in screen_text(second)
    assert second.session is not None
    second.session.close()


async def test_two_at_once_are_told_apart_in_one_sentence(tmp_path: Path) -> None:
    root = build_demo(tmp_path / "parley")
    first = StanchApp(root)
    async with first.run_test(size=SIZE) as pilot:
        await idle(pilot, first)
        second = StanchApp(root)
        async with second.run_test(size=SIZE) as other:
            await until(other, lambda: "another stanch" in screen_text(second))
    assert first.session is not None
    first.session.close()
