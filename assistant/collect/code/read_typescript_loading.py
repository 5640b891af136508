"""Modules loaded by a call: ``require("y")`` and ``await import("y")`` that bind names count as imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.syntax import Attribute, Await, Call, Import, Literal, Name, RecordPattern


if TYPE_CHECKING:
    from assistant.collect.code.read_typescript_state import Reading
    from assistant.domain.syntax import Expression, Pattern


def loaded(reading: Reading, pattern: Pattern, value: Expression) -> bool:
    """Whether a declaration only loads a module; then its names are noted as imports.

    A name that is already bound to something else by an import stays a declaration: two functions may each load a ``db``.
    """
    member = ""
    if isinstance(value, Attribute):
        member, value = value.name, value.of
    source = specifier_of(value)
    if source is None:
        return False
    at = value.at
    if isinstance(pattern, Name):
        found = [Import(pattern.id, source, member or "*", type_only=False, at=at)]
    elif isinstance(pattern, RecordPattern) and not member and not pattern.rest:
        found = []
        for part in pattern.parts:
            if part.default is not None or not isinstance(part.pattern, Name):
                return False
            found.append(Import(part.pattern.id, source, part.key, type_only=False, at=at))
    else:
        return False
    known = {item.local: (item.source, item.name) for item in reading.imports}
    if any(known.get(item.local, (item.source, item.name)) != (item.source, item.name) for item in found):
        return False
    reading.imports.extend(item for item in found if item.local not in known)
    return True


def specifier_of(value: Expression) -> str | None:
    """The specifier of ``require("y")`` or ``await import("y")``."""
    name = "require"
    if isinstance(value, Await):
        value, name = value.operand, "import"
    if (
        isinstance(value, Call)
        and isinstance(value.callee, Name)
        and value.callee.id == name
        and len(value.arguments) >= 1
        and isinstance(value.arguments[0], Literal)
        and isinstance(value.arguments[0].value, str)
    ):
        return value.arguments[0].value
    return None
