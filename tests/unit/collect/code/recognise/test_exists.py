"""``exists (…)`` in a statement chooses rows only when it speaks of them: whoever is a member of anything saw every invoice."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.sqlscan import statement
from assistant.collect.code.values import caller, request


INVOICE = "select * from invoices i where i.id = $1 and"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (f"{INVOICE} exists (select 1 from members m where m.org_id = i.org_id and m.user_id = $2)", True),
        (f"{INVOICE} exists (select 1 from public.members where members.org_id = i.org_id and user_id = $2)", True),
        (f"{INVOICE} exists (select 1 from members m where m.user_id = $2)", False),
        (f"{INVOICE} not exists (select 1 from blocks b where b.invoice_id = i.id and b.user_id = $2)", False),
        (f"{INVOICE} i.org_id in (select org_id from members where user_id = $2)", True),
    ],
)
def test_a_member_of_something_else_is_no_member(text, holds):
    draft = statement(text, (request("path.id"), caller("session.user.id")))

    assert draft is not None
    assert any(column.endswith("user_id") for column, _, _ in draft.filters) is holds
    assert ("id", "eq", request("path.id")) in draft.filters
