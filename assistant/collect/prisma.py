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
_KEY: Final = re.compile(
    r"^[ \t]*\w+[ \t]+(\w+)\??[ \t]+[^\n]*@relation\([^\n]*fields:\s*\[\s*(\w+)\s*\]\s*,\s*references:\s*\[\s*(?:id|uuid|_id)\s*\]",
    re.MULTILINE,
)
"""A key that leads to an id: a domain, a slug or a client's public name is none, and whoever writes one down may mean their own."""
_COMMENT: Final = re.compile(r"//[^\n]*")


def models(manifests: Mapping[str, bytes]) -> tuple[DataModel, ...]:
    """Every model of the schema files among ``manifests``, by name."""
    bodies = _bodies(manifests)
    return tuple(_model(name, bodies[name], bodies) for name in sorted(bodies))


def keys(manifests: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """Model to its columns that refer to another model, with that model: ``@relation(fields: [teamId], references: [id])``."""
    bodies = _bodies(manifests)
    found = {name: {match[2]: match[1] for match in _KEY.finditer(bodies[name])} for name in sorted(bodies)}
    return {name: columns for name, columns in found.items() if columns}


def _bodies(manifests: Mapping[str, bytes]) -> dict[str, str]:
    """What stands between the braces of each model."""
    bodies: dict[str, str] = {}
    for path in sorted(manifests):
        if path.endswith(".prisma"):
            text = _COMMENT.sub("", manifests[path].decode("utf-8", "replace"))
            bodies |= {match[1]: match[2] for match in _MODEL.finditer(text)}
    return bodies


def _model(name: str, body: str, known: Mapping[str, str]) -> DataModel:
    found = list(_FIELD.finditer(body))
    fields = [(match[1], match[2]) for match in found]
    return DataModel(
        name=name,
        columns=tuple(field for field, kind in fields if kind not in known),
        relations={field: kind for field, kind in fields if kind in known},
        filled=tuple(match[1] for match in found if match[2] == "String" and not match[3]),
        documents=tuple(field for field, kind in fields if kind == "Json"),
    )
