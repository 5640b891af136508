"""What would be written, as a unified diff against what lies there now: for eyes, ``--dry-run`` and the case file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.text import diff


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assistant.domain.fixes import Artifact


def unified(root: Path, artifacts: Iterable[Artifact]) -> str:
    """A diff that ``git apply`` takes; empty when every file already has its content."""
    return "".join(_one(root, artifact) for artifact in artifacts)


def _one(root: Path, artifact: Artifact) -> str:
    there = root / artifact.path
    # bytes, not read_text: that would hide the line ends the diff has to show
    old = there.read_bytes().decode("utf-8", errors="replace") if there.is_file() else None
    return diff.unified(artifact.path, old, artifact.content)
