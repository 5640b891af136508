"""Small questions in front of a screen: a choice, a line of text, a list of owners' details."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class Choose(ModalScreen["str | None"]):
    """One of several answers; Escape answers nothing."""

    BINDINGS: ClassVar = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, asks: str, choices: Sequence[str], help_text: str = "") -> None:
        """Show ``choices`` in their order under the question."""
        super().__init__()
        self.asks, self.choices, self.help_text = asks, tuple(choices), help_text

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical(id="dialog"):
            yield Static(plain(self.asks, "bold"), classes="line")
            if self.help_text:
                yield Static(plain(self.help_text), classes="line")
            yield OptionList(*(plain(choice) for choice in self.choices), markup=False)
            yield Static(plain("Enter answers, Esc leaves it for later.", "dim"), classes="line")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        event.stop()
        self.dismiss(self.choices[event.option_index])

    def action_down(self) -> None:
        """One answer down."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """One answer up."""
        self.query_one(OptionList).action_cursor_up()


class Write(ModalScreen["str | None"]):
    """A line of text; Escape writes nothing, an empty line is asked again."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, asks: str, help_text: str = "", value: str = "", *, empty: str = "") -> None:
        """Start with ``value`` in the field; ``empty`` is what an empty line stands for, if it may be empty."""
        super().__init__()
        self.asks, self.help_text, self.value, self.empty = asks, help_text, value, empty

    def compose(self) -> ComposeResult:
        """The question and a field."""
        with Vertical(id="dialog"):
            yield Static(plain(self.asks, "bold"), classes="line")
            if self.help_text:
                yield Static(plain(self.help_text), classes="line")
            yield Input(value=self.value)
            nothing = f" An empty line says: {self.empty}." if self.empty else ""
            yield Static(plain(f"Enter answers, Esc leaves it for later.{nothing}", "dim"), classes="line")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, unless there is nothing to answer."""
        event.stop()
        if answer := event.value.strip() or self.empty:
            self.dismiss(answer)


class Say(ModalScreen[None]):
    """A sentence and its remedy."""

    BINDINGS: ClassVar = [Binding("escape,enter,space", "dismiss(None)", "Back")]

    def __init__(self, says: str, remedy: str) -> None:
        """Show both halves."""
        super().__init__()
        self.says, self.remedy = says, remedy

    def compose(self) -> ComposeResult:
        """The two sentences."""
        with Vertical(id="dialog"):
            yield Static(plain(self.says, "bold"), classes="line")
            yield Static(plain(self.remedy), classes="line")
            yield Static(plain("Enter or Esc to go on.", "dim"), classes="line")
