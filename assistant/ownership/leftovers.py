"""Tables with no path to a person: the server's own, a catalogue for everyone, or a question.

The dangerous mistake is to call public what is not. A table is called public only if its name says catalogue, nothing in its
name or columns speaks against it, visitors are meant to read it and nobody outside may write it; all else is asked.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.domain.ownership import Confidence, OwnerKind, Ownership
from assistant.ownership.sensitive import sensitive_columns
from assistant.ownership.words import CATALOGUE, DANGEROUS, SERVICE, SERVICE_PAIRS, singulars, words


if TYPE_CHECKING:
    from assistant.domain.names import Name
    from assistant.ownership.drafts import Draft
    from assistant.ownership.survey import Survey


def settle_housekeeping(draft: Draft) -> None:
    """Tables that are the server's by name and closed to everyone else, even if their rows name a user or a tenant."""
    for name in draft.survey.tables:
        housekeeping = _housekeeping(name)
        if housekeeping and name not in draft.people.principals and _closed(draft.survey, name):
            draft.settle(_service(name, housekeeping, closed=True))


def settle_leftovers(draft: Draft) -> None:
    """Give every table that no axis explained an entry; a catalogue after whatever it refers to."""
    catalogues = []
    for name in draft.survey.tables:
        if name in draft.entries:
            continue
        housekeeping = _housekeeping(name)
        closed = _closed(draft.survey, name)
        if housekeeping or closed:
            draft.settle(_service(name, housekeeping, closed=closed))
        elif _is_catalogue(name):
            catalogues.append(name)
        else:
            draft.ask(name, "ownerless", "nothing in it leads to a person or a tenant")
    while catalogues:
        ready = [name for name in catalogues if not any(target in catalogues for target in _hangs_on(draft, name))]
        for name in ready or catalogues[:1]:
            _catalogue(draft, name)
            catalogues.remove(name)


def _hangs_on(draft: Draft, name: Name) -> list[Name]:
    """Tables that a row must refer to."""
    return [link.target for link in draft.survey.links(name) if link.not_null and link.target != name]


def _service(name: Name, housekeeping: str, *, closed: bool) -> Ownership:
    says = []
    if housekeeping:
        says.append(f"{housekeeping} in its name is the server's housekeeping")
    if closed:
        says.append("row-level security is on and no policy lets a visitor or a user in")
    return Ownership(
        name=name,
        kind=OwnerKind.SERVICE,
        why=says[0],
        evidence=tuple(says),
        confidence=Confidence.HIGH if housekeeping and closed else Confidence.MEDIUM,
    )


def _catalogue(draft: Draft, name: Name) -> None:
    survey = draft.survey
    against = [word for word in singulars(name.name) if word in DANGEROUS]
    private = sensitive_columns(survey.tables[name].columns)
    if against:
        draft.ask(
            name,
            "settings",
            f"it is called like a catalogue, but {against[0]} in its name may be nobody else's business",
        )
    elif private:
        draft.ask(name, "settings", f"it is called like a catalogue, but holds {', '.join(private)}")
    elif survey.writable(name):
        draft.ask(
            name, "writable-catalogue", "it is called like a catalogue, but somebody beside the server may write it"
        )
    elif draft.persons.get(name):
        draft.ask(name, "staff", "it is called like a catalogue, but names people")
    elif hidden := [
        target
        for target in _hangs_on(draft, name)
        if target in draft.entries and draft.entries[target].kind is not OwnerKind.PUBLIC
    ]:
        draft.ask(
            name, "ownerless", f"it is called like a catalogue, but hangs on {hidden[0]}, which may not be public"
        )
    elif not survey.readable(name):
        draft.ask(name, "ownerless", "it is called like a catalogue, but nobody outside may read it")
    else:
        word = next(word for word in singulars(name.name) if word in CATALOGUE)
        why = f"{word} in its name is a catalogue; visitors may read it, only the server writes, and nothing in it leads to a person"
        draft.settle(
            Ownership(name=name, kind=OwnerKind.PUBLIC, why=why, evidence=(why,), confidence=Confidence.MEDIUM)
        )


def _housekeeping(name: Name) -> str:
    """The word of a table's name that says the server keeps house there; empty without one."""
    parts = singulars(name.name)
    for first, second in pairwise(parts):
        if (first, second) in SERVICE_PAIRS:
            return f"{first} {second}"
    return next((word for word in parts if word in SERVICE), "")


def _closed(survey: Survey, name: Name) -> bool:
    """Row security on, roles to keep out, and no policy that lets one of them in."""
    table = survey.tables[name]
    if not table.rls or not survey.api_roles:
        return False
    return not survey.policies(name, write=True) and not survey.policies(name, write=False)


def _is_catalogue(name: Name) -> bool:
    return bool(set(singulars(name.name)) & CATALOGUE) and len(words(name.name)) <= _CATALOGUE_WORDS


_CATALOGUE_WORDS = 3
