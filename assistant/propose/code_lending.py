"""Whose session check a handler can be given: the one that most handlers of its file have, otherwise the nearest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.code import GuardKind, Weakness
from assistant.propose.code_reach import understood
from assistant.text.paths import shared_parts


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.propose.code_ground import CodeGround
    from codemods.tsx.donor import Lent
    from codemods.tsx.wrapped import Wrapper

_MOST_DONORS: Final = 12
_SEVERAL: Final = 3
_OFFICES: Final = 2
"""Handlers that ask for an office before they change what nobody owns."""


def lenders(ground: CodeGround, entry: Entry) -> list[Entry]:
    """Entries whose session check holds, nearest first: same file, same kind, longest common path.

    Where the one helper that all of them ask believes the cookie, it is still whom they ask: that is mended there, once.
    """
    asking = [
        (one, {guard.weakness for guard in one.guards if guard.kind is GuardKind.SESSION})
        for one in ground.map.entries
        if one.id != entry.id and one.place.file.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs"))
    ]
    out = [(None not in said, one) for one, said in asking if said & {None, Weakness.GET_SESSION}]
    return [
        one
        for _, one in sorted(
            out,
            key=lambda pair: (
                pair[0],
                pair[1].kind is not entry.kind,
                -shared_parts(pair[1].place.file, entry.place.file),
                pair[1].id,
            ),
        )
    ]


def lent(ground: CodeGround, entry: Entry) -> tuple[Entry, Lent] | None:
    """The check of the file's own handlers that most of them have; otherwise the nearest that can be written into this entry."""
    near = lenders(ground, entry)
    beside = [one for one in near if one.place.file == entry.place.file and one.kind is entry.kind]
    held = [(one, found) for one in beside if (found := _fitting(ground, one, entry)) is not None]
    if held:
        said = [found.lines for _, found in held]
        return max(held, key=lambda pair: said.count(pair[1].lines))
    keeper = _keeper(ground, entry)
    if keeper is not None:
        return keeper
    elsewhere: list[tuple[Entry, Lent]] = []
    for tried, one in enumerate(near):
        found = _fitting(ground, one, entry)
        if found is not None:
            return one, found
        strict = ground.checks.get(one.id)
        if strict is not None and strict.role and not strict.local and one.kind is entry.kind:
            elsewhere.append((one, strict))
        if tried >= _MOST_DONORS * (3 if one.kind is entry.kind else 1):
            break
    return _only_role(elsewhere)


def _keeper(ground: CodeGround, entry: Entry) -> tuple[Entry, Lent] | None:
    """Rows that nobody owns are changed by whoever keeps the house: the nearest check of that office, where most handlers that change such rows ask for it."""
    if not _changes_unowned(ground, entry):
        return None
    asking = {GuardKind.SESSION, GuardKind.ROLE}
    alike = [
        one
        for one in ground.map.entries
        if one.kind is entry.kind
        and one.id != entry.id
        and any(guard.kind in asking and guard.weakness is None for guard in one.guards)
        and _changes_unowned(ground, one)
    ]
    alike.sort(key=lambda one: (-shared_parts(one.place.file, entry.place.file), one.id))
    for one in alike:
        _fitting(ground, one, entry)
    asked = [(one, check) for one in alike if (check := ground.checks.get(one.id)) is not None]
    strict = [
        (one, check)
        for one, check in asked
        if check.role and not check.local and understood(ground, check.needs, one.place.file, entry.place.file)
    ]
    return strict[0] if len(strict) >= _OFFICES and len(strict) > len(asked) - len(strict) else None


def _changes_unowned(ground: CodeGround, entry: Entry) -> bool:
    """It changes or deletes rows, and no column says whose any of them are."""
    changed = [query for query in entry.queries if query.verb in {"update", "delete"}]
    return bool(changed) and not any(ground.owner_columns(query.table, query.engine) for query in changed)


def wrapper(ground: CodeGround, entry: Entry) -> Wrapper | None:
    """The wrapper that several functions of the same file stand in as a whole, when it can be called with what this one has."""
    from codemods.tsx.wrapped import wrapper_of

    found = []
    for one in lenders(ground, entry):
        if one.place.file == entry.place.file and one.kind is entry.kind:
            source = ground.read(one.place.file)
            held = wrapper_of(source, one.place.file, one.at, _refusing(one, source))
            found += [held] if held is not None else []
    best = max(found, key=found.count, default=None)
    return best if best is not None and found.count(best) > 1 else None


def _only_role(found: list[tuple[Entry, Lent]]) -> tuple[Entry, Lent] | None:
    """Where every check asks for the same role, there is no other way in: a shop with one keeper."""
    said = [check.lines for _, check in found]
    return found[0] if len(said) >= _SEVERAL and len(set(said)) == 1 else None


def _fitting(ground: CodeGround, one: Entry, entry: Entry) -> Lent | None:
    """The check of another entry, when it can stand in this one."""
    from assistant.propose.code_plan import range_of_line
    from codemods.tsx.donor import lend, lend_at

    if one.id not in ground.checks:
        try:
            source = ground.read(one.place.file)
            found = lend(source, one.place.file, one.at, _refusing(one, source))
            asks = {GuardKind.SESSION, GuardKind.ROLE}
            held = [guard for guard in one.guards if guard.kind in asks and guard.weakness is None and not guard.chain]
            if found is None and held and held[0].place.file == one.place.file:
                # who refuses strangers is known, whatever it is called
                role = any(guard.kind is GuardKind.ROLE for guard in held)
                found = lend_at(source, one.place.file, one.at, range_of_line(source, held[0].place.line), role=role)
            ground.checks[one.id] = found if found is None or not _works(ground, found) else None
        except (OSError, KeyError):
            ground.checks[one.id] = None
    found = ground.checks[one.id]
    if found is None or (found.local and one.place.file != entry.place.file):
        return None
    if not understood(ground, found.needs, one.place.file, entry.place.file):
        return None
    fits = one.kind is entry.kind or not any(found.request)
    # who may do something in one folder says nothing about another
    strict = found.role and (one.kind is entry.kind or bool(found.helper))
    apart = _folder(one) != _folder(entry) and not (_office(one) and _office(one) == _office(entry))
    return found if fits and not (strict and apart) else None


def _works(ground: CodeGround, found: Lent) -> bool:
    """What it asks is a handler of its own (an action that lists rows): it refuses strangers too, and is no check."""
    from codemods.tsx.scope import CHECKS, SESSION_CALLS

    asked = (one.name for one in found.needs if one.name in ground.handlers)
    return any(not SESSION_CALLS.match(name) and not CHECKS.search(name) for name in asked)


def _refusing(entry: Entry, source: bytes) -> frozenset[str]:
    """Functions that an entry calls and that refuse strangers themselves: the check stands in them."""
    first, last = (source.count(b"\n", 0, at) + 1 for at in entry.at)
    return frozenset(
        guard.chain[0].rsplit(".", 1)[-1]
        for guard in entry.guards
        if guard.kind in {GuardKind.SESSION, GuardKind.ROLE}
        and guard.weakness is None
        and guard.chain
        and not (guard.place.file == entry.place.file and first <= guard.place.line <= last)
    )


def _office(entry: Entry) -> str:
    """``app/api/admin`` of everything below it: whoever administers does so in all of its folders; empty elsewhere."""
    found = re.match(r"(?:.*/)?\(?(?:admin|backoffice|staff)\)?(?=/)", entry.place.file)
    return found[0] if found is not None else ""


def _folder(entry: Entry) -> str:
    return entry.place.file.rpartition("/")[0]
