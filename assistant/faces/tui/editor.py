"""The operator's own editor on a proposed text; the text lies in a private folder meanwhile, never in the repository."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath

from assistant.domain.errors import UsageError


def edit(name: str, text: str) -> str:
    """``text`` as the operator left it in ``$VISUAL``, ``$EDITOR`` or ``vi``.

    Args:
        name: path of the proposed file; its last part names the temporary one, so that the editor knows the language.
        text: what is proposed.

    Raises:
        UsageError: there is no such editor, it failed, or what it left is not UTF-8.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"$EDITOR cannot be read: {error}.", "Set EDITOR to the name of an editor.") from error
    if not words or shutil.which(words[0]) is None:
        raise UsageError(f"there is no editor {command!r}.", "Set EDITOR to the name of an editor, and press e again.")
    with tempfile.TemporaryDirectory(prefix="stanch-edit-") as folder:
        file = Path(folder) / PurePosixPath(name).name
        file.write_text(text, encoding="utf-8")
        ended = subprocess.run([*words, str(file)], check=False).returncode
        if ended != 0:
            raise UsageError(f"the editor ended with code {ended}.", "Nothing was changed; press e to try again.")
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("what the editor left cannot be read as UTF-8 text.", "Press e to try again.") from error
