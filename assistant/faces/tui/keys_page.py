"""The reference page of the keys, printed from the table of actions: ``python -m assistant.faces.tui.keys_page``."""

from __future__ import annotations

import sys

from assistant.faces.tui.keys import ACTIONS, shown


def page() -> str:
    """The page as Markdown."""
    lines = [
        "# Keys",
        "",
        "<!-- printed from assistant/faces/tui/keys.py; change it there -->",
        "",
        "| key | what it does | where | name for stanch.toml |",
        "|---|---|---|---|",
        *(f"| `{shown(act.keys)}` | {act.says} | {', '.join(act.screens)} | `{act.id}` |" for act in ACTIONS),
        "",
        "Arrow keys, Page Up, Page Down, Home and End work everywhere. Another key for an action stands in `stanch.toml`:",
        "",
        "```toml",
        "[keys]",
        '"step.run" = "f5"',
        "```",
        "",
        "Keys with alt, ctrl+enter and ctrl+shift are refused: they do not reach a program inside tmux.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
