"""Lists and tables whose Enter shows in the footer with the word of the one table of actions."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.widgets import DataTable, OptionList

from assistant.faces.tui.keys import ACTIONS


def _enter(act_id: str, action: str) -> Binding:
    act = next(act for act in ACTIONS if act.id == act_id)
    return Binding("enter", action, act.label, show=True, tooltip=act.says)


class Steps(OptionList):
    """The steps of a stage: Enter runs or answers."""

    BINDINGS: ClassVar = [_enter("step.run", "select")]


class Squares(DataTable[object]):
    """The matrix: Enter opens the witness."""

    BINDINGS: ClassVar = [_enter("matrix.witness", "select_cursor")]


class Owners(DataTable[object]):
    """The ownership map: Enter edits."""

    BINDINGS: ClassVar = [_enter("map.edit", "select_cursor")]


class Entries(DataTable[object]):
    """The code map: Enter shows what stands behind an entry."""

    BINDINGS: ClassVar = [_enter("code.entry", "select_cursor")]


class Commits(DataTable[object]):
    """The ranked commits: Enter shows the hunks."""

    BINDINGS: ClassVar = [_enter("deploys.commit", "select_cursor")]


class Leaks(OptionList):
    """The leaks that can be looked for: Enter starts."""

    BINDINGS: ClassVar = [_enter("bisect.start", "select")]
