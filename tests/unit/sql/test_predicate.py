"""What a policy admits must be seen in every spelling: the ones below were all found in public repositories or are one edit away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.names import Name
from assistant.sql.branches import Helper, Surface, branches
from assistant.sql.predicate import (
    admits_when_missing,
    always_true,
    column_names,
    email_patterns,
    normal,
    says_true,
    signed_in_only,
)
from assistant.sql.scopes import Relations
from assistant.sql.shape import ShapeKind, shapes
from assistant.sql.truth import Caller, Surroundings, admits


CHATS = Name("public", "chats")
MEMBERS = Name("public", "org_members")
SURFACE = Surface(
    relations=Relations(
        columns={
            CHATS: frozenset({"id", "user_id", "org_id", "is_public", "email"}),
            MEMBERS: frozenset({"id", "user_id", "org_id", "role"}),
            Name("public", "projects"): frozenset({"id", "org_id"}),
        }
    ),
    helpers={
        "is_member": Helper(reads=(MEMBERS,), definer=True),
        "public.is_member": Helper(reads=(MEMBERS,), definer=True),
        "half": Helper(asks_caller=False),
    },
)
AROUND = Surroundings(never_null=frozenset({"id"}), bodies={"public.is_ok": "SELECT true;"})


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "1 = 1",
        "id = id",
        "chats.id = chats.id",
        "id IS NOT NULL",
        "(id = id) OR false",
        "( SELECT auth.uid() AS uid) IS NOT NULL OR true",
        "auth.role() = ANY (ARRAY['anon'::text, 'authenticated'::text])",
        "auth.role() IN ('authenticated', 'anon')",
        "user_id IS NULL OR user_id IS NOT NULL",
        "is_public OR NOT is_public",
        "length(email) >= 0",
        "email LIKE '%'",
        "'a'::text = 'a'::text",
        "NOT false",
        "CASE WHEN true THEN true ELSE false END",
        "public.is_ok()",
        "EXISTS ( SELECT 1)",
        "COALESCE(NULL::boolean, true)",
    ],
)
def test_everyone_is_admitted_however_it_is_spelled(text):
    assert always_true(text, AROUND)


@pytest.mark.parametrize(
    "text",
    [
        "false",
        "user_id = auth.uid()",
        "is_public",
        "auth.role() = 'service_role'",
        "auth.uid() IS NOT NULL",
        "user_id IS NOT NULL",
        "NULL::boolean",
        "EXISTS ( SELECT 1 FROM org_members)",
        "user_id = COALESCE(auth.uid(), user_id)",
        "current_setting('app.tenant', true) IS NULL OR org_id::text = current_setting('app.tenant', true)",
        "this is not (SQL",
    ],
)
def test_what_admits_only_some_is_not_called_always_true(text):
    assert not always_true(text, AROUND)


def test_the_plain_word_is_told_from_a_tautology():
    assert says_true("true")
    assert says_true("1 = 1")
    assert not says_true("id = id")


@pytest.mark.parametrize(
    "text",
    [
        "auth.uid() IS NOT NULL",
        "( SELECT auth.uid() AS uid) IS NOT NULL",
        "auth.role() = 'authenticated'::text",
        "( SELECT auth.role() AS role) = 'authenticated'::text",
        "(auth.jwt() ->> 'role'::text) = 'authenticated'::text",
        "auth.uid() = auth.uid()",
        "auth.uid() IS NOT NULL AND id IS NOT NULL",
    ],
)
def test_being_signed_in_is_all_that_is_asked(text):
    assert signed_in_only(text, AROUND)


@pytest.mark.parametrize("text", ["true", "user_id = auth.uid()", "auth.uid() IS NOT NULL AND is_public", "false"])
def test_more_or_less_than_a_session_is_asked(text):
    assert not signed_in_only(text, AROUND)


@pytest.mark.parametrize(
    "text",
    [
        "current_setting('app.tenant'::text, true) IS NULL OR org_id::text = current_setting('app.tenant'::text, true)",
        "COALESCE(current_setting('app.tenant'::text, true), ''::text) = ''::text OR org_id = 1",
        "org_id = COALESCE(NULLIF(current_setting('app.tenant'::text, true), ''::text), org_id)",
        "auth.uid() IS NULL OR user_id = auth.uid()",
        "user_id = COALESCE(auth.uid(), user_id)",
    ],
)
def test_a_caller_without_claim_or_setting_sees_everything(text):
    assert admits_when_missing(text)


@pytest.mark.parametrize(
    "text", ["true", "org_id::text = current_setting('app.tenant', true)", "auth.uid() IS NOT NULL"]
)
def test_a_missing_setting_that_admits_nobody_is_fine(text):
    assert not admits_when_missing(text)


def test_the_guest_is_answered_apart_from_the_signed_in():
    assert admits("auth.role() = 'anon'", Caller.GUEST) is True
    assert admits("auth.role() = 'anon'", Caller.SIGNED_IN) is False
    assert admits("user_id = auth.uid()", Caller.SIGNED_IN) is None


def only(text):
    (branch,) = branches(text, CHATS, SURFACE)
    return branch


@pytest.mark.parametrize(
    "text",
    [
        "user_id = auth.uid()",
        "auth.uid() = user_id AND is_public",
        "( SELECT auth.uid() AS uid) = user_id",
        "org_id IN ( SELECT m.org_id FROM org_members m WHERE (m.user_id = auth.uid()))",
        "org_id = ANY (ARRAY( SELECT m.org_id FROM org_members m WHERE (m.user_id = auth.uid())))",
        "EXISTS ( SELECT 1 FROM org_members m WHERE ((m.org_id = chats.org_id) AND (m.user_id = auth.uid())))",
        "EXISTS ( SELECT 1 FROM projects p WHERE (p.id = chats.org_id))",
        "auth.uid() IN ( SELECT m.user_id FROM org_members m WHERE (m.org_id = chats.org_id))",
        "is_member(org_id)",
        "public.is_member(org_id)",
        "org_id = (( SELECT auth.jwt() AS jwt) ->> 'org_id'::text)::uuid",
        "org_id::text = current_setting('app.org'::text, true)",
    ],
)
def test_a_row_tied_to_its_caller_is_recognised(text):
    assert only(text).bound


@pytest.mark.parametrize(
    "text",
    [
        "is_public",
        "auth.uid() IS NOT NULL",
        "user_id <> auth.uid()",
        "half(org_id)",
        "org_id = ((auth.jwt() -> 'user_metadata'::text) ->> 'org_id'::text)::uuid",
        "EXISTS ( SELECT 1 FROM org_members m WHERE (m.user_id = auth.uid()))",
        "EXISTS ( SELECT 1 FROM org_members m WHERE ((m.org_id = m.org_id) AND (m.user_id = auth.uid())))",
    ],
)
def test_a_row_that_anyone_may_have_is_not_called_bound(text):
    assert not only(text).bound


def test_a_column_written_bare_in_a_sub_select_belongs_to_the_inner_table():
    text = "EXISTS (SELECT 1 FROM org_members WHERE org_id = org_id AND user_id = auth.uid())"
    (atom,) = only(text).atoms
    assert atom.captured == ("org_id = org_id",)
    assert not atom.linked


def test_a_bare_id_captured_by_the_inner_table_is_seen_too():
    text = "EXISTS (SELECT 1 FROM org_members m WHERE m.org_id = id AND m.user_id = auth.uid())"
    (atom,) = only(text).atoms
    assert atom.captured == ("m.org_id = id",)


def test_a_column_only_the_row_has_is_not_captured():
    text = "EXISTS (SELECT 1 FROM projects p WHERE p.org_id = user_id)"
    (atom,) = only(text).atoms
    assert atom.captured == ()
    assert atom.row == ("user_id",)


def test_two_aliases_of_the_own_table_are_two_rows():
    text = "EXISTS ( SELECT 1 FROM chats chats_1 WHERE (chats_1.org_id = chats.org_id))"
    (atom,) = only(text).atoms
    assert atom.reads == (CHATS,)
    assert atom.captured == ()
    assert atom.linked


def test_each_alternative_is_judged_on_its_own():
    owner, nobody = branches("user_id = auth.uid() OR user_id IS NULL", CHATS, SURFACE)
    assert owner.bound
    assert not nobody.bound
    assert nobody.atoms[0].null_test == ("user_id",)


def test_alternatives_inside_a_conjunction_are_spread_out():
    found = branches("(is_public OR user_id = auth.uid()) AND org_id IS NOT NULL", CHATS, SURFACE)
    assert [branch.bound for branch in found] == [False, True]


def test_a_negated_disjunction_is_turned_around():
    (branch,) = branches("NOT (is_public OR user_id IS NULL)", CHATS, SURFACE)
    assert not branch.atoms[1].null_test


def test_a_role_asked_for_is_told_from_plain_membership():
    plain, admin = (
        "EXISTS ( SELECT 1 FROM org_members m WHERE (m.user_id = auth.uid()))",
        "EXISTS ( SELECT 1 FROM org_members m WHERE ((m.user_id = auth.uid()) AND (m.role = 'admin'::text)))",
    )
    assert not only(plain).atoms[0].gate
    assert only(admin).atoms[0].gate
    assert only("(( SELECT m.role FROM org_members m WHERE (m.user_id = auth.uid()))) = 'admin'::text").atoms[0].gate


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("auth.email() ~~ '%acme.com'::text", True),
        ("(auth.jwt() ->> 'email'::text) ~~ '%acme.com'::text", True),
        ("(auth.jwt() ->> 'email'::text) ~~ '%@acme.com'::text", False),
        ("(auth.jwt() ->> 'email'::text) ~~* 'admin%'::text", True),
        ("split_part((auth.jwt() ->> 'email'::text), '@'::text, 2) = 'acme.com'::text", False),
        ("POSITION(('acme'::text) IN ((auth.jwt() ->> 'email'::text))) > 0", True),
    ],
)
def test_a_grant_by_the_shape_of_an_address_is_seen_and_its_looseness(text, loose):
    (pattern,) = email_patterns(text)
    assert pattern.loose is loose


@pytest.mark.parametrize(
    "text", ["email ~~ '%@acme.com'::text", "auth.email() = 'boss@acme.com'::text", "email = auth.email()"]
)
def test_addresses_compared_in_full_or_of_the_row_are_no_pattern(text):
    assert email_patterns(text) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("user_id = auth.uid()", ShapeKind.CALLER_PER_ROW),
        ("is_member(org_id)", ShapeKind.FUNCTION_PER_ROW),
        ("org_id IN (SELECT m.org_id FROM org_members m)", ShapeKind.IN_SELECT),
        ("EXISTS (SELECT 1 FROM org_members m WHERE m.org_id = chats.org_id)", ShapeKind.CORRELATED_EXISTS),
        (
            "(select auth.uid()) IN (SELECT m.user_id FROM org_members m WHERE m.org_id = chats.org_id)",
            ShapeKind.CALLER_IN_SELECT,
        ),
    ],
)
def test_slow_shapes_are_named_by_what_was_measured(text, kind):
    assert shapes(text, CHATS, SURFACE)[0].kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "user_id = (select auth.uid())",
        "org_id = ANY(ARRAY(SELECT m.org_id FROM org_members m WHERE m.user_id = (select auth.uid())))",
        "org_id = (select is_member(null))",
    ],
)
def test_the_shapes_stanch_writes_are_not_called_slow(text):
    assert shapes(text, CHATS, SURFACE) == ()


def test_columns_are_listed_once_in_order():
    assert column_names("user_id = auth.uid() AND (org_id = 1 OR user_id IS NULL)") == ("user_id", "org_id")
    assert column_names(None) == ()


def test_unreadable_text_answers_nothing_and_raises_nothing():
    assert normal("this  is (not SQL") == "this is (not SQL"
    assert branches("this is (not SQL", CHATS, SURFACE) == ()
    assert shapes("this is (not SQL", CHATS, SURFACE) == ()


@pytest.mark.parametrize(
    "text",
    [
        "EXISTS ( SELECT 1 FROM (projects p JOIN org_members m ON ((m.org_id = p.org_id))) WHERE (m.user_id = auth.uid()))",
        "EXISTS ( SELECT 1 FROM ((projects p JOIN org_members m ON ((m.org_id = p.org_id))) LEFT JOIN projects q ON ((q.id = p.id))) WHERE (m.user_id = auth.uid()))",
    ],
)
def test_joins_in_the_parentheses_that_postgres_prints_are_read(text):
    (atom,) = only(text).atoms
    assert set(atom.reads) == {MEMBERS, Name("public", "projects")}
    assert atom.captured == ()
    assert not atom.linked


def test_a_row_mentioned_only_in_a_join_condition_is_tied():
    text = "EXISTS ( SELECT 1 FROM (projects p JOIN org_members m ON ((m.org_id = chats.org_id))) WHERE (m.user_id = auth.uid()))"
    assert only(text).bound


PIECES = st.sampled_from(
    [
        "user_id",
        "auth.uid()",
        "=",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        "true",
        "NULL",
        "IS",
        "IN",
        "SELECT",
        "1",
        "'x'",
        "FROM",
        "org_members",
        "m",
        ".",
        ",",
        "EXISTS",
        "::text",
        "$$",
    ]
)


@given(st.lists(PIECES, max_size=24))
def test_whatever_stands_in_a_policy_nothing_is_raised(words):
    text = " ".join(words)
    for question in (normal, always_true, signed_in_only, admits_when_missing, column_names, email_patterns):
        question(text)
    assert isinstance(branches(text, CHATS, SURFACE), tuple)
    assert isinstance(shapes(text, CHATS, SURFACE), tuple)
