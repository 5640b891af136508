"""Which deploy opened it, on the screen: the culprit stands first, with the day it went live, who made it and why it counts."""

from __future__ import annotations

import pytest

from assistant.domain.errors import UnreachableError
from assistant.engine.commitview import Reader
from assistant.faces.tui.deploys_view import FAINT, LIKELY, MAYBE, NOTHING, columns_for, word
from assistant.faces.tui.screens import deploys
from assistant.faces.tui.screens.commit import NO_BEHAVIOUR, CommitScreen
from assistant.faces.tui.screens.deploys import DeploysScreen
from assistant.faces.tui.widgets.plain import diff
from tests.unit.faces.tui import deploys_sample, sample
from tests.unit.faces.tui.looking import PaperApp, screen_text
from tests.unit.faces.tui.test_golden import SIZES, same_as_golden


def screen(reader: Reader | None = None) -> DeploysScreen:
    brings = reader or Reader(hunks=lambda: (deploys_sample.PATCH, "left out: 3 files that count for nothing"))
    return DeploysScreen(deploys_sample.told(), lambda _suspect: brings)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_likeliest_commit_stands_first_at_every_size(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        await app.push_screen(screen())
        await pilot.pause()
        await pilot.pause()
        shown = screen_text(app)
        assert "\x1b" not in shown
        assert shown.index("✗ likely") < shown.index("? maybe") < shown.index("· faint")
        assert "2026-11-12" in shown, "when it went live"
        assert "2026-11-14?" in shown or "2026-11-14 09:30?" in shown, (
            "nothing says when: told apart by a word, not by silence"
        )
        assert "[red]by link" in shown, "what a person wrote is shown as it reads"
        if size[0] >= 80:
            assert "Dana [bold]Do" in shown
        same_as_golden(f"deploys-{size[0]}x{size[1]}", shown)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_enter_shows_why_it_counts_and_the_hunks_as_a_diff(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        await app.push_screen(screen())
        await pilot.pause()
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, CommitScreen)
        shown = screen_text(app)
        for part in (
            "a@parley.example",
            "Live with vercel dpl_7 since 2026-11-12 10:05 UTC",
            "1. wrote-the-line: always-true",
            "left out: 3 files",
            '+create policy "shared [bold]chats" on public.chats',
        ):
            assert part in " ".join(shown.replace("│", " ").split()), shown
        same_as_golden(f"commit-{size[0]}x{size[1]}", shown)


def test_added_and_removed_lines_keep_their_sign_and_have_a_colour() -> None:
    text = diff("@@ -1 +1 @@\n-old [bold]\n+new\x1b[2J\n")
    assert [(text.plain[span.start : span.end].strip(), str(span.style)) for span in text.spans] == [
        ("@@ -1 +1 @@", "cyan"),
        ("-old [bold]", "red"),
        ("+new\\x1b[2J", "green"),
    ]


async def test_hunks_that_are_not_in_this_clone_are_a_sentence_and_a_remedy() -> None:
    def missing() -> tuple[str, str]:
        raise UnreachableError("the hunks are not in this clone.", "Run `git fetch --unshallow`.")

    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(screen(Reader(hunks=missing)))
        await pilot.pause()
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "the hunks are not in this clone. Run `git fetch --unshallow`." in screen_text(app)


async def test_the_behaviour_is_read_once_it_is_asked_for() -> None:
    asked: list[str] = []

    def behaviour() -> str:
        asked.append("once")
        return "since then a guest can read public.chats"

    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(screen(Reader(hunks=lambda: ("", ""), behaviour=behaviour)))
        await pilot.pause()
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        assert asked == []
        await pilot.press("v")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("v")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "since then a guest can read public.chats" in screen_text(app)
        assert "It has no hunks that count." in screen_text(app)
        assert asked == ["once"]


async def test_a_commit_that_changed_no_rule_says_so() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(screen())
        await pilot.pause()
        await pilot.press("enter", "v")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert NO_BEHAVIOUR.split(",")[0] in screen_text(app)


async def test_only_what_counts_can_be_shown() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        shown = screen()
        await app.push_screen(shown)
        await pilot.pause()
        assert len(shown.order) == 4
        await pilot.press("l")
        await pilot.pause()
        assert [rank for rank, _ in shown.order] == [1, 2, 3]
        assert "nothing that stanch can see" not in screen_text(app)


@pytest.mark.parametrize(("score", "said"), [(15.0, LIKELY), (5.0, LIKELY), (1.5, MAYBE), (0.2, FAINT), (0.0, NOTHING)])
def test_a_score_is_a_word(score: float, said: str) -> None:
    assert word(score) == said


@pytest.mark.parametrize("width", [60, 76, 80, 110, 120, 200])
def test_the_columns_fit_the_screen(width: int) -> None:
    assert sum(size + 2 for _, size in columns_for(width)) <= width


async def test_a_tiny_terminal_gets_one_clear_word_and_the_list_when_it_grows() -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=(59, 19)) as pilot:
        await app.push_screen(screen())
        await pilot.pause()
        assert "This terminal is too" in " ".join(screen_text(app).split())
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        await pilot.pause()
        assert "✗ likely" in screen_text(app)


async def test_a_long_window_shows_what_counts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploys, "MOST_AT_ONCE", 3)
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        shown = screen()
        await app.push_screen(shown)
        await pilot.pause()
        assert len(shown.order) == 3
        await pilot.press("l")
        await pilot.pause()
        assert len(shown.order) == 4
