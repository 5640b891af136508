"""The map of owners as a file to write: ``stanch.toml`` with the operator's comments kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact


if TYPE_CHECKING:
    from pathlib import Path

    from assistant.domain.ownership import OwnershipMap

MAP_FILE = "stanch.toml"


def map_artifact(root: Path, ownership: OwnershipMap) -> Artifact | None:
    """What would be written to save the map; None when the file says all of it already.

    Raises:
        UsageError: the file that is there cannot be read, or is not valid TOML.
    """
    from assistant.ownership.file import render

    path = root / MAP_FILE
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{MAP_FILE} cannot be read: {error}.", "Correct it, or move it away.") from error
    content = render(before or "", ownership)
    if content == before:
        return None
    replaces = hashlib.sha256(before.encode()).hexdigest() if before is not None else None
    return Artifact(path=MAP_FILE, kind="map", content=content, replaces=replaces)
