"""Cutting predicates as PostgreSQL prints them."""

from __future__ import annotations

import pytest

from assistant.ownership.predicates import alternatives, mentions, requires

from .rig import name_of


@pytest.mark.parametrize(
    ("predicate", "parts"),
    [
        ("(a = b)", ["a = b"]),
        ("((a = b) OR (c = d))", ["a = b", "c = d"]),
        ("((a = 'x OR y'::text) OR ((b = c) OR (d = e)))", ["a = 'x OR y'::text", "b = c", "d = e"]),
        ("((a = b) AND ((c = d) OR (e = f)))", ["(a = b) AND ((c = d) OR (e = f))"]),
        (
            "(a IN ( SELECT 1 FROM t WHERE ((b = 1) OR (c = 2))))",
            ["a IN ( SELECT 1 FROM t WHERE ((b = 1) OR (c = 2)))"],
        ),
        ("true", ["true"]),
        ("(a = b) OR (c = ')')", ["a = b", "c = ')'"]),
    ],
)
def test_alternatives_are_cut_outside_all_parentheses(predicate, parts):
    assert [part.strip() for part in alternatives(predicate)] == parts


@pytest.mark.parametrize(
    ("predicate", "must"),
    [
        ("(mine = auth.uid())", True),
        ("((mine = auth.uid()) AND open)", True),
        ("((mine = auth.uid()) OR open)", False),
        ("(shared AND (open OR (mine = auth.uid())))", False),
        ("((mine = auth.uid()) OR ((mine = auth.uid()) AND open))", True),
    ],
)
def test_a_condition_is_required_only_if_no_way_leads_around_it(predicate, must):
    assert requires(predicate, lambda part: "mine" in part) is must


def test_a_column_of_another_table_is_not_the_rows_own():
    table = name_of("chats")
    assert mentions("(user_id = auth.uid())", table, "user_id")
    assert mentions("(chats.user_id = auth.uid())", table, "user_id")
    assert not mentions("(members.user_id = auth.uid())", table, "user_id")
    assert not mentions("(auth_user_id = auth.uid())", table, "user_id")
    assert not mentions("(kind = 'user_id'::text)", table, "user_id")
    assert not mentions("user_id(x)", table, "user_id")
    assert mentions('("userId" = (auth.uid())::text)', table, "userId")


def test_nesting_that_no_person_writes_neither_hangs_nor_falls_over():
    nested = "mine"
    for at in range(2_000):
        nested = f"({nested} {'OR' if at % 2 else 'AND'} b{at})"
    assert list(alternatives(nested))
    assert requires(nested, lambda part: "mine" in part) is False
    assert list(alternatives("(" * 20_000 + "a" + ")" * 20_000)) == ["a"]


def test_crooked_parentheses_are_left_alone():
    assert list(alternatives("((a = b)")) == ["(a = b"]
    assert list(alternatives(")(")) == [")("]
    assert list(alternatives("")) == [""]
