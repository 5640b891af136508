"""The one table of actions: keys, footer, palette, help and docs all read it.

No chord that tmux, screen or a browser terminal eats: no alt, no ctrl+enter, no ctrl+shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.binding import Binding

FORBIDDEN: Final = ("alt+", "ctrl+enter", "ctrl+shift+", "meta+", "super+")
"""Parts of keys that do not reach a program inside tmux over ssh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something the operator can do."""

    id: str
    """Kebab-case with a dot: where, what."""
    keys: str
    """Comma-separated, first one shown."""
    action: str
    """Name of the Textual action."""
    label: str
    """One word for the footer."""
    says: str
    """One sentence for the help and the palette."""
    screens: tuple[str, ...]
    """Screens on which it works."""
    footer: tuple[str, ...] = ()
    """Screens that show it in their footer (six at most on one)."""


ACTIONS: Final = (
    Act(id="step.run", keys="enter", action="run_step", label="Go", says="Run the step, or answer what it asks.", screens=("stage",), footer=("stage",)),
    Act(id="step.skip", keys="s", action="skip_step", label="Skip", says="Leave the step out and say why.", screens=("stage",)),
    Act(id="step.undo", keys="u", action="undo_step", label="Undo", says="Take back what the step wrote.", screens=("stage",)),
    Act(id="step.cancel", keys="c", action="app.cancel_step", label="Cancel", says="Stop the running step; nothing it did is kept.", screens=("stage",)),
    Act(id="view.matrix", keys="m", action="app.open_matrix", label="Matrix", says="Who can do what to which table.", screens=("stage",), footer=("stage",)),
    Act(id="view.map", keys="o", action="app.open_map", label="Owners", says="Who owns the rows of each table; edit it.", screens=("stage",), footer=("stage",)),
    Act(id="view.code", keys="r", action="app.open_code", label="Routes", says="Every way into the code: who is asked, and which rows it reaches.", screens=("stage",), footer=("stage",)),
    Act(id="view.deploys", keys="d", action="app.open_deploys", label="Deploys", says="Which commit opened it: ranked, with when each went live and why it counts.", screens=("stage",)),
    Act(id="view.bisect", keys="b", action="app.open_bisect", label="Bisect", says="Find the commit that opened one leak, by attacking the commits between.", screens=("stage", "deploys"), footer=("deploys",)),
    Act(id="view.timeline", keys="t", action="app.open_timeline", label="Timeline", says="Everything that happened, in UTC.", screens=("stage",)),
    Act(id="note.add", keys="n", action="app.add_note", label="Note", says="Add a line to the timeline.", screens=("stage", "timeline"), footer=("timeline",)),
    Act(id="text.copy", keys="y", action="copy_text", label="Copy", says="Copy what is shown; it is also written to a file.", screens=("stage", "witness", "approve", "hunks", "commit", "bisect"), footer=("witness", "approve", "commit")),
    Act(id="stage.next", keys="right_square_bracket", action="app.next_stage", label="Next stage", says="Go to the next stage.", screens=("stage",)),
    Act(id="stage.previous", keys="left_square_bracket", action="app.previous_stage", label="Stage before", says="Go to the stage before.", screens=("stage",)),
    Act(id="pane.next", keys="tab", action="next_pane", label="Pane", says="Go to the next pane.", screens=("stage",)),
    Act(id="move.down", keys="j", action="move(1)", label="Down", says="One line down; the arrow keys work as well.", screens=("stage", "matrix", "map", "code", "deploys", "commit", "bisect", "timeline", "witness", "approve", "hunks")),
    Act(id="move.up", keys="k", action="move(-1)", label="Up", says="One line up.", screens=("stage", "matrix", "map", "code", "deploys", "commit", "bisect", "timeline", "witness", "approve", "hunks")),
    Act(id="matrix.witness", keys="enter", action="open_witness", label="Witness", says="The script and the row behind the cell.", screens=("matrix",), footer=("matrix",)),
    Act(id="matrix.leaks", keys="l", action="toggle_leaks", label="Only leaks", says="Show only objects that leak or could not be tested, or all.", screens=("matrix",), footer=("matrix",)),
    Act(id="map.edit", keys="enter,e", action="edit_owner", label="Edit", says="Say who owns the rows of this table.", screens=("map",), footer=("map",)),
    Act(id="map.save", keys="w", action="save_map", label="Save", says="Write the map to stanch.toml.", screens=("map",), footer=("map",)),
    Act(id="code.entry", keys="enter", action="open_entry", label="Details", says="The guards, the queries with their filters and ties, and where each stands.", screens=("code",), footer=("code",)),
    Act(id="code.open", keys="l", action="toggle_open", label="Only open", says="Show only what leaks, is open, is asked about or was partly read, or all.", screens=("code",), footer=("code",)),
    Act(id="code.public", keys="p", action="say_public", label="Public", says="Say whether a route is public on purpose, and why.", screens=("code",), footer=("code",)),
    Act(id="code.close", keys="x", action="close_route", label="Closable", says="Put a switch into the route, so that it can be closed while it is mended.", screens=("code",)),
    Act(id="code.save", keys="w", action="save_decisions", label="Save", says="Write what you said about routes to stanch.toml.", screens=("code",), footer=("code",)),
    Act(id="deploys.commit", keys="enter", action="open_commit", label="Hunks", says="Why the commit counts, and its hunks as a diff.", screens=("deploys",), footer=("deploys",)),
    Act(id="deploys.counting", keys="l", action="toggle_counting", label="Only counting", says="Show only commits that did something to access, or all.", screens=("deploys",), footer=("deploys",)),
    Act(id="commit.behaviour", keys="v", action="show_behaviour", label="Behaviour", says="What actors can do with the commit that they could not do before it.", screens=("commit",), footer=("commit",)),
    Act(id="bisect.start", keys="enter", action="start", label="Start", says="Look for the commit that opened the leak under the cursor; after the search, show its witness.", screens=("bisect",), footer=("bisect",)),
    Act(id="bisect.keep", keys="w", action="keep", label="Keep", says="Write what was found into the timeline.", screens=("bisect",), footer=("bisect",)),
    Act(id="approve.yes", keys="a", action="approve", label="Approve", says="Write these files into the repository.", screens=("approve",), footer=("approve",)),
    Act(id="approve.no", keys="d", action="decline", label="Decline", says="Write nothing.", screens=("approve",), footer=("approve",)),
    Act(id="approve.edit", keys="e", action="edit", label="Edit", says="Change the migration in $EDITOR; it is rehearsed again.", screens=("approve",), footer=("approve",)),
    Act(id="hunk.take", keys="a", action="take", label="Take", says="Take this edit; Enter turns it over.", screens=("hunks",), footer=("hunks",)),
    Act(id="hunk.leave", keys="d", action="leave", label="Leave out", says="Leave this edit out.", screens=("hunks",), footer=("hunks",)),
    Act(id="hunk.edit", keys="e", action="edit", label="Edit", says="Change the text of this edit in $EDITOR; it must still parse.", screens=("hunks",), footer=("hunks",)),
    Act(id="hunk.write", keys="w", action="write", label="Write", says="Write the edits that were taken into the files.", screens=("hunks",), footer=("hunks",)),
    Act(id="hunk.branch", keys="b", action="branch", label="Branch", says="Put the edits that were taken on a new branch; the files here stay as they are.", screens=("hunks",), footer=("hunks",)),
    Act(id="hunk.decline", keys="x", action="decline", label="Decline all", says="Write nothing.", screens=("hunks",)),
    Act(id="screen.back", keys="escape", action="back", label="Back", says="Leave this screen.", screens=("stage", "matrix", "map", "code", "deploys", "commit", "bisect", "timeline", "witness", "approve", "hunks", "help"), footer=("matrix", "map", "code", "deploys", "commit", "bisect", "timeline", "witness", "approve", "hunks", "help")),
    Act(id="app.help", keys="f1,question_mark", action="open_help", label="Help", says="All keys, and what this tool proves.", screens=("stage", "matrix", "map", "code", "deploys", "bisect", "timeline"), footer=("stage", "matrix", "map", "code", "deploys", "bisect", "timeline")),
    Act(id="app.quit", keys="q", action="app.leave", label="Quit", says="Leave; everything is kept and the next start goes on here.", screens=("stage",), footer=("stage",)),
)  # fmt: skip
"""Every action, in the order of the help."""


def actions_of(screen: str) -> tuple[Act, ...]:
    """Actions that work on a screen, in table order."""
    return tuple(act for act in ACTIONS if screen in act.screens)


def bindings(screen: str) -> list[Binding]:
    """Textual bindings of a screen; the binding id is the action's id, so that a keymap can move it."""
    from textual.binding import Binding

    return [
        Binding(act.keys, act.action, act.label, show=screen in act.footer, id=act.id, tooltip=act.says)
        for act in actions_of(screen)
    ]


