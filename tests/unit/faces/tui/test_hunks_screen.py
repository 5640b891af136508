"""Edits of code are taken one by one: what was left out or changed is what the engine hears, and nothing is written by a slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain.fixes import Hunk
from assistant.engine.commands import Approve, Decline
from assistant.faces.tui.hunks_view import spots, total
from assistant.faces.tui.screens.hunks import HunksScreen
from assistant.write.patches import Choice, FilePatch
from tests.unit.faces.tui import sample
from tests.unit.faces.tui.looking import PaperApp, screen_text
from tests.unit.faces.tui.test_golden import SIZES, same_as_golden


ROUTE = """\
import { db } from "@/lib/db";

export async function GET(request: Request) {
  const rows = await db.chat.findMany();
  return Response.json(rows);
}

export async function DELETE(request: Request) {
  await db.chat.deleteMany();
  return Response.json({ ["[bold]"]: true });
}
"""
GUARD = '  const session = await auth();\n  if (!session) return new Response("Not found", { status: 404 });\n'
ALL = "Make 2 edits in 1 file? Each can be taken, left or changed."


def files() -> tuple[FilePatch, ...]:
    first = ROUTE.index("  const rows")
    second = ROUTE.index("  await db")
    hunks = (
        Hunk(at=0, end=0, text='import { auth } from "@/auth";\n', says="imports the session", supports=True),
        Hunk(at=first, end=first, text=GUARD, says="asks who is calling before rows are read"),
        Hunk(at=second, end=second, text=GUARD, says="asks who is calling before rows are deleted"),
    )
    choices = tuple(Choice(hunk=hunk, fixes=("guard-get",)) for hunk in hunks)
    return (FilePatch(path="app/api/chats/route.ts", before=ROUTE, choices=choices),)


def screen(said: list[object]) -> HunksScreen:
    return HunksScreen("guard-routes", ALL, files(), said.append)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_each_edit_stands_with_its_reason_and_its_diff(size: tuple[int, int]) -> None:
    app = PaperApp(sample.incident())
    async with app.run_test(size=size) as pilot:
        await app.push_screen(screen([]))
        await pilot.pause()
        await pilot.pause()
        shown = screen_text(app)
        assert "+  const session" in shown
        assert "2 of 2 edits in 1 file" in shown
        assert "imports the session" not in shown, "an import goes with what needs it"
        same_as_golden(f"hunks-{size[0]}x{size[1]}", shown)


async def test_an_edit_that_is_left_out_is_named_in_the_approval() -> None:
    said: list[object] = []
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen(said))
        await pilot.pause()
        await pilot.press("j", "d", "w")
        await pilot.pause()
        assert said == [], "asked once more before anything is written"
        assert "Write 1 of 2 edits in 1 file?" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert said == [Approve(step="guard-routes", declined=(("app/api/chats/route.ts", 2),))]


async def test_leaving_everything_out_declines() -> None:
    said: list[object] = []
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen(said))
        await pilot.pause()
        await pilot.press("d", "j", "enter", "w")
        await pilot.pause()
        assert [type(one) for one in said] == [Decline]


async def test_escape_says_nothing_and_a_branch_has_a_name() -> None:
    said: list[object] = []
    app = PaperApp(sample.incident())
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(screen(said))
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert said == []
        await app.push_screen(screen(said))
        await pilot.pause()
        await pilot.press("b")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert said == [Approve(step="guard-routes", branch="stanch/guard-routes")]


def editor(folder: Path, text: str) -> str:
    script = folder / "editor.sh"
    script.write_text(f"#!/bin/sh\ncat > \"$1\" <<'END'\n{text}\nEND\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("  const session = await requireUser();", True), ("  const session = await (((", False)],
    ids=["parses", "broken"],
)
async def test_an_edited_hunk_must_still_parse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, kept: bool
) -> None:
    said: list[object] = []
    app = PaperApp(sample.incident())
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, text))
    async with app.run_test(size=(100, 30)) as pilot:
        shown = screen(said)
        await app.push_screen(shown)
        await pilot.pause()

        class Suspended:
            def __enter__(self) -> None: ...
            def __exit__(self, *_: object) -> None: ...

        monkeypatch.setattr(app, "suspend", Suspended)
        await pilot.press("e")
        await pilot.pause()
        assert ("yours" in screen_text(app)) is kept
        assert ("would not parse" in screen_text(app)) is not kept
        if kept:
            await pilot.press("w")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            assert said == [Approve(step="guard-routes", edited=(("app/api/chats/route.ts", 1, text + "\n"),))]


def test_only_edits_of_their_own_are_counted() -> None:
    assert len(spots(files())) == 2
    assert total(files()) == "2 of 2 edits in 1 file"
    left = files()[0].choose(1, accepted=False).choose(2, accepted=False)
    assert total([left]) == "0 of 2 edits in 0 files"
