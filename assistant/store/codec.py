"""Happenings as JSON and back: one table from the domain's classes, so that a new happening needs no code here."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache

from assistant.domain import events
from assistant.domain.errors import CaseFileError


FORMAT = 1
"""Version of a journal line; a line with a higher one was written by a newer stanch."""

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks: the bytes that are hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )


def encode_event(event: events.Event) -> bytes:
    """One line of the journal without its line feed."""
    what = {field.name: getattr(event.what, field.name) for field in dataclasses.fields(event.what)}
    return canonical(
        {
            "v": FORMAT,
            "n": event.n,
            "at": event.at.isoformat(),
            "by": event.by,
            "prev": event.prev,
            "kind": kind_of(type(event.what)),
            "what": _plain(what),
        }
    )


def event_sha(event: events.Event) -> str:
    """SHA-256 of an event's line: what the next event names as ``prev``."""
    return hashlib.sha256(encode_event(event)).hexdigest()


def decode_event(line: bytes) -> events.Event:
    """One event from its line.

    Raises:
        CaseFileError: a newer stanch wrote the line.
        ValueError: the line is not one of a journal.
    """
    data = json.loads(line.decode("utf-8"))
    if not isinstance(data, dict) or "v" not in data:
        raise ValueError("not a line of a journal")
    if int(data["v"]) > FORMAT or data.get("kind") not in _kinds():
        raise CaseFileError(
            "this case file was written by a newer version of stanch.",
            "Update stanch and open it again; nothing in it was changed.",
        )
    try:
        return events.Event(
            n=int(data["n"]),
            at=datetime.fromisoformat(data["at"]),
            by=str(data["by"]),
            prev=str(data["prev"]),
            what=_happening(_kinds()[data["kind"]], data["what"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an event: {error}") from error


def kind_of(happening: type) -> str:
    """``StepStarted`` is ``step-started`` in the journal."""
    return _WORD.sub("-", happening.__name__).lower()


@cache
def _kinds() -> Mapping[str, type[events.Happening]]:
    return {kind_of(kind): kind for kind in typing.get_args(events.Happening)}


def _happening(kind: type[events.Happening], data: Mapping[str, object]) -> events.Happening:
    hints = typing.get_type_hints(kind, vars(events) | {"Mapping": Mapping})
    known = {field.name for field in dataclasses.fields(kind)}
    # a field that a later version added is left out: the event still says what it said
    return kind(**{name: _restore(hints[name], value) for name, value in data.items() if name in known})


def _restore(hint: object, value: object) -> typing.Any:  # noqa: ANN401 - the type is only known to the hint
    origin = typing.get_origin(hint)
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
            return tuple(_restore(inner[0], item) for item in value)
        return tuple(_restore(kind, item) for kind, item in zip(inner, value, strict=True))
    if origin in (typing.Union, types.UnionType) and value is None:
        return None
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(str(value))
    return value


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
