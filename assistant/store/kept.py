"""Answers kept between runs in the user's cache: what was computed once from the same input need not be computed again.

Keys are hashes of the input and of the version of stanch; values say which attack succeeded on a schema with made-up rows, never a customer's
row. A folder that cannot be written, or a file that is broken, costs nothing but time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistant.store.places import private_folder


if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_FILES: Final = 200


def kept_folder() -> Path:
    """``$STANCH_CACHE_DIR``, else the user's cache; not created."""
    if told := os.environ.get("STANCH_CACHE_DIR"):
        return Path(told).expanduser().absolute() / "kept"
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "stanch" / "kept"


def recall(name: str) -> dict[str, Any]:
    """What was kept under a name; empty when there is nothing."""
    try:
        found = json.loads((kept_folder() / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(name: str, values: Mapping[str, Any]) -> bool:
    """Keep values under a name, in one step; False when the folder cannot be written."""
    folder = kept_folder()
    temporary = ""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        private_folder(folder)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(values, stream)
        Path(temporary).replace(folder / f"{name}.json")
        _forget_old(folder)
    except OSError:
        with contextlib.suppress(OSError):
            if temporary:
                Path(temporary).unlink(missing_ok=True)
        return False
    return True


def forget(name: str) -> None:
    """Let go of what is kept under a name."""
    with contextlib.suppress(OSError):
        (kept_folder() / f"{name}.json").unlink(missing_ok=True)


def _forget_old(folder: Path) -> None:
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in files[: max(0, len(files) - _MOST_FILES)]:
        file.unlink(missing_ok=True)
