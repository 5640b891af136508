"""Editing the map: what the operator says is taken as said, or refused with a sentence that tells what is there."""

from __future__ import annotations

import pytest

from assistant.domain.catalog import Column, ForeignKey, Table
from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, OwnerKind, Ownership
from assistant.faces.tui.map_view import change, edited, says, with_entry
from tests.unit.faces.tui import sample


CHATS = Name("public", "chats")
ORGS = Name("public", "organizations")
TABLE = Table(
    name=CHATS,
    kind="table",
    owner="postgres",
    rls=False,
    columns=tuple(Column(name=name, type="uuid", base="uuid") for name in ("id", "user_id", "org_id", "folder_id")),
    foreign_keys=(
        ForeignKey(name="f", columns=("folder_id",), target=Name("public", "folders"), target_columns=("id",)),
        ForeignKey(name="o", columns=("org_id",), target=ORGS, target_columns=("id",)),
    ),
)
UNKNOWN = Ownership(name=CHATS, kind=OwnerKind.UNKNOWN)


def test_saying_who_owns_a_row_makes_it_sure_and_confirmed() -> None:
    entry = edited(UNKNOWN, OwnerKind.USER, "user_id", TABLE, sample.ownership())
    assert isinstance(entry, Ownership)
    assert (entry.kind, entry.columns, entry.confidence, entry.confirmed) == (
        OwnerKind.USER,
        ("user_id",),
        Confidence.HIGH,
        True,
    )
    assert with_entry(sample.ownership(), entry).entries[CHATS] == entry


def test_a_tenant_is_found_through_the_membership_that_leads_to_it() -> None:
    entry = edited(UNKNOWN, OwnerKind.TENANT, "org_id", TABLE, sample.ownership())
    assert isinstance(entry, Ownership)
    assert (entry.tenant, entry.membership) == (ORGS, Name("public", "members"))


def test_a_parent_is_found_through_its_foreign_key() -> None:
    entry = edited(UNKNOWN, OwnerKind.VIA, "folder_id", TABLE, sample.ownership())
    assert isinstance(entry, Ownership)
    assert (entry.parent, entry.parent_columns) == (Name("public", "folders"), ("id",))


@pytest.mark.parametrize(
    ("kind", "answer", "says_why"),
    [
        (OwnerKind.USER, "owner", "has no column owner; it has id, user_id"),
        (OwnerKind.VIA, "user_id", "No foreign key"),
        (OwnerKind.MEMBERSHIP, "user_id", "two columns"),
        (OwnerKind.TENANT, "org_id, user_id", "one column"),
        (OwnerKind.TENANT, "folder_id", "knows no table"),
        (OwnerKind.CONDITIONAL, "is_public", "Say first"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_is_there(kind: OwnerKind, answer: str, says_why: str) -> None:
    refused = edited(UNKNOWN, kind, answer, TABLE, sample.ownership())
    assert isinstance(refused, str)
    assert says_why in refused


def test_everyone_may_read_while_keeps_the_owner_underneath() -> None:
    owned = edited(UNKNOWN, OwnerKind.USER, "user_id", TABLE, sample.ownership())
    assert isinstance(owned, Ownership)
    entry = edited(owned, OwnerKind.CONDITIONAL, "is_public", TABLE, sample.ownership())
    assert isinstance(entry, Ownership)
    assert (entry.base, entry.columns, entry.condition) == (OwnerKind.USER, ("user_id",), "is_public")


def test_every_kind_has_a_sentence_and_an_edit_shows_both() -> None:
    for kind in OwnerKind:
        assert says(Ownership(name=CHATS, kind=kind, columns=("user_id",))).endswith((".", "?")), kind
    after = edited(UNKNOWN, OwnerKind.USER, "user_id", TABLE, sample.ownership())
    assert isinstance(after, Ownership)
    shown = change(UNKNOWN, after)
    assert says(UNKNOWN) in shown
    assert says(after) in shown
