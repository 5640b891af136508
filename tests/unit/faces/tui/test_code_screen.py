"""The code map on the screen: what is open stands first, and what a person says about a route is never lost or kept unasked."""

from __future__ import annotations

import pytest

from assistant.domain.code import Decisions
from assistant.faces.tui.code_view import columns_for, tail
from assistant.faces.tui.screens.code import CodeScreen
from assistant.faces.tui.screens.witness import WitnessScreen
from tests.unit.faces.code_sample import NUMBERS, rows
from tests.unit.faces.tui import sample
from tests.unit.faces.tui.looking import PaperApp, screen_text
from tests.unit.faces.tui.test_golden import SIZES, same_as_golden


def screen(saved: list[Decisions], closed: list[str] | None = None) -> CodeScreen:
    public = Decisions(public={"/api/health": "it only says that it runs"})
    return CodeScreen(rows(), NUMBERS, public, saved.append, (closed if closed is not None else []).append)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_worst_way_in_stands_first_at_every_size(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        await app.push_screen(screen([]))
        await pilot.pause()
        await pilot.pause()
        shown = screen_text(app)
        assert "\x1b" not in shown
        assert shown.index("LEAKS") < shown.index("✗ open") < shown.index("? asked") < shown.index("✓ guarded")
        assert "[bold]" in shown, "a name is shown as it reads"
        same_as_golden(f"code-{size[0]}x{size[1]}", shown)


async def test_enter_shows_guards_queries_filters_and_places() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(screen([]))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, WitnessScreen)
        shown = screen_text(app)
        for part in (
            "session: getSession; does not count: get session",
            "select chats, whole rows, with service role",
            "where id eq request path.id",
            "nothing ties it to the caller",
            "lib/db/queries.ts:12, through getChat",
            "returned: whole rows",
        ):
            assert part in shown, shown


async def test_only_what_is_open_can_be_shown() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen([]))
        await pilot.pause()
        await pilot.press("l")
        await pilot.pause()
        await pilot.pause()
        shown = screen_text(app)
        assert "partly" in shown
        assert "/api/health" not in shown
        assert "✓ guarded" not in shown


async def test_a_route_is_public_for_a_reason_and_only_once_it_is_saved() -> None:
    saved: list[Decisions] = []
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen(saved))
        await pilot.pause()
        await pilot.press("j", "j", "p")
        await pilot.pause()
        await pilot.press("down", "enter") if app.screen.query_one(
            "OptionList"
        ).highlighted is None else await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"links", "enter")
        await pilot.pause()
        assert saved == []
        assert "not saved" in screen_text(app)
        await pilot.press("w")
        await pilot.pause()
        assert saved == [Decisions(public={"/api/health": "it only says that it runs", "/api/share": "links"})]


async def test_leaving_with_an_answer_asks_first() -> None:
    saved: list[Decisions] = []
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen(saved))
        await pilot.pause()
        await pilot.press("p")
        await pilot.pause()
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "is not saved" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert len(saved) == 1
        assert saved[0].private


async def test_a_route_is_closed_from_its_row_but_not_over_unsaved_answers() -> None:
    closed: list[str] = []
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen([], closed))
        await pilot.pause()
        first = app.screen.order[0].entry.id  # type: ignore[attr-defined]
        app.screen.changed = True  # type: ignore[attr-defined]
        await pilot.press("x")
        await pilot.pause()
        assert closed == []
        app.screen.changed = False  # type: ignore[attr-defined]
        await pilot.press("x")
        await pilot.pause()
        assert closed == [first]
        assert not isinstance(app.screen, CodeScreen)


def test_names_keep_the_verb_and_the_end() -> None:
    assert tail("GET /api/chats", 40) == "GET /api/chats"
    cut = tail("DELETE /api/teams/[teamId]/invitations/[invitationId]", 30)
    assert len(cut) == 30
    assert cut.startswith("DELETE …")
    assert cut.endswith("[invitationId]")


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_the_columns_fit_the_screen(width: int) -> None:
    columns = columns_for(width)
    assert sum(size + 2 for _, size in columns) <= width
    assert columns[0] == ("verdict", 9)
