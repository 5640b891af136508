"""One file's change as a unified diff that ``git apply`` takes, with the file's own line ends."""

from __future__ import annotations

import difflib


def unified(path: str, before: str | None, after: str | None) -> str:
    """The diff; empty when nothing changed.

    Args:
        path: relative to the root, forward slashes.
        before: text that lies there, None when there is no file.
        after: text that shall lie there, None when the file goes.
    """
    if before == after:
        return ""
    lines = difflib.unified_diff(
        _lines(before or ""),
        _lines(after or ""),
        fromfile="/dev/null" if before is None else f"a/{path}",
        tofile="/dev/null" if after is None else f"b/{path}",
    )
    head = f"diff --git a/{path} b/{path}\n"
    head += "new file mode 100644\n" if before is None else ""
    head += "deleted file mode 100644\n" if after is None else ""
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    # not splitlines: it also splits at form feeds and other marks that git keeps inside a line
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
