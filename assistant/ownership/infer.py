"""From a catalog to the ownership map: who may see and change a row, with the evidence for it.

The rules run in an order in which each may rely on those before it: accounts and rows that are accounts; memberships; aliases
(only now, or an organisation would pass for a person); memberships of aliases; pointers at tenants; tenant, user and parent
columns; leftovers; visibility; views and buckets. Structure comes first and names second. A policy is never the only
witness, because a wrong policy must not become its own oracle. What has no evidence is unknown, and asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.domain.ownership import CodeHints, OwnerKind, OwnershipMap
from assistant.ownership.axes import (
    settle_aliases,
    settle_named_tenants,
    settle_parents,
    settle_selves,
    settle_tenants,
    settle_users,
)
from assistant.ownership.buckets import settle_buckets
from assistant.ownership.drafts import Draft
from assistant.ownership.leftovers import settle_housekeeping, settle_leftovers
from assistant.ownership.memberships import find_memberships, find_pointers
from assistant.ownership.principals import find_aliases, find_selves
from assistant.ownership.questions import ask_questions
from assistant.ownership.sensitive import privileged_columns, sensitive_columns
from assistant.ownership.survey import Survey
from assistant.ownership.views import settle_views
from assistant.ownership.visibility import settle_visibility


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog
    from assistant.domain.names import Name
    from assistant.domain.ownership import Ownership


_NO_HINTS = CodeHints()


def infer(catalog: Catalog, hints: CodeHints = _NO_HINTS) -> OwnershipMap:
    """The map of every table, view and bucket of the operator; deterministic, without I/O.

    Args:
        catalog: the database as it describes itself.
        hints: owner columns seen in the application's code.
    """
    survey = Survey(catalog, hints)
    people = find_selves(survey)
    memberships = find_memberships(survey, people)
    groups = {name for known in memberships for name in (known.table, known.tenant) if name}
    find_aliases(survey, people, groups)
    memberships = find_memberships(survey, people)
    draft = Draft(survey, people, memberships, find_pointers(survey, people, memberships))
    settle_named_tenants(draft)
    settle_selves(draft)
    settle_housekeeping(draft)
    settle_tenants(draft)
    settle_aliases(draft)
    settle_users(draft)
    settle_parents(draft)
    settle_leftovers(draft)
    settle_visibility(draft)
    _settle_partitions(draft)
    settle_views(draft)
    settle_buckets(draft)
    return OwnershipMap(
        entries={name: _with_columns(draft, name) for name in sorted(draft.entries)},
        principals=tuple(people.principals.values()),
        memberships=tuple(sorted((*draft.memberships, *draft.pointers), key=lambda known: known.table)),
        questions=ask_questions(draft),
    )


def _settle_partitions(draft: Draft) -> None:
    """A partition, or a child by inheritance, is its parent's."""
    tables = {table.name: table for table in draft.survey.catalog.own_tables()}
    for name in sorted(set(tables) - set(draft.survey.tables)):
        parent = tables[name].parent
        while parent in tables and parent not in draft.entries:
            parent = tables[parent].parent
        if parent in draft.entries:
            entry = draft.entries[parent]
            draft.entries[name] = replace(entry, name=name, evidence=(f"it is a part of {parent}", *entry.evidence))
            if entry.kind is OwnerKind.UNKNOWN:
                draft.asked[name] = draft.asked.get(parent, "ownerless")
        else:
            draft.ask(name, "ownerless", "it is a part of a table that is not the operator's")


def _with_columns(draft: Draft, name: Name) -> Ownership:
    entry = draft.entries[name]
    table = draft.survey.catalog.tables.get(name)
    view = draft.survey.catalog.views.get(name)
    if table is not None:
        return replace(entry, sensitive=sensitive_columns(table.columns), privileged=privileged_columns(table, entry))
    return replace(entry, sensitive=sensitive_columns(view.columns)) if view else entry
