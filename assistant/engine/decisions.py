"""What the operator decided about the code, ``[code]`` of ``stanch.toml``: read, checked, and written back with every comment kept.

``[code.public]`` names route groups (``"/api/share" = "share links, found by token"``) or single entries that need no session, each with
the reason; ``private`` of ``[code]`` lists those of which the operator said that they must not be public.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.code import Decisions
from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact
from assistant.engine.mapfile import MAP_FILE


if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tomlkit.container import Container
    from tomlkit.items import Table

_CODE: Final = "code"
_PUBLIC: Final = "public"
_PRIVATE: Final = "private"
_COMMENT: Final = "Routes that need no session, each with the reason. Reviewed like code: stanch is silent about them."


def load_decisions(root: Path) -> Decisions:
    """What stands in the file; nothing decided when there is none.

    Raises:
        UsageError: the file cannot be read, or says something that cannot be.
    """
    table = _tables(_text(root)).get(_CODE, {})
    if not isinstance(table, dict):
        raise UsageError(f"[{_CODE}] in {MAP_FILE} is not a table.", f"Write [{_CODE}.{_PUBLIC}] on a line of its own.")
    unknown = sorted(set(table) - {_PUBLIC, _PRIVATE})
    if unknown:
        raise UsageError(f"[{_CODE}] has no key {unknown[0]!r} ({MAP_FILE}).", f"Known keys: {_PUBLIC} and {_PRIVATE}.")
    public, private = table.get(_PUBLIC, {}), table.get(_PRIVATE, [])
    if not isinstance(public, dict) or not all(isinstance(why, str) and why.strip() for why in public.values()):
        raise UsageError(
            f"[{_CODE}.{_PUBLIC}] in {MAP_FILE} needs a reason for each route.",
            'Write a sentence, as in "/api/share" = "share links, found by token".',
        )
    if not isinstance(private, list) or not all(isinstance(name, str) for name in private):
        raise UsageError(
            f"{_PRIVATE} of [{_CODE}] in {MAP_FILE} is not a list of routes.", f'Write {_PRIVATE} = ["/api/admin"].'
        )
    return Decisions(public={str(name): str(why).strip() for name, why in public.items()}, private=frozenset(private))


def decided_public(decisions: Decisions, name: str, why: str) -> Decisions:
    """The decisions with one route group or entry public on purpose.

    Raises:
        UsageError: no reason was given.
    """
    if not why.strip():
        raise UsageError(f"{name} cannot be public without a reason.", "Say why it needs no session.")
    return replace(decisions, public={**decisions.public, name: why.strip()}, private=decisions.private - {name})


def decided_private(decisions: Decisions, name: str) -> Decisions:
    """The decisions with one route group or entry that must not be public."""
    public = {each: why for each, why in decisions.public.items() if each != name}
    return replace(decisions, public=public, private=decisions.private | {name})


def decisions_artifact(root: Path, decisions: Decisions) -> Artifact | None:
    """The file as it would say all of this; None when it does already.

    Raises:
        UsageError: the file that is there cannot be read, or is not valid TOML.
    """
    import tomlkit

    before = _text(root)
    _tables(before)
    if load_decisions(root) == decisions:
        return None
    document = tomlkit.parse(before or "")
    code = _table(document, _CODE)
    _put_private(code, sorted(decisions.private))
    public = _table(code, _PUBLIC)
    for gone in [name for name in public if name not in decisions.public]:
        del public[gone]
    for name, why in decisions.public.items():
        if public.get(name) != why:
            public[name] = why
    after = tomlkit.dumps(document)
    replaces = hashlib.sha256(before.encode()).hexdigest() if before is not None else None
    return Artifact(path=MAP_FILE, kind="map", content=after, replaces=replaces)


def _text(root: Path) -> str | None:
    try:
        return (root / MAP_FILE).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UsageError(f"{MAP_FILE} is not UTF-8 text.", "Correct it, or move it away.") from error
    except OSError as error:
        raise UsageError(f"{MAP_FILE} cannot be read: {error.strerror}.", "Correct it, or move it away.") from error


def _tables(text: str | None) -> dict[str, Any]:
    try:
        return tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{MAP_FILE} is not valid TOML: {error}.", "Correct the line, or move the file away."
        ) from error


def _table(inside: Container | Table, name: str) -> Table:
    """The table of that name, made when there is none."""
    import tomlkit
    from tomlkit.items import Table as TomlTable

    if name not in inside:
        made = tomlkit.table(is_super_table=name == _CODE)
        if name == _PUBLIC:
            made.add(tomlkit.comment(_COMMENT))
        inside[name] = made
    found = inside[name]
    assert isinstance(found, TomlTable)
    return found


def _put_private(code: Table, names: list[str]) -> None:
    if list(code.get(_PRIVATE, [])) == names:
        return
    if not names:
        del code[_PRIVATE]
        return
    import tomlkit

    listed = tomlkit.array()
    listed.extend(names)
    code[_PRIVATE] = listed
