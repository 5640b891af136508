"""Models of Prisma's schema files: their columns, and which model each relation leads to.

Only what a query can name is read: models with their fields. Enumerations, types and settings are passed over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.code import DataModel


if TYPE_CHECKING:
    from collections.abc import Mapping

_MODEL: Final = re.compile(r"^\s*(?:model|view)\s+(\w+)\s*\{(.*?)^\s*\}", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"^\s*(\w+)\s+(\w+)(?:\([^)]*\))?((?:\[\])?\??)", re.MULTILINE)
_COMMENT: Final = re.compile(r"//[^\n]*")


def models(manifests: Mapping[str, bytes]) -> tuple[DataModel, ...]:
    """Every model of the schema files among ``manifests``, by name."""
    bodies: dict[str, str] = {}
    for path in sorted(manifests):
        if path.endswith(".prisma"):
            text = _COMMENT.sub("", manifests[path].decode("utf-8", "replace"))
            bodies |= {match[1]: match[2] for match in _MODEL.finditer(text)}
    return tuple(_model(name, bodies[name], bodies) for name in sorted(bodies))


def _model(name: str, body: str, known: Mapping[str, str]) -> DataModel:
    found = list(_FIELD.finditer(body))
    fields = [(match[1], match[2]) for match in found]
    return DataModel(
        name=name,
        columns=tuple(field for field, kind in fields if kind not in known),
        relations={field: kind for field, kind in fields if kind in known},
        filled=tuple(match[1] for match in found if match[2] == "String" and not match[3]),
    )
