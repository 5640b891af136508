"""What would be written, as a unified diff against what lies there now: for eyes, ``--dry-run`` and the case file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assistant.domain.fixes import Artifact


def unified(root: Path, artifacts: Iterable[Artifact]) -> str:
    """A diff that ``git apply`` takes; empty when every file already has its content."""
    return "".join(_one(root, artifact) for artifact in artifacts)


def _one(root: Path, artifact: Artifact) -> str:
    there = root / artifact.path
    exists = there.is_file()
    old = there.read_text(encoding="utf-8", errors="replace") if exists else ""
    if exists and old == artifact.content:
        return ""
    lines = difflib.unified_diff(
        _lines(old),
        _lines(artifact.content),
        fromfile=f"a/{artifact.path}" if exists else "/dev/null",
        tofile=f"b/{artifact.path}",
    )
    head = f"diff --git a/{artifact.path} b/{artifact.path}\n" + ("" if exists else "new file mode 100644\n")
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    # not splitlines: it also splits at form feeds and other marks that git keeps inside a line
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
