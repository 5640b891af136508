"""The one door from the command line to the terminal interface."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from assistant.engine.options import Options
    from assistant.faces.cli.say import Voice

_COLUMNS, _LINES = 60, 20


def open_terminal(arguments: argparse.Namespace, voice: Voice) -> int:
    """Open the terminal interface on a repository.

    Raises:
        UsageError: not a repository, not a terminal, or one that is too small.
    """
    from assistant.faces.cli.settings import options_from, repository_root

    root = repository_root(arguments.repo)
    return show(root, options_from(arguments, root, voice))


def show(root: Path, options: Options) -> int:
    """Open the terminal interface on a root that is known to be one.

    Raises:
        UsageError: there is no terminal, or one that is too small.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the terminal interface needs a terminal.", "Use `stanch prove`, or another verb of `stanch --help`."
        )
    size = shutil.get_terminal_size()
    if size.columns < _COLUMNS or size.lines < _LINES:
        raise UsageError(
            f"this terminal is {size.columns} by {size.lines}; the interface needs {_COLUMNS} by {_LINES}.",
            "Make it larger, or use `stanch prove`, which fits any terminal.",
        )
    from assistant.faces.cli.settings import keys_of
    from assistant.faces.tui.app import open_tui
    from assistant.faces.tui.keys import keymap

    # at three in the morning one migration closes the leaks; the rest waits for `stanch fix`
    return open_tui(root, replace(options, leaks_only=True), keymap(keys_of(root)))
