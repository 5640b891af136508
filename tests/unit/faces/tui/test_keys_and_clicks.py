"""What the keys do: the right command goes to the engine, and nothing is written or lost by a slip."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from assistant.domain.errors import UsageError
from assistant.engine.commands import Approve, Decline, Note, Run, Skip
from assistant.faces.tui import keys_page
from assistant.faces.tui.keys import ACTIONS, FORBIDDEN, actions_of, keymap
from assistant.faces.tui.messages import Ended
from assistant.faces.tui.screens.dialogs import Say
from assistant.faces.tui.screens.matrix import MatrixScreen
from assistant.faces.tui.screens.witness import WitnessScreen
from tests.unit.faces.tui import sample
from tests.unit.faces.tui.looking import PaperApp, screen_text


SIZE = (80, 24)


async def test_enter_runs_the_step_under_the_cursor() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("j", "enter")
        await app.workers.wait_for_complete()
        assert app.paper.sent == [Run(step="preserve-evidence")]


async def test_nothing_is_written_until_a_is_pressed_on_the_diff() -> None:
    app = PaperApp(sample.incident(*sample.PROPOSED))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await app.switch_mode("fix")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "lock.sql" in screen_text(app)
        assert app.paper.sent == []
        await pilot.press("a")
        await app.workers.wait_for_complete()
        assert app.paper.sent == [Approve(step="lock-database")]


@pytest.mark.parametrize(("key", "sent"), [("d", [Decline(step="lock-database")]), ("escape", [])])
async def test_declining_and_leaving_write_nothing(key: str, sent: list[object]) -> None:
    app = PaperApp(sample.incident(*sample.PROPOSED))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await app.switch_mode("fix")
        await pilot.pause()
        await pilot.press("enter", key)
        await app.workers.wait_for_complete()
        assert app.paper.sent == sent


async def test_skipping_needs_a_reason() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("s", "enter", "w", "h", "y", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert app.paper.sent == [Skip(step="intake", because="why")]


async def test_a_note_goes_to_the_timeline() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("n", "h", "i", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert app.paper.sent == [Note(text="hi")]


async def test_a_failing_worker_becomes_a_sentence_and_the_app_stays() -> None:
    app = PaperApp(sample.incident())

    def explode(_command: object) -> None:
        raise ZeroDivisionError("a [bold]bug[/bold]")

    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.paper.send = explode  # type: ignore[method-assign]
        await pilot.press("enter")
        while not isinstance(app.screen, Say):
            await pilot.pause(0.01)
        await pilot.pause()
        shown = " ".join(str(line.render()) for line in app.screen.query(Static))
        assert "ZeroDivisionError: a [bold]bug[/bold]" in shown
        await pilot.press("escape")
        assert app.is_running
        assert not app.working


async def test_the_witness_opens_from_the_leaking_cell_and_shows_the_script() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=SIZE) as pilot:
        await app.push_screen(MatrixScreen(sample.matrix()))
        await pilot.pause()
        await pilot.press("right", "right", "right", "enter")
        await pilot.pause()
        assert isinstance(app.screen, WitnessScreen)
        assert "rollback;" in app.screen.text
        assert "1. sign in as a member of the other tenant" in app.screen.text
        assert "\x1b" not in screen_text(app)


async def test_only_what_is_bad_can_be_shown_alone() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=SIZE) as pilot:
        screen = MatrixScreen(sample.matrix())
        await app.push_screen(screen)
        await pilot.pause()
        assert [row.object for row in screen.shown] == [sample.HOSTILE, "public.notes", "public.audit"]
        await pilot.press("l")
        assert len(screen.shown) == 3
        app.post_message(Ended())


def test_no_key_is_one_that_tmux_eats_and_no_footer_is_crowded() -> None:
    for act in ACTIONS:
        assert not any(part in act.keys for part in FORBIDDEN), act.id
    for screen in {screen for act in ACTIONS for screen in act.screens}:
        assert sum(screen in act.footer for act in ACTIONS) <= 6, screen
        keys = [key for act in actions_of(screen) for key in act.keys.split(",")]
        assert len(keys) == len(set(keys)), screen


@pytest.mark.parametrize(
    ("configured", "says"),
    [
        ({"step.fly": "f2"}, "no action"),
        ({"step.run": "ctrl+enter"}, "inside tmux"),
        ({"step.run": ""}, "inside tmux"),
        ({"step.run": 7}, "inside tmux"),
        ({"step.skip": "u"}, "to both"),
    ],
)
def test_keys_that_cannot_work_are_refused_in_one_sentence(configured: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as refused:
        keymap(configured)
    assert says in refused.value.says
    assert refused.value.remedy.endswith(".")


async def test_an_own_key_takes_the_place_of_the_usual_one() -> None:
    app = PaperApp(sample.incident(), keymap=keymap({"note.add": "f5"}))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("f5", "x", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert app.paper.sent == [Note(text="x")]


def test_the_page_of_the_keys_is_the_table() -> None:
    page = (Path(__file__).parents[4] / "docs" / "look-up" / "keys.md").read_text(encoding="utf-8")
    assert page == keys_page.page(), "run python -m assistant.faces.tui.keys_page > docs/look-up/keys.md"
