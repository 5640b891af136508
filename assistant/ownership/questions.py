"""What only the operator can say, grouped so that a tired person answers a handful of questions, not one a table."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import Question


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.names import Name
    from assistant.ownership.drafts import Draft


_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "ownerless": (
        "In {schema}: is only the server to use {these}?",
        "nothing in them leads to a person or a tenant, so the strict answer is tested until you say otherwise",
    ),
    "settings": (
        "In {schema}: may everyone read {these}?",
        "they are called like a catalogue, but a name or a column in them says otherwise",
    ),
    "writable-catalogue": (
        "In {schema}: may everyone read {these}, and only the server write?",
        "they are called like a catalogue, but somebody beside the server may write them",
    ),
    "staff": (
        "In {schema}: do only your staff write {these}?",
        "they name who created or changed a row, but nobody whose row it is",
    ),
    "polymorphic": (
        "In {schema}: do the ids in {these} always name a user?",
        "a type column beside the id says that it can name different things, and no foreign key says which",
    ),
    "open-view": (
        "In {schema}: may everyone read {these}?",
        "their names say that they were made to be seen, while what they read belongs to somebody",
    ),
    "public-bucket": ("May everyone read every object in {these}?", "these buckets are public: no policy is asked"),
    "bucket": ("Does each user own a folder in {these}?", "no policy says whose folder an object lies in"),
}


def ask_questions(draft: Draft) -> tuple[Question, ...]:
    """One question a kind and schema, by id."""
    grouped: dict[tuple[str, str], list[Name]] = defaultdict(list)
    for name, kind in draft.asked.items():
        grouped[kind, name.schema].append(name)
    found = []
    for (kind, schema), names in grouped.items():
        asks, why = _TEXTS[kind]
        thing = "bucket" if "bucket" in kind else "view" if kind == "open-view" else "table"
        these = f"this {thing}" if len(names) == 1 else f"these {len(names)} {thing}s"
        found.append(
            Question(
                id=f"{kind}-{schema}".lower().replace("_", "-"),
                asks=asks.format(these=these, schema=schema),
                objects=tuple(sorted(names)),
                why=why,
            )
        )
    return tuple(sorted(found, key=lambda question: question.id))
