"""Which version of Next.js an application asks for, from its package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.code.program import Program
    from assistant.collect.code.resolve_json import Json

_MAJOR: Final = re.compile(r"\A[\^~>=v\s]*(\d{1,3})\b")
_FIELDS: Final = ("dependencies", "devDependencies", "peerDependencies")


def next_major(program: Program, path: str) -> int:
    """The version of Next.js that a module is built with: that of its package, else the oldest in the repository; 0 when nothing says."""
    packages = program.resolver.packages
    near = packages.near(path)
    own = _said(near.content) if near is not None else None
    if own is not None:
        return own
    said = [found for one in packages.by_folder.values() if (found := _said(one.content)) is not None]
    return min(said, default=0)


def _said(content: Mapping[str, Json]) -> int | None:
    """The major version that a package asks for, 0 where it says ``latest``; None when it does not use Next.js."""
    for field in _FIELDS:
        wanted = content.get(field)
        version = wanted.get("next") if isinstance(wanted, dict) else None
        if isinstance(version, str):
            match = _MAJOR.match(version)
            return int(match[1]) if match else 0
    return None
