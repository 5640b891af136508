"""Approval of edits of code, one by one: each is taken, left or changed; then all of it is written at once, or put on a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static

from assistant.domain.errors import StanchError
from assistant.engine.commands import Approve, Decline
from assistant.engine.patching import refuse_broken
from assistant.faces.tui.editor import edit
from assistant.faces.tui.hunks_view import STYLE, mark, row, spots, total
from assistant.faces.tui.screens.dialogs import Choose, Say, Write
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.plain import diff, plain


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget

    from assistant.faces.tui.hunks_view import Spot
    from assistant.write.patches import Choice, FilePatch

WRITE, LOOK = "write them", "look again"


class HunksScreen(Frame):
    """Answers with ``Approve`` or ``Decline`` through the callback; leaving it answers nothing."""

    BINDINGS: ClassVar = keys("hunks")

    def __init__(
        self, step: str, asks: str, files: Sequence[FilePatch], answer: Callable[[Approve | Decline], None]
    ) -> None:
        """Show the edits of ``files``; every one is taken until somebody says otherwise."""
        super().__init__()
        self.step, self.asks, self.files, self.answer = step, asks, list(files), answer
        self.spots = spots(files)

    def body(self) -> Iterable[Widget]:
        """Question, list of edits, the diff of the one under the cursor."""
        yield Static(plain(self.asks, "bold"), classes="line", id="asks")
        yield Static("", classes="line", id="total", markup=False)
        yield OptionList(id="hunks", markup=False)
        with VerticalScroll(classes="page", id="diff"):
            yield Static("", id="hunk", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill()
        self.query_one("#hunks").focus()

    def _fill(self) -> None:
        listed = self.query_one("#hunks", OptionList)
        at = listed.highlighted
        listed.clear_options()
        for spot in self.spots:
            file, choice = self._at(spot)
            listed.add_option(plain(row(file, choice), STYLE[mark(choice)]))
        if self.spots:
            listed.highlighted = min(at or 0, len(self.spots) - 1)
        self.query_one("#total", Static).update(plain(f"To be written: {total(self.files)}."))
        self._show()

    def _at(self, spot: Spot) -> tuple[FilePatch, Choice]:
        file = self.files[spot.file]
        return file, file.choices[spot.number]

    def _spot(self) -> Spot | None:
        at = self.query_one("#hunks", OptionList).highlighted
        return self.spots[at] if at is not None and at < len(self.spots) else None

    def _show(self) -> None:
        spot = self._spot()
        whole = self.files[spot.file].only(spot.number) if spot is not None else ""
        # the path stands in the list: a small screen has no room for it twice
        text = whole[whole.find("\n@@ ") + 1 :]
        self.query_one("#hunk", Static).update(diff(text) if text else plain("Nothing is proposed."))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter turns an edit over."""
        event.stop()
        spot = self._spot()
        if spot is not None:
            self._say(accepted=not self._at(spot)[1].accepted)

    def action_take(self) -> None:
        """Take it as it is proposed, or as it was changed."""
        self._say(accepted=True)

    def action_leave(self) -> None:
        """Leave it out."""
        self._say(accepted=False)

    def _say(self, *, accepted: bool) -> None:
        spot = self._spot()
        if spot is None:
            return
        _, choice = self._at(spot)
        self.files[spot.file] = self.files[spot.file].choose(spot.number, accepted=accepted, text=choice.edited)
        self._fill()

    def action_edit(self) -> None:
        """Change the text of one edit in the operator's editor; it must still parse."""
        spot = self._spot()
        if spot is None:
            return
        file, choice = self._at(spot)
        before = choice.hunk.text if choice.edited is None else choice.edited
        try:
            with self.app.suspend():
                text = edit(file.path, before)
            refuse_broken(file, spot.number, text)
        except StanchError as error:
            self.app.push_screen(Say(error.says, error.remedy))
            return
        self.files[spot.file] = file.choose(spot.number, text=None if text == choice.hunk.text else text)
        self._fill()

    @work(exclusive=True, group="edit")
    async def action_write(self) -> None:
        """Ask once more, then write."""
        if not any(self._at(spot)[1].accepted for spot in self.spots):
            self._end(Decline(step=self.step, because="every edit was left out"))
        elif await self.app.push_screen_wait(Choose(f"Write {total(self.files)}?", (WRITE, LOOK))) == WRITE:
            self._end(self._approval())

    @work(exclusive=True, group="edit")
    async def action_branch(self) -> None:
        """Put them on a branch; the files here stay as they are."""
        helps = "A new branch from the commit that is checked out, made in a temporary work tree: nothing here changes."
        name = await self.app.push_screen_wait(
            Write(f"Name of the branch for {total(self.files)}?", helps, value=f"stanch/{self.step}")
        )
        if name:
            self._end(self._approval(name.strip()))

    def action_decline(self) -> None:
        """Write nothing."""
        self._end(Decline(step=self.step))

    def action_copy_text(self) -> None:
        """Copy the diff of everything that is taken."""
        self.stanch.copy("".join(file.diff for file in self.files))

    def _approval(self, branch: str = "") -> Approve:
        declined, edited = [], []
        for spot in self.spots:
            file, choice = self._at(spot)
            if not choice.accepted:
                declined.append((file.path, spot.number))
            elif choice.edited is not None:
                edited.append((file.path, spot.number, choice.edited))
        return Approve(step=self.step, declined=tuple(declined), edited=tuple(edited), branch=branch)

    def _end(self, answer: Approve | Decline) -> None:
        self.app.pop_screen()
        self.answer(answer)
