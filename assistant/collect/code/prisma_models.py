"""Columns of Prisma's models, as ``schema.prisma`` lists them: what a whole row holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Mapping

_MODEL: Final = re.compile(r"^\s*model\s+(\w+)\s*\{(.*?)^\s*\}", re.MULTILINE | re.DOTALL)
_FIELD: Final = re.compile(r"^[ \t]*(\w+)[ \t]+(\w+)", re.MULTILINE)


def models_of(manifests: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Model to columns, relations left out; of two schemas that name the same model the columns of both."""
    bodies: dict[str, list[str]] = {}
    for path, content in sorted(manifests.items()):
        if path.endswith(".prisma"):
            for name, body in _MODEL.findall(content.decode("utf-8", "replace")):
                bodies.setdefault(name, []).append(body)
    return {
        name: tuple(
            dict.fromkeys(field for body in parts for field, kind in _FIELD.findall(body) if kind not in bodies)
        )
        for name, parts in sorted(bodies.items())
    }
