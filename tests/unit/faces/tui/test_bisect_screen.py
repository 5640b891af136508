"""Since when, on the screen: how far the search is, what it passed over and why, the commit with its witness; Escape stops it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assistant.domain.deploys import Commit
from assistant.domain.errors import UsageError
from assistant.domain.facts import Place
from assistant.domain.matrix import Actor, Cell, Severity, Verb, Verdict
from assistant.engine.bisect import Look, Skipped
from assistant.engine.bisect import Verdict as Came
from assistant.engine.commands import Note
from assistant.engine.hunting import Wanted
from assistant.engine.leak_at import Leak
from assistant.engine.opening import Opening
from assistant.engine.world import Cancelled
from assistant.faces.tui.screens.bisect import IDLE, STOPPED, STOPPING, BisectScreen
from assistant.faces.tui.screens.stage import StageScreen
from tests.unit.faces.tui import sample
from tests.unit.faces.tui.looking import PaperApp, screen_text
from tests.unit.faces.tui.test_golden import SIZES, same_as_golden


if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

LEAKS = (
    Wanted(fingerprint="a" * 16, says="critical: always-true: Anyone can read rows of public.chats."),
    Wanted(fingerprint="b" * 16, says="high: public-bucket: Everyone can read the bucket [bold]files."),
)
SKIPPED = (Skipped(commit="c" * 40, why="the attack could not be tried: relation does not exist"),)
LOOK = Look(commit="e" * 40, tested=3, expected=6, skipped=SKIPPED)
OPENING = Opening(
    leak=Leak(id="a" * 16, says="Anyone can read rows of public.chats."),
    verdict=Came(commit="d" * 40, before="9" * 40, tested=5, skipped=SKIPPED),
    since="",
    cause="",
    commit=Commit(
        sha="d" * 40,
        parents=("9" * 40,),
        at=datetime(2026, 11, 12, 9, 30, tzinfo=UTC),
        author="Dana [red]Doe\x1b[2J",
        email="dana@parley.example",
        subject="Share a chat",
    ),
    place=Place(file="supabase/migrations/3_share.sql", line=2),
    cell=Cell(
        object="public.chats",
        kind="table",
        actor=Actor.GUEST,
        verb=Verb.SELECT,
        verdict=Verdict.LEAKS,
        severity=Severity.CRITICAL,
        columns=("id", "title"),
        steps=("do not sign in", "read public.chats"),
        witness="begin;\nset local role anon;\nselect * from public.chats;\nrollback;\n",
    ),
    bad="f" * 40,
    notes=(),
    remembered=0,
    seconds=2.5,
)


class Hunting:
    """A search that waits at its third commit until it is let go or stopped."""

    def __init__(self, ends: Opening | Exception = OPENING) -> None:
        self.ends, self.go, self.asked = ends, threading.Event(), ""
        self.begun = 0

    def __call__(
        self, fingerprint: str, on_look: Callable[[Look], None], on_word: Callable[[str], None], stop: threading.Event
    ) -> Opening:
        self.asked = fingerprint
        self.begun += 1
        on_word("reading the bad commit")
        on_look(LOOK)
        while not self.go.wait(0.01):
            if stop.is_set():
                raise Cancelled
        if isinstance(self.ends, Exception):
            raise self.ends
        return self.ends


def screen(hunt: Hunting, first: str = "") -> BisectScreen:
    return BisectScreen(LEAKS, "from 9999999999 (v1.4.0) to HEAD", hunt, first)


async def begun(pilot: Pilot[None], app: PaperApp, hunt: Hunting) -> BisectScreen:
    shown = screen(hunt)
    await app.push_screen(shown)
    await pilot.pause()
    await pilot.press("enter")
    while "tested 3" not in screen_text(app):
        await pilot.pause(0.01)
    return shown


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_search_says_how_far_it_is_and_ends_with_the_commit(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        hunt = Hunting()
        await begun(pilot, app, hunt)
        shown = screen_text(app)
        assert "tested 3 of about 6 · at eeeeeeeeee" in shown
        assert "skipped cccccccccc: the attack could not be tried" in shown
        same_as_golden(f"bisect-running-{size[0]}x{size[1]}", shown)
        hunt.go.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        shown = screen_text(app)
        assert hunt.asked == "a" * 16
        assert "dddddddddddd opened it: Share a chat" in shown
        assert "dana@parley.example" in shown, "the operator sees who made it"
        assert "\x1b" not in shown
        same_as_golden(f"bisect-found-{size[0]}x{size[1]}", shown)


async def test_escape_stops_a_search_and_only_then_leaves() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        hunt = Hunting()
        shown = await begun(pilot, app, hunt)
        await pilot.press("enter")
        await pilot.pause()
        assert hunt.begun == 1, "one at a time"
        await pilot.press("escape")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.screen is shown
        assert not shown.running
        assert STOPPED.split(".")[0] in screen_text(app)
        assert STOPPING not in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, StageScreen)


async def test_leaving_the_program_stops_the_search() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await begun(pilot, app, Hunting())
        app.exit()
    assert shown.stop.is_set()


async def test_what_was_found_is_kept_without_the_name_of_a_person() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        hunt = Hunting()
        await begun(pilot, app, hunt)
        await pilot.press("w")
        await pilot.pause()
        assert app.paper.sent == []
        hunt.go.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("w")
        await app.workers.wait_for_complete()
        (note,) = app.paper.sent
        assert isinstance(note, Note)
        assert note.text.startswith(
            "bisect: dddddddddd of 2026-11-12 09:30 UTC opened Anyone can read rows of public.chats"
        )
        assert "1 skipped" in note.text
        assert "Dana" not in note.text
        assert "dana@" not in note.text


async def test_a_search_that_cannot_be_made_says_why_and_what_to_do() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        hunt = Hunting(UsageError("the leak is there already at 9999.", "Give an older commit as the last good one."))
        await begun(pilot, app, hunt)
        hunt.go.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        shown = " ".join(screen_text(app).replace("│", " ").split())
        assert "the leak is there already at 9999. Give an older commit as the last good one." in shown


async def test_what_nobody_expected_becomes_a_sentence_and_the_screen_stays() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        hunt = Hunting(ZeroDivisionError("a [bold]bug"))
        shown = await begun(pilot, app, hunt)
        hunt.go.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "ZeroDivisionError: a [bold]bug" in screen_text(app)
        assert app.screen is shown


async def test_the_leak_of_the_commit_that_was_looked_at_stands_under_the_cursor() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        hunt = Hunting()
        hunt.go.set()
        await app.push_screen(screen(hunt, "b" * 16))
        await pilot.pause()
        assert IDLE.split(".")[0] in " ".join(screen_text(app).replace("│", " ").split())
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        assert hunt.asked == "b" * 16
