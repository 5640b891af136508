"""What bodies and predicates name, read from their text."""

from __future__ import annotations

import time

import pytest

from assistant.collect.reads import Depend, Reader
from assistant.collect.settings import sort_settings
from assistant.domain.catalog import Function, PolicyRow, View
from assistant.domain.names import Name


CHATS, MEMBERS, NOTES, ODD = (Name("public", name) for name in ("chats", "members", "notes", "Odd Name"))


def function(name, body, search_path=None, schema="public"):
    return Function(
        name=Name(schema, name, ""),
        owner="postgres",
        kind="function",
        definer=True,
        search_path=search_path,
        volatility="stable",
        language="sql",
        arguments=(),
        returns="boolean",
        body=body,
    )


def reader(*functions, views=()):
    return Reader(
        relations=[CHATS, MEMBERS, NOTES, ODD, *(view.name for view in views)],
        views={view.name: view for view in views},
        functions=functions,
        search_path=("public",),
    )


def depend(using, *relations, functions=()):
    policy = PolicyRow(
        table=CHATS, name="p", command="select", permissive=True, roles=("public",), using=using, check=None
    )
    return Depend(policy=policy, relations=relations, functions=functions)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("select 1 from members", [MEMBERS]),
        ("SELECT 1 FROM public.members m JOIN notes ON true", [MEMBERS, NOTES]),
        ("select 1 from members m, notes as n", [MEMBERS, NOTES]),
        ('select 1 from "Odd Name"', [ODD]),
        ('select 1 from public."Odd Name"', [ODD]),
        ("select members from other.members", []),
        ("-- from members\nselect 1 /* from notes */", []),
        ("select members, notes", []),
        ("execute 'delete from members'", [MEMBERS]),
        ("update notes set a = 1; insert into members values (1)", [MEMBERS, NOTES]),
        ("SELECT 1 FROM Members", [MEMBERS]),
        ('SELECT 1 FROM "Members"', []),
    ],
)
def test_what_a_body_names(body, named):
    found = reader(function("f", body))
    assert list(found.function(function("f", body))) == named


def test_a_helper_of_a_helper_is_followed_and_a_circle_ends():
    first = function("first", "select public.second()")
    second = function("second", "select first() and exists (select 1 from members)")
    found = reader(first, second)
    assert found.policy(depend("first()", functions=(("public", "first"),))) == (MEMBERS,)
    assert found.function(second) == (MEMBERS,)


def test_a_pinned_search_path_decides_where_bare_names_lie():
    pinned = function("pinned", "select 1 from members", search_path="other, pg_temp")
    emptied = function("emptied", "select 1 from members", search_path="")
    found = reader(pinned, emptied)
    assert found.function(pinned) == ()
    assert found.function(emptied) == (MEMBERS,)


def test_a_view_stands_for_what_it_reads():
    view = View(name=Name("public", "mine"), kind="view", owner="postgres", security_invoker=False, reads=(NOTES,))
    found = reader(function("f", "select 1 from mine"), views=[view])
    assert found.function(function("f", "")) == (Name("public", "mine"), NOTES)


def test_a_policy_reads_its_own_table_only_through_a_sub_select():
    found = reader()
    assert found.policy(depend("(user_id = auth.uid())", CHATS)) == ()
    assert found.policy(depend("(id IN ( SELECT chats_1.id FROM chats chats_1))", CHATS)) == (CHATS,)


@pytest.mark.parametrize(
    "text", ['"', "x", "from ", "a.", "f(", "/* ", "--", "from a , ", "from a as ", "a ", "'", "from a.b c, "]
)
def test_no_body_takes_more_than_one_pass(text):
    found = reader()
    began = time.process_time()
    found.scan(text * 20_000, ("public",))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("name", "predicate", "user", "tenant"),
    [
        ("app.user_id", "", True, False),
        ("app.current_user", "", True, False),
        ("app.tenant_id", "", False, True),
        ("myapp.org", "", False, True),
        ("app.id", "(tenant_id = (current_setting('app.id'::text))::uuid)", False, True),
        ("app.id", "(owner_user_id = (NULLIF(current_setting('app.id'::text, true), ''::text))::uuid)", True, False),
        ("app.user_role", "", False, False),
        ("app.is_admin", "", False, False),
        ("request.jwt.claims", "", False, False),
        ("role", "", False, False),
    ],
)
def test_whom_a_setting_names(name, predicate, user, tenant):
    found = sort_settings([name], [predicate])
    assert (name in found.user, name in found.tenant) == (user, tenant)
