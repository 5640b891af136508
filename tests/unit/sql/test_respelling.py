"""A predicate is said faster in its own words, or left as it is."""

from __future__ import annotations

import pytest

from assistant.domain.names import Name
from assistant.sql.branches import Surface
from assistant.sql.respelling import meaning, respelled
from assistant.sql.scopes import Relations


DOCS = Name("public", "docs")
SURFACE = Surface(
    relations=Relations(
        columns={
            DOCS: frozenset({"id", "org_id", "user_id", "Team"}),
            Name("public", "members"): frozenset({"org_id", "user_id"}),
        }
    )
)
MINE = "( SELECT members.org_id FROM members WHERE members.user_id = auth.uid())"
FAST = "( SELECT members.org_id FROM members WHERE members.user_id = (select auth.uid()))"


@pytest.mark.parametrize(
    ("text", "faster"),
    [
        (f"org_id IN {MINE}", f"org_id = ANY (ARRAY{FAST})"),
        (f'"Team" IN {MINE} AND user_id = auth.uid()', f'"Team" = ANY (ARRAY{FAST}) AND user_id = (select auth.uid())'),
        (
            f"(org_id)::text IN {MINE} OR (id IN {MINE})",
            f"(org_id)::text = ANY (ARRAY{FAST}) OR (id = ANY (ARRAY{FAST}))",
        ),
        (f"NOT (org_id IN {MINE})", f"NOT (org_id = ANY (ARRAY{FAST}))"),
        (
            "user_id = auth.uid() AND id <> 'auth.uid() IN ( SELECT 1)'",
            "user_id = (select auth.uid()) AND id <> 'auth.uid() IN ( SELECT 1)'",
        ),
    ],
)
def test_callers_and_lists_are_asked_once(text, faster):
    new = respelled(text, DOCS, SURFACE)
    assert new == faster
    assert meaning(new) == meaning(text)
    assert respelled(new, DOCS, SURFACE) == new


@pytest.mark.parametrize(
    "text",
    [
        "org_id IN ( SELECT members.org_id FROM members WHERE members.user_id = docs.user_id)",
        "(org_id, user_id) IN ( SELECT members.org_id, members.user_id FROM members)",
        "EXISTS ( SELECT 1 FROM members WHERE members.org_id IN ( SELECT members.org_id FROM members))",
        "id IN (1, 2)",
        "'org_id IN ( SELECT 1)' = id",
        "this is not ( SQL",
    ],
)
def test_what_depends_on_the_row_or_cannot_be_read_stays(text):
    assert respelled(text, DOCS, SURFACE) == text


def test_nothing_stays_nothing():
    assert respelled(None, DOCS, SURFACE) is None


def test_two_predicates_that_differ_do_not_mean_the_same():
    assert meaning("a = 1 AND b = 2") != meaning("a = 1 OR b = 2")
    assert meaning("a = 1 AND b = 2") != meaning("a = 1")
