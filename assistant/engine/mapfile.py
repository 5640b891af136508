"""The map of owners as a file to write: ``stanch.toml`` with the operator's comments kept."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog
    from assistant.domain.ownership import OwnershipMap

MAP_FILE = "stanch.toml"


def map_artifact(root: Path, ownership: OwnershipMap) -> Artifact | None:
    """What would be written to save the map; None when the file says all of it already.

    Raises:
        UsageError: the file that is there cannot be read, or is not valid TOML.
    """
    from assistant.ownership.file import save

    path = root / MAP_FILE
    try:
        before = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise UsageError(f"{MAP_FILE} cannot be read: {error.strerror}.", "Correct it, or move it away.") from error
    # the map is saved beside the repository first: only what was approved is ever written into it
    with tempfile.TemporaryDirectory(prefix="stanch-map-") as folder:
        beside = Path(folder) / MAP_FILE
        if before is not None:
            beside.write_bytes(before)
        save(beside, ownership)
        after = beside.read_bytes() if beside.exists() else b""
    if after == (before or b""):
        return None
    replaces = hashlib.sha256(before).hexdigest() if before is not None else None
    return Artifact(path=MAP_FILE, kind="map", content=after.decode("utf-8"), replaces=replaces)


def map_from(text: str, inferred: OwnershipMap, catalog: Catalog) -> OwnershipMap:
    """The map that a text of stanch.toml describes.

    Raises:
        UsageError: it says something that cannot be; with file and line.
    """
    from assistant.ownership.file import load

    with tempfile.TemporaryDirectory(prefix="stanch-map-") as folder:
        beside = Path(folder) / MAP_FILE
        beside.write_text(text, encoding="utf-8")
        return load(beside, inferred, catalog)
