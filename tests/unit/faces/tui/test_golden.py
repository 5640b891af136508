"""The screens as text, at the three sizes that ssh and tmux give; a change here is a change for a frightened reader.

Run with STANCH_GOLDEN=write to accept what is shown, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.domain.playbook import Stage
from assistant.faces.tui.screens.approve import ApproveScreen
from assistant.faces.tui.screens.matrix import MatrixScreen
from assistant.faces.tui.screens.ownership import OwnershipScreen
from assistant.faces.tui.screens.timeline import TimelineScreen
from tests.unit.faces.tui import sample
from tests.unit.faces.tui.looking import PaperApp, screen_text


SIZES = ((60, 20), (80, 24), (120, 40))
GOLDEN = Path(__file__).parent / "golden"


def same_as_golden(name: str, shown: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("STANCH_GOLDEN") == "write":
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8"), f"{name} looks different; see STANCH_GOLDEN in this file"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_triage_shows_the_executed_leak_before_the_suspected_one(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident(*sample.TRIAGED))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.screen.select("confirm-scope")
        await pilot.pause()
        shown = screen_text(app)
        assert "\x1b" not in shown
        if size[0] >= 80:
            assert shown.index("CRITICAL") < shown.index("LOW")
        same_as_golden(f"triage-{size[0]}x{size[1]}", shown)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_matrix_says_leak_in_words(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        await app.push_screen(MatrixScreen(sample.matrix()))
        await pilot.pause()
        shown = screen_text(app)
        assert "6 attacks: 2 leak, 2 hold, 1 locked out, 1 not tested" in " ".join(shown.split())
        same_as_golden(f"matrix-{size[0]}x{size[1]}", shown)


async def test_the_approval_shows_file_proof_and_diff_before_anything_is_written() -> None:
    app = PaperApp(sample.incident(*sample.PROPOSED))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.push_screen(
            ApproveScreen(
                "Write?", "Proof holds: 9 before, 0 after.", ("supabase/lock.sql",), sample.DIFF, lambda _answer: None
            )
        )
        await pilot.pause()
        same_as_golden("approve-80x24", screen_text(app))


async def test_the_map_puts_what_nobody_knows_first() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        from assistant.domain.catalog import Catalog, Platform, PlatformKind

        platform = Platform(
            kind=PlatformKind.PLAIN, guest_role=None, user_role="app", service_role=None, claims_setting=None
        )
        await app.push_screen(
            OwnershipScreen(sample.ownership(), Catalog(platform=platform, tables={}), lambda _map: None)
        )
        await pilot.pause()
        shown = screen_text(app)
        assert shown.index("public.audit") < shown.index("public.chats")
        same_as_golden("map-80x24", shown)


async def test_the_timeline_is_in_utc() -> None:
    app = PaperApp(sample.incident(*sample.TRIAGED))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(TimelineScreen())
        await pilot.pause()
        same_as_golden("timeline-80x24", screen_text(app))


@pytest.mark.parametrize("size", [(20, 5), (59, 30), (100, 19)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_tiny_terminal_gets_one_clear_word_instead_of_a_heap(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = " ".join(screen_text(app).split())
        assert "This terminal is too" in shown
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "What was seen" in screen_text(app)


async def test_every_stage_of_the_playbook_is_one_key_away() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        seen = []
        for _ in range(5):
            seen.append(app.current_mode)
            await pilot.press("right_square_bracket")
            await pilot.pause()
        assert seen == [stage.value for stage in Stage if stage is not Stage.PREVENTION]
        assert app.current_mode == Stage.TRIAGE.value
