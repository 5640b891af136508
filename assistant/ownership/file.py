"""The ownership map in the operator's ``stanch.toml``: read, checked, and written back without losing a comment.

Only the tables ``[ownership]`` and ``[public]`` are touched; order, comments and unknown keys stay. What the file says wins over
what was inferred; what it leaves out is filled in; what no longer exists is reported as stale and left standing.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError
from tomlkit.items import Table

from assistant.domain.errors import UsageError
from assistant.domain.ownership import OwnerKind, OwnershipMap
from assistant.ownership.entries import Place, read_entry, values_of
from assistant.ownership.render import render


if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from assistant.domain.catalog import Catalog
    from assistant.domain.names import Name
    from assistant.domain.ownership import Ownership


_OWNERSHIP: Final = "ownership"
_PUBLIC: Final = "public"
_HEADER: Final = "Who owns each row. Reviewed like code: every attack, policy and test of stanch is derived from it."


def load(path: Path, inferred: OwnershipMap, catalog: Catalog | None = None) -> OwnershipMap:
    """The map as the operator confirmed it, with inferred entries where the file is silent.

    Args:
        path: ``stanch.toml``; it need not exist.
        inferred: what stanch would say by itself.
        catalog: to check that the columns named in the file exist; unchecked without it.

    Raises:
        UsageError: the file cannot be read, or says something that cannot be; with file and line.
    """
    text = _read(path)
    if text is None:
        return inferred
    document = _parse(path, text)
    known = {str(name): name for name in inferred.entries}
    entries = dict(inferred.entries)
    confirmed: set[Name] = set()
    stale: list[str] = []
    for written, body in _section(path, text, document, _OWNERSHIP).items():
        place = Place(path.name, text, _OWNERSHIP, written)
        if "." not in written and isinstance(body, dict) and "kind" not in body:
            name = f"{written}.{next(iter(body), 'chats')}"
            raise place.error(f'"{name}" must stand in quotes', f'Write [ownership."{name}"].')
        if written not in known:
            stale.append(written)
            continue
        entry = read_entry(place, body, entries[known[written]], catalog)
        confirmed.add(entry.name)
        if entry.kind is not OwnerKind.UNKNOWN:  # unknown is no answer: what is inferred by now may know more
            entries[entry.name] = entry
    for written, why in _section(path, text, document, _PUBLIC).items():
        if written not in known:
            stale.append(written)
            continue
        if not isinstance(why, str) or not why.strip():
            place = Place(path.name, text, _PUBLIC, written)
            raise place.error(
                f'"{written}" needs a reason why everyone may read it',
                'Write a sentence, as in "public.plans" = "our price list".',
            )
        if known[written] not in confirmed:
            entries[known[written]] = _public(entries[known[written]], str(why))
            confirmed.add(known[written])
    return replace(
        inferred,
        entries={name: entries[name] for name in sorted(entries)},
        questions=_still_open(inferred, entries, confirmed),
        confirmed=bool(entries) and confirmed == set(entries),
        stale=tuple(sorted(stale)),
    )


def save(path: Path, ownership: OwnershipMap) -> None:
    """Write every entry of the map into the file; nothing is written when nothing changes.

    A new public entry goes to ``[public]`` with its reason, all others to ``[ownership."schema.name"]`` with the first piece of
    evidence as a comment. The file is replaced in one step and keeps its mode.

    Raises:
        UsageError: the file that is there cannot be read as TOML, or the folder cannot be written.
    """
    text = _read(path)
    document = _parse(path, text) if text is not None else tomlkit.document()
    if text is None:
        document.add(tomlkit.comment(_HEADER))
    public = _section(path, text or "", document, _PUBLIC)
    owned = _section(path, text or "", document, _OWNERSHIP)
    for name, entry in ownership.entries.items():
        written = str(name)
        if entry.kind is OwnerKind.PUBLIC and written not in owned:
            why = entry.why or (entry.evidence[0] if entry.evidence else "meant for everyone")
            if public.get(written) != why:
                _ensure(document, _PUBLIC)[written] = why
            continue
        if written in public:
            del _ensure(document, _PUBLIC)[written]
        _put(_ensure(document, _OWNERSHIP), entry)
    result = tomlkit.dumps(document)
    if result != text:
        _write(path, result)


def _public(entry: Ownership, why: str) -> Ownership:
    return replace(
        entry,
        kind=OwnerKind.PUBLIC,
        columns=(),
        base=None,
        tenant=None,
        membership=None,
        parent=None,
        parent_columns=(),
        condition=None,
        privileged=(),
        why=why,
        confirmed=True,
    )


def _still_open(inferred: OwnershipMap, entries: dict[Name, Ownership], confirmed: set[Name]) -> tuple[Any, ...]:
    """Questions without the objects that the file answers."""
    found = []
    for question in inferred.questions:
        objects = tuple(
            name for name in question.objects if name not in confirmed or entries[name].kind is OwnerKind.UNKNOWN
        )
        if objects:
            found.append(replace(question, objects=objects))
    return tuple(found)


def _put(owned: Table, entry: Ownership) -> None:
    """Bring one ``[ownership."…"]`` table up to date, key by key, so that what is right already is not touched."""
    written = str(entry.name)
    wanted = values_of(entry)
    if written not in owned:
        table = tomlkit.table()
        if entry.evidence:
            table.add(tomlkit.comment(entry.evidence[0]))
        for key, value in wanted.items():
            table.add(key, value)
        owned.add(written, table)
        return
    table = owned[written]
    for key, value in wanted.items():
        if key not in table or table[key] != value:
            table[key] = value
    for key in set(values_of(replace(entry, kind=OwnerKind.UNKNOWN), every=True)) - set(wanted):
        if key in table:
            del table[key]


def _ensure(document: TOMLDocument, section: str) -> Table:
    if section not in document:
        document.add(section, tomlkit.table(is_super_table=section == _OWNERSHIP))
    found = document[section]
    assert isinstance(found, Table)
    return found


def _section(path: Path, text: str, document: TOMLDocument, section: str) -> dict[str, Any]:
    """The entries below a section by dotted name."""
    found = document.get(section, {})
    if not isinstance(found, dict):
        raise Place(path.name, text, section, "").error(
            f"[{section}] must be a table", f"Write it as [{section}] with one entry an object."
        )
    return {str(key): value for key, value in found.items()}


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name} is not UTF-8 text.", "Save it as UTF-8 and run the command again.") from error
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}.", "Check its permissions.") from error


def _parse(path: Path, text: str) -> TOMLDocument:
    try:
        return tomlkit.parse(text)
    except ParseError as error:
        says = str(error).rpartition(" at line ")[0] or str(error)
        raise UsageError(
            f"{path.name}:{error.line}: this is not TOML: {says}.", "Correct the line and run the command again."
        ) from error
    except TOMLKitError as error:
        raise UsageError(
            f"{path.name}: this is not TOML: {error}.", "Correct the file and run the command again."
        ) from error


def _write(path: Path, text: str) -> None:
    """Replace the file in one step: whoever reads meanwhile sees the old or the new one, never half of it."""
    target = Path(os.path.realpath(path))
    temporary = ""
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode if mode is not None else 0o644)
        Path(temporary).replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            if temporary:
                Path(temporary).unlink(missing_ok=True)
        raise UsageError(
            f"{path.name} cannot be written: {error.strerror}.", "Check the folder's permissions and free space."
        ) from error


__all__ = ["load", "render", "save"]
