"""``stanch runbook``: print an incident's runbook as Markdown, or write it to a new file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.engine.casefile import latest, read_case, runbook_of, write_new
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.settings import repository_root


if TYPE_CHECKING:
    import argparse

    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Print it; with ``--to`` write it, never over a file."""
    root = repository_root(arguments.repo)
    case = read_case(root, latest(root, arguments.id))
    text = runbook_of(case, named_from=root if arguments.authors else None)
    if arguments.to is not None:
        write_new(arguments.to, text)
    if arguments.json:
        written = str(arguments.to) if arguments.to else None
        voice.json({"id": case.incident.id, "state": case.incident.state.value, "written": written, "markdown": text})
    elif arguments.to is not None:
        voice.line(f"written: {arguments.to}")
    else:
        voice.text(text)
    return Exit.CALM
