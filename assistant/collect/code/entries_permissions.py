"""What a class-based view of Django asks before any of its methods: its own settings, those of what it is made from, those of the project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.entries_look import dotted, named, text
from assistant.collect.code.entries_point import Before
from assistant.domain.syntax import Binary, Class, Declare, Literal, Name, Record, Sequence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Found, Program
    from assistant.domain.syntax import Expression

_GUARDS: Final = ("permission_classes", "authentication_classes", "login_url", "permission_required")
_OF_REST: Final = re.compile(r"(?:APIView|ViewSet|ViewSetMixin)\Z")
_DEFAULT: Final = "DEFAULT_PERMISSION_CLASSES"
_DEEPEST: Final = 8


def asked_first(program: Program, found: Found, klass: Class, everywhere: tuple[Before, ...]) -> tuple[Before, ...]:
    """Guards of a view's class: each setting as the nearest class has it, and every class and decorator that it is made from.

    A view of the REST framework that says nothing of permissions, and none of whose classes does, is held by those of the settings (``everywhere``).
    """
    settings: dict[str, Before] = {}
    made_from: list[Before] = []
    rest = False
    for module, one in lineage(program, found.module, klass):
        for field in one.fields:
            if isinstance(field.pattern, Name) and field.pattern.id in _GUARDS and field.value is not None:
                settings.setdefault(field.pattern.id, Before(module, all_of(field.value)))
        made_from += [Before(module, base) for base in one.bases]
        rest = rest or any(_OF_REST.search(dotted(base)) for base in one.bases)
    asked = tuple(settings[name] for name in _GUARDS if name in settings)
    if rest and "permission_classes" not in settings:
        asked += everywhere
    decorators = (Before(found.module, one) for one in klass.decorators)
    return (*asked, *decorators, *made_from)


def lineage(program: Program, module: str, klass: Class) -> Iterator[tuple[str, Class]]:
    """A class and the classes of the repository it is made from, nearest first, each with its module."""
    waiting: list[tuple[str, Class, int]] = [(module, klass, 0)]
    seen: set[tuple[str, int]] = set()
    while waiting:
        where, one, depth = waiting.pop(0)
        if (where, one.at) in seen or depth > _DEEPEST:
            continue
        seen.add((where, one.at))
        yield where, one
        above: list[tuple[str, Class, int]] = []
        for base in one.bases:
            parent = class_of(program, where, base)
            if parent is not None:
                above.append((*parent, depth + 1))
        waiting = above + waiting


def class_of(program: Program, module: str, base: Expression) -> tuple[str, Class] | None:
    """The class of the repository that an expression names, with its module."""
    found = named(program, module, base)
    declared = program.declaration(found)
    return (found.module, declared) if found is not None and isinstance(declared, Class) else None


def all_of(value: Expression) -> Expression:
    """``[A & B]`` asks both; an alternative is left as it is written."""
    if not isinstance(value, Sequence):
        return value
    return value._replace(items=tuple(part for item in value.items for part in _both(item)))


def _both(item: Expression) -> tuple[Expression, ...]:
    if isinstance(item, Binary) and item.operator == "&":
        return (*_both(item.left), *_both(item.right))
    return (item,)


def project_wide(program: Program) -> tuple[Before, ...]:
    """``REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": […]}``: classes named by text, or as they are."""
    out: list[Before] = []
    for path, module in sorted(program.modules.items()):
        declared = program.declared(path).get("REST_FRAMEWORK") if module.language == "py" else None
        value = declared.value if isinstance(declared, Declare) else None
        entries = value.entries if isinstance(value, Record) else ()
        for entry in entries:
            items = entry.value.items if entry.key == _DEFAULT and isinstance(entry.value, Sequence) else ()
            for item in items:
                said = text(item) if isinstance(item, Literal) else ""
                out.append(Before(path, item, said or ""))
        if out:
            break
    return tuple(out)
