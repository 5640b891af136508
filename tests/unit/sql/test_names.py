"""A name that is quoted wrongly writes a policy onto the wrong table."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from assistant.domain.names import Name
from assistant.sql.names import ident, literal, qualified


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("chats", "chats"),
        ("_x$1", "_x$1"),
        ("Project", '"Project"'),
        ("user", '"user"'),
        ("order", '"order"'),
        ("role", "role"),
        ("my table", '"my table"'),
        ('a"b', '"a""b"'),
        ("1st", '"1st"'),
        ("größe", '"größe"'),
        ("chats\n", '"chats\n"'),
        ('x"; DROP TABLE y; --', '"x""; DROP TABLE y; --"'),
    ],
)
def test_quotes_exactly_what_postgres_would_read_differently(name, sql):
    assert ident(name) == sql


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_refuses_what_no_identifier_can_be(name):
    with pytest.raises(ValueError, match="cannot be an identifier"):
        ident(name)


@pytest.mark.parametrize(
    ("value", "sql"),
    [
        (None, "NULL"),
        (True, "true"),
        (7, "7"),
        (-7, "(-7)"),
        (1.5, "1.5"),
        (float("nan"), "'nan'::float8"),
        (Decimal("-1.20"), "(-1.20)"),
        ("it's", "'it''s'"),
        ("a\\'b", "E'a\\\\''b'"),
        (b"\x00\xff", "'\\x00ff'"),
        (UUID(int=1), "'00000000-0000-0000-0000-000000000001'"),
        (dt.date(2026, 1, 2), "'2026-01-02'"),
        (dt.timedelta(days=1), "'86400.0 seconds'"),
        (["a", None], "ARRAY['a', NULL]"),
    ],
)
def test_spells_values(value, sql):
    assert literal(value) == sql


def test_refuses_values_without_a_spelling():
    with pytest.raises(TypeError, match="dict has no SQL literal"):
        literal({})
    with pytest.raises(ValueError, match="NUL"):
        literal("a\0")


def test_qualifies_tables_and_functions():
    assert qualified(Name("public", "Project")) == 'public."Project"'
    assert qualified(Name("public", "match", "vector,integer")) == "public.match(vector,integer)"
