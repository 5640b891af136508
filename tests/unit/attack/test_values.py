"""Values without a database: canaries, candidates for checks, names that say private."""

from __future__ import annotations

import uuid

import pytest

from assistant.attack.actors import Side
from assistant.attack.checks import TRIES, candidates
from assistant.attack.rows import least_privileged, most_privileged
from assistant.attack.triage import private_by_name
from assistant.attack.values import CANARY, canary_text, canary_uuid, key_text, typed
from assistant.domain.catalog import Column, Table
from assistant.domain.names import Name


NOTES = Name("public", "notes")


def column(base, **more):
    return Column(name=more.pop("name", "c"), type=base, base=base, **more)


def test_a_canary_says_whose_it_is_and_where_it_stands():
    text = canary_text(NOTES, "title", Side.VICTIM)
    assert text == "zqa_notes_title"
    assert CANARY.match(text).groups() == ("a", "notes_title")
    assert uuid.UUID(canary_uuid(NOTES, "id", Side.VICTIM)) == uuid.UUID(canary_uuid(NOTES, "id", Side.VICTIM))
    assert canary_uuid(NOTES, "id", Side.VICTIM) != canary_uuid(NOTES, "id", Side.OTHER)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 11])
def test_short_columns_still_tell_the_sides_apart(size):
    shape = column("varchar", typmod=size + 4)
    values = [key_text(NOTES, shape, side) for side in (Side.VICTIM, Side.OTHER, Side.MEMBER)]
    assert len(set(values)) == 3
    assert all(len(value) <= size for value in values)


def test_numbers_fit_their_columns():
    assert abs(int(key_text(NOTES, column("int2"), Side.STRANGER))) < 2**15
    assert int(key_text(NOTES, column("numeric", typmod=((3 << 16) | 2) + 4), Side.OTHER)) < 10
    assert typed(NOTES, column("numeric", typmod=((2 << 16) | 2) + 4), Side.OTHER) == "'0'"


def test_vectors_have_the_dimension_of_their_column():
    assert typed(NOTES, column("vector", typmod=4), Side.VICTIM) == "'[1,0,0,0]'"


def test_times_are_never_written_as_dates_of_today():
    assert typed(NOTES, column("timestamptz", name="expires_at"), Side.VICTIM) == "now() + interval '10 years'"
    assert typed(NOTES, column("timestamptz", name="created_at"), Side.VICTIM) == "now()"


def test_a_type_nobody_knows_becomes_null():
    assert typed(NOTES, column("geometry", base_schema="extensions"), Side.VICTIM) == "NULL"


def test_candidates_take_their_values_from_the_check_and_stop_at_sixty():
    table = Table(
        name=NOTES,
        kind="table",
        owner="postgres",
        rls=False,
        columns=(column("text", name="kind"), column("int4", name="n")),
    )
    rows = list(candidates(table, {"kind": "'zqa'", "n": "1"}, ("kind", "n"), "CHECK (kind = 'paid' AND n > 40)"))
    assert len(rows) <= TRIES
    assert {"kind": "'paid'", "n": "41"} in [{**row, "n": row.get("n", "").strip("()")} for row in rows]


def test_what_sign_up_gives_is_the_least():
    assert least_privileged(("admin", "user", "moderator")) == "user"
    assert least_privileged(("owner", "editor", "guest_author")) == "guest_author"
    assert most_privileged(("member", "admin", "owner"))[0] == "owner"


def test_names_of_what_nobody_publishes():
    assert private_by_name("chat_messages")
    assert private_by_name("ApiKey")
    assert private_by_name("companies_invoices")
    assert not private_by_name("profiles"), "pro-file-s is not a file"
    assert not private_by_name("borders")
