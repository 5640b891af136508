"""What stanch needs of the terminal beyond what Textual asks for.

After a tmux re-attach a terminal may send legacy mouse bytes that are not UTF-8, and Textual's driver ends the app
(Textual issue 6668). An incident tool lives in ssh and tmux: undecodable bytes are replaced instead.
"""

from __future__ import annotations

import codecs
import os
from functools import partial
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import App


def forgiving_decoder(name: str) -> Callable[[], codecs.IncrementalDecoder]:
    """Incremental decoder factory for ``name`` that replaces what it cannot decode."""
    return partial(codecs.getincrementaldecoder(name), errors="replace")


def forgive_mouse_bytes() -> None:
    """Give Textual's POSIX driver the forgiving decoder; does nothing where that driver does not exist."""
    try:
        from textual.drivers import linux_driver
    except ImportError:
        return
    linux_driver.getincrementaldecoder = forgiving_decoder  # type: ignore[attr-defined, assignment]  # imported there by name


def copy(app: App[None], text: str, file: Path) -> str:
    """Copy ``text`` by every way that may work over ssh and say which ones were tried.

    The terminal's clipboard (OSC 52) and tmux' buffer may both be switched off without telling, so the text is always
    written to ``file`` (mode 0600) too.

    Raises:
        OSError: the file could not be written.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    app.copy_to_clipboard(text)
    if "TMUX" in os.environ:
        _into_tmux(text)
        return f"copied to the clipboard and tmux buffer; also in {file}"
    return f"copied to the clipboard; also in {file}"


def _into_tmux(text: str) -> None:
    import subprocess

    try:
        subprocess.run(["tmux", "load-buffer", "-"], input=text.encode(), check=False, capture_output=True, timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        return
