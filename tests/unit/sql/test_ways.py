"""A predicate that was rewritten lets the same people in by the same ways."""

from __future__ import annotations

import pytest

from assistant.sql.truth import Caller
from assistant.sql.ways import covered, ways_in


EVERYTHING = frozenset([frozenset()])


def members(text: str):
    return ways_in(text, Caller.SIGNED_IN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("user_id = auth.uid()", "((select auth.uid()) = user_id)"),
        ("a and b", "(b) and (a)"),
        ("a or (b and c)", "(c and b) or a"),
        ("a = 1 or false", "a = 1"),
        ("auth.uid() is not null and owner = auth.uid()", "owner = (select auth.uid())"),
    ],
)
def test_spellings_of_the_same(one: str, other: str) -> None:
    assert members(one) == members(other)


def test_what_always_holds_is_no_condition_and_what_never_holds_no_way() -> None:
    assert members("true") == members("1 = 1") == ways_in(None, Caller.GUEST) == EVERYTHING
    assert members("auth.role() = 'authenticated'") == EVERYTHING
    assert ways_in("auth.role() = 'authenticated'", Caller.GUEST) == frozenset()
    assert ways_in("auth.uid() is not null and shared", Caller.GUEST) == frozenset()


def test_fewer_conditions_are_a_wider_way() -> None:
    (both,), (one,) = members("a and b"), members("a")
    assert covered(both, members("a"))
    assert not covered(one, members("a and b"))
    assert covered(one, EVERYTHING)


def test_what_cannot_be_read_is_one_condition() -> None:
    assert len(members("this is (no predicate")) == 1
