"""Puts compiled modules before their sources, in a source tree where somebody compiled them and nobody edited them since.

``hatch_build.py`` compiles; a wheel may carry the compiled modules beside the sources and needs nothing of this. What is compiled
behaves like what it was made from, only faster; an edited source is always what runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import lru_cache
from pathlib import Path


_ROOT = Path(__file__).resolve().parent.parent
FOLDER = _ROOT / "build" / "compiled" / str(sys.implementation.cache_tag)
"""Where the compiled modules of this interpreter lie."""
MANIFEST = "sources.json"
"""Names the sources, relative to the top of the tree, and the digest of each."""


def ahead(package: str, path: list[str]) -> list[str]:
    """Where the modules of a package are looked for: compiled ones first, when they still fit their sources.

    Args:
        package: its full name.
        path: its ``__path__``.
    """
    folder = FOLDER.joinpath(*package.split("."))
    if os.environ.get("STANCH_PURE") or not folder.is_dir() or not _fits():
        return path
    return [str(folder), *path]


def digest(source: Path) -> str:
    """What a source is known by."""
    return hashlib.blake2b(source.read_bytes(), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _fits() -> bool:
    try:
        known = json.loads((FOLDER / MANIFEST).read_text("utf-8"))
        fits = bool(known) and all(digest(_ROOT / name) == said for name, said in known.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False
    if fits and str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))  # what the compiled modules share lies there under a name of its own
    return fits
