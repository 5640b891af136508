"""One entry of ``stanch.toml``: from TOML to an ``Ownership`` and back, with errors that name the line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.errors import UsageError
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind, Ownership


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.catalog import Catalog


_LISTS: Final = ("columns", "write_roles", "parent_columns", "authors", "sensitive", "privileged")
_NAMES: Final = ("tenant", "membership", "parent")
_TEXTS: Final = ("role_column", "condition", "why")
_COLUMN_FIELDS: Final = ("columns", "authors", "sensitive", "privileged", "role_column")
_FILLED_IN: Final = ("authors", "sensitive", "privileged")
"""Left out of an entry they stay what was inferred; an empty list says none."""
_BASES: Final = (OwnerKind.SELF, OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA)
_PARENT_KEY: Final = ("id",)
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, for messages."""

    file: str
    text: str
    section: str
    name: str

    def line(self) -> int:
        """1-based line of the entry's header, or of the section, or 1."""
        quoted = rf'(?:"{re.escape(self.name)}"|\'{re.escape(self.name)}\')'
        for pattern in (
            rf"^\s*\[\s*{self.section}\s*\.\s*{quoted}\s*\]",
            rf"^\s*{quoted}\s*=",
            rf"^\s*\[\s*{self.section}\b",
        ):
            found = re.search(pattern, self.text, re.MULTILINE)
            if found:
                start = found.start() + len(found[0]) - len(found[0].lstrip())
                return self.text.count("\n", 0, start) + 1
        return 1

    def error(self, says: str, remedy: str) -> UsageError:
        """A sentence that starts with file and line."""
        return UsageError(f"{self.file}:{self.line()}: {says}.", remedy)


def read_entry(place: Place, body: object, inferred: Ownership, catalog: Catalog | None) -> Ownership:
    """The entry as the file has it.

    Args:
        place: where it stands.
        body: the TOML table.
        inferred: fills in what the entry leaves out, where the kind is the same.
        catalog: to check columns; None leaves them unchecked.

    Raises:
        UsageError: it says something that cannot be.
    """
    if not isinstance(body, dict):
        raise place.error(
            f'"{place.name}" must be a table', f'Write [ownership."{place.name}"] and kind = "user" below it.'
        )
    kind = _kind(place, body.get("kind"), "kind")
    base = _kind(place, body["base"], "base") if "base" in body else None
    values: dict[str, Any] = {"kind": kind, "base": base, "confirmed": True}
    values |= {field: _list(place, body, field) for field in _LISTS if field in body}
    values |= {field: _name(place, body, field) for field in _NAMES if field in body}
    values |= {field: _text(place, body, field) for field in _TEXTS if field in body}
    same = inferred.kind is kind and values.get("columns", inferred.columns) == inferred.columns
    blank = inferred if same else Ownership(name=inferred.name, kind=kind, evidence=("stanch.toml says so",))
    for field in _FILLED_IN:
        values.setdefault(field, getattr(inferred, field))
    if kind is OwnerKind.CONDITIONAL and base is None:
        values["base"] = blank.base
    entry = replace(blank, **values)
    if (entry.base or kind) is OwnerKind.VIA and not entry.parent_columns:
        entry = replace(entry, parent_columns=_PARENT_KEY)
    _require(place, entry, may_be_blank=bool(inferred.evidence) and not inferred.columns and inferred.kind is kind)
    _check_columns(place, entry, catalog)
    return entry


def values_of(entry: Ownership, *, every: bool = False) -> dict[str, Any]:
    """What is written for an entry, in the order in which it is written; ``every`` keeps empty fields."""
    values: dict[str, Any] = {"kind": entry.kind.value, "base": entry.base.value if entry.base else None}
    for field in (
        "columns",
        "condition",
        "tenant",
        "membership",
        "role_column",
        "write_roles",
        "parent",
        "parent_columns",
    ):
        values[field] = getattr(entry, field)
    values |= {field: getattr(entry, field) for field in ("authors", "sensitive", "privileged", "why")}
    if values["parent_columns"] == _PARENT_KEY and not every:
        values["parent_columns"] = ()
    if entry.kind is OwnerKind.SERVICE and entry.why in entry.evidence and not every:
        values["why"] = ""
    return {field: _plain(value) for field, value in values.items() if every or value}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Name) else value


def _kind(place: Place, value: object, field: str) -> OwnerKind:
    allowed = [kind.value for kind in (_BASES if field == "base" else OwnerKind)]
    if value is None:
        raise place.error(f'"{place.name}" does not say its {field}', f"Add {field} = one of {', '.join(allowed)}.")
    if str(value) not in allowed:
        raise place.error(f'{field} "{value}" of "{place.name}" is not known', f"Use one of {', '.join(allowed)}.")
    return OwnerKind(str(value))


def _list(place: Place, body: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = body[field]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise place.error(f'{field} of "{place.name}" must be a list of names', f'Write {field} = ["user_id"].')
    return tuple(str(item) for item in value)


def _name(place: Place, body: Mapping[str, Any], field: str) -> Name:
    schema, dot, name = _text(place, body, field).partition(".")
    if not dot or not name:
        raise place.error(f'{field} of "{place.name}" must name its schema', f'Write {field} = "public.{schema}".')
    return Name(schema, name)


def _text(place: Place, body: Mapping[str, Any], field: str) -> str:
    if not isinstance(body[field], str):
        raise place.error(f'{field} of "{place.name}" must be text', f'Write {field} = "…".')
    return str(body[field])


def _require(place: Place, entry: Ownership, *, may_be_blank: bool) -> None:
    """What each kind cannot do without; a view may belong to somebody whose column it does not show."""
    kind = entry.base or entry.kind
    if entry.kind is OwnerKind.CONDITIONAL and not (entry.base and entry.condition):
        raise place.error(
            f'"{place.name}" is conditional and needs a base and a condition',
            'Write base = "user" and condition = "is_public", the SQL under which everyone may read.',
        )
    if kind in _BASES and not (entry.columns or may_be_blank):
        raise place.error(f'"{place.name}" needs the columns that name its owner', 'Write columns = ["user_id"].')
    if kind is OwnerKind.MEMBERSHIP and len(entry.columns) != _PAIR and not (may_be_blank and not entry.columns):
        raise place.error(
            f'"{place.name}" is a membership and needs two columns',
            'Write columns = ["user_id", "organization_id"]: the user first, then the tenant.',
        )
    if kind is OwnerKind.VIA and entry.parent is None:
        raise place.error(f'"{place.name}" needs its parent', 'Write parent = "public.chats".')


def _check_columns(place: Place, entry: Ownership, catalog: Catalog | None) -> None:
    if catalog is None:
        return
    found = catalog.tables.get(entry.name) or catalog.views.get(entry.name)
    if found is None:  # a bucket: its columns are those of storage.objects
        return
    known = [column.name for column in found.columns]
    for field in _COLUMN_FIELDS:
        value = getattr(entry, field)
        if field == "role_column" and entry.kind is not OwnerKind.MEMBERSHIP:
            continue
        for column in (value,) if isinstance(value, str) else value or ():
            if column not in known:
                raise place.error(f'{place.name} has no column "{column}"', f"Its columns are {', '.join(known)}.")
