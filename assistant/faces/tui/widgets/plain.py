"""Text from outside, made harmless for the terminal: no markup, no control characters."""

from __future__ import annotations

from rich.text import Text

from assistant.text.screen import screen


def plain(text: str, style: str = "") -> Text:
    """``text`` as it reads, on several lines if it has them, in one style."""
    return Text(screen(text, lines=True), style=style, end="")


def diff(text: str) -> Text:
    """A unified diff: added and removed lines keep their sign, the colour only repeats it."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    shown = Text(end="")
    for line in screen(text, lines=True).splitlines(keepends=True):
        heading = line.startswith(("+++", "---"))
        shown.append(line, style="bold" if heading else styles.get(line[:1], ""))
    return shown