def keymap(configured: Mapping[str, object]) -> dict[str, str]:
    """The operator's own keys (``[keys]`` in stanch.toml), checked.

    Raises:
        UsageError: an unknown action, a key that does not reach us inside tmux, or two actions of one screen on one key.
    """
    known = {act.id: act for act in ACTIONS}
    for name, key in configured.items():
        if name not in known:
            raise UsageError(
                f"stanch.toml gives a key to {name!r}, which is no action.",
                "Press F1 in stanch for the list of actions.",
            )
        if not isinstance(key, str) or not key or any(part in key for part in FORBIDDEN):
            raise UsageError(
                f"stanch.toml gives {name} a key that does not work inside tmux.",
                "Use letters, digits, F-keys or ctrl with a letter.",
            )
    keys = {name: str(configured.get(name, act.keys)) for name, act in known.items()}
    for screen in {screen for act in ACTIONS for screen in act.screens}:
        taken: dict[str, str] = {}
        for act in actions_of(screen):
            for key in keys[act.id].split(","):
                if key in taken and act.id != taken[key] and (act.id in configured or taken[key] in configured):
                    raise UsageError(
                        f"stanch.toml gives {key!r} to both {taken[key]} and {act.id}.", "Give one of them another key."
                    )
                taken[key] = act.id
    return {name: str(key) for name, key in configured.items()}


def shown(key: str) -> str:
    """A key as a person writes it."""
    names = {
        "question_mark": "?",
        "right_square_bracket": "]",
        "left_square_bracket": "[",
        "escape": "Esc",
        "enter": "Enter",
        "tab": "Tab",
    }
    return " or ".join(
        names.get(part, part.upper() if part.startswith("f") and part[1:].isdigit() else part)
        for part in key.split(",")
    )
