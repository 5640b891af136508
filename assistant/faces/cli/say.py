"""Everything that is written to a terminal: data on stdout, narration on stderr, each escaped and as wide as the terminal.

Data is the same bytes on a terminal and in a pipe. Progress and colour appear only on a terminal that can show them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING, Any, TextIO

from assistant.domain.errors import NeedsPersonError
from assistant.text.screen import screen


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.errors import StanchError

_COLOURS = {"critical": "1;31", "high": "31", "medium": "33", "low": "2", "info": "2", "strong": "1", "good": "32"}
_NARROWEST = 40
_PAUSE = 0.1


class Voice:
    """One run's way of speaking."""

    stopping = threading.Event()
    """Set by the first Ctrl-C: whoever works in another thread stops at its next report."""

    def __init__(
        self, *, quiet: bool = False, colour: bool = True, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        """Speak to the process's own streams unless told otherwise."""
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.quiet = quiet
        self._colour = colour and _wants_colour(self.out)
        self._shows_progress = not quiet and self.err.isatty() and os.environ.get("TERM") != "dumb"
        self._progress_at = 0.0
        self._progress_shown = False

    # --- data -------------------------------------------------------------------------------------------------

    def json(self, value: Mapping[str, Any]) -> None:
        """Print JSON: ASCII, two blanks of indent, one line feed at the end; control characters are escaped by it."""
        self._write(json.dumps(value, indent=2, ensure_ascii=True) + "\n")

    def line(self, text: str = "", *, indent: int = 0, kind: str = "") -> None:
        """Print one line of data from anywhere, escaped, broken at blanks where the terminal ends."""
        shown = screen(text)
        lines = [shown]
        if self.out.isatty():
            width = max(_NARROWEST, shutil.get_terminal_size().columns)
            hanging = " " * (indent + 2)
            lines = textwrap.wrap(
                shown, width, initial_indent=" " * indent, subsequent_indent=hanging, break_on_hyphens=False
            ) or [""]
        else:
            lines = [" " * indent + shown if shown else ""]
        self._write("".join(self._painted(each, kind) + "\n" for each in lines))

    def block(self, text: str, *, indent: int = 0) -> None:
        """Print several lines as they are (a script, a diff), escaped but never re-broken: they are meant to be copied."""
        for each in screen(text.rstrip("\n"), lines=True).split("\n"):
            self._write(f"{' ' * indent}{each}".rstrip() + "\n")

    def text(self, text: str) -> None:
        """Print a document as it is, escaped."""
        self._write(screen(text, lines=True))

    # --- narration --------------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """A remark on stderr, unless quiet."""
        if not self.quiet:
            self._narrate(f"stanch: {screen(text)}")

    def error(self, error: StanchError) -> None:
        """One sentence and one remedy on stderr."""
        self._narrate(f"stanch: {screen(error.says)}")
        self._narrate(f"        {screen(error.remedy)}")

    def progress(self, says: str, done: int, total: int) -> None:
        """Where long work is; one line that replaces itself, at most ten times a second.

        Raises:
            NeedsPersonError: Ctrl-C was pressed while another thread worked.
        """
        if self.stopping.is_set():
            raise NeedsPersonError("stopped on request.", "Run it again when you are ready.")
        if not self._shows_progress:
            return
        now = time.monotonic()
        if now - self._progress_at < _PAUSE and done != total:
            return
        self._progress_at = now
        count = f" {done:,} of {total:,}" if total else ""
        width = max(_NARROWEST, shutil.get_terminal_size().columns) - 1
        self.err.write(f"\r\x1b[K{screen(says + count)[:width]}")
        self.err.flush()
        self._progress_shown = True

    def end_progress(self) -> None:
        """Clear the progress line."""
        if self._progress_shown:
            self.err.write("\r\x1b[K")
            self.err.flush()
            self._progress_shown = False

    def _painted(self, text: str, kind: str) -> str:
        code = _COLOURS.get(kind, "")
        return f"\x1b[{code}m{text}\x1b[0m" if code and self._colour and text else text

    def _narrate(self, text: str) -> None:
        self.end_progress()
        try:
            self.err.write(text + "\n")
            self.err.flush()
        except (BrokenPipeError, ValueError):
            pass

    def _write(self, text: str) -> None:
        self.end_progress()
        try:
            self.out.write(
                text.encode(self.out.encoding or "utf-8", "backslashreplace").decode(self.out.encoding or "utf-8")
            )
            self.out.flush()
        except BrokenPipeError:
            # whoever read us has read enough (`| head`); the run still ends with its own exit code
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.out.fileno())


def _wants_colour(stream: TextIO) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
