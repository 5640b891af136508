"""Deployments out of JSON as people save it: one page, a bare list, an array of pages, or pages written behind each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.deploys.host import Entry

_PAGES: Final = ("deployments", "result", "deploys")
"""Under which key hosts put the list of a page."""
_DEEPEST: Final = 3
_MOST_PARTS: Final = 10_000


def page_of(body: object) -> list[Entry] | None:
    """The deployments of one page as an API answers it, what is none as an empty one, to be counted; None when it is no list."""
    listed = _listed(body)
    return None if listed is None else [entry if isinstance(entry, dict) else {} for entry in listed]


def entries_of(document: object, depth: int = 0) -> Iterator[Entry]:
    """Every mapping that stands where a deployment may stand; what is none is yielded as an empty one, to be counted."""
    listed = _listed(document)
    if listed is None:
        yield document if isinstance(document, dict) else {}
    elif depth < _DEEPEST:
        for each in listed:
            yield from entries_of(each, depth + 1)


def documents(text: str, name: str) -> list[object]:
    """The JSON values of a file, mostly one; some tools write page behind page.

    Args:
        text: of the file.
        name: of the file, for the sentence.

    Raises:
        UsageError: it is not JSON.
    """
    decoder, at = json.JSONDecoder(), 0
    found: list[object] = []
    try:
        while (at := _behind_blanks(text, at)) < len(text) and len(found) < _MOST_PARTS:
            value, at = decoder.raw_decode(text, at)
            found.append(value)
    except RecursionError:
        raise UsageError(f"{name} is nested too deeply to be a list of deployments.", _REMEDY) from None
    except ValueError as error:
        line = text.count("\n", 0, getattr(error, "pos", 0)) + 1
        raise UsageError(f"{name} is not JSON (line {line}).", _REMEDY) from None
    return found


_REMEDY: Final = "Save the answer of the host's list of deployments again, unchanged."


def _behind_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _listed(value: object) -> list[Any] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return next((value[key] for key in _PAGES if isinstance(value.get(key), list)), None)
    return None
