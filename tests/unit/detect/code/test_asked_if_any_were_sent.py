"""Ids that may be left out are looked at where there are any: ``if (ids.length > 0) assertMine(ids)``."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action
from tests.unit.detect.code.test_one_of_the_listed import OWNED


GIVEN = "const ids = input.ids ?? [];"
ROWS = "const rows = await db.invoice.findMany({ where: { id: { in: ids }, userId: user.id } });"
MISSING = (
    f"{ROWS} const found = new Set(rows.map((row) => row.id)); const missing = ids.filter((id) => !found.has(id));"
)
LOOKED = f"{MISSING} if (missing.length > 0) throw new Error('none');"
COUNTED = f"{ROWS} if (rows.length !== ids.length) throw new Error('none');"
PAID = "await db.payment.createMany({ data: ids.map((invoiceId) => ({ invoiceId, userId: user.id })) });"
HELPER = (
    "async function mustOwn(ids, userId) {"
    " const rows = await db.invoice.findMany({ where: { id: { in: ids }, userId } });"
    " const found = new Set(rows.map((row) => row.id));"
    " const missing = ids.filter((id) => !found.has(id)); if (missing.length) throw new Error('none'); }"
)
OF_INPUT = PAID.replace("ids.map", "input.ids.map")


def heard(body, *, given=GIVEN):
    return of_action(f"{given} {body}", head=HELPER, files=OWNED)


@pytest.mark.parametrize(
    "body",
    [
        f"{LOOKED} {PAID}",
        f"if (ids.length > 0) {{ {LOOKED} }} {PAID}",
        f"if (ids.length) {{ {COUNTED} }} {PAID}",
        f"if (ids.length > 0) {{ {LOOKED} }} if (ids.length > 0) {{ {PAID} }}",
        f"if (ids.length > 0) await mustOwn(ids, user.id); {PAID}",
        f"if (input.ids && input.ids.length > 0) {{ await mustOwn(input.ids, user.id); }} if (input.ids?.length) {{ {OF_INPUT} }}",
    ],
)
def test_whatever_was_sent_was_looked_at(body):
    assert heard(body) == []


@pytest.mark.parametrize(
    "body",
    [
        PAID,
        f"if (ids.length > 0) {{ {PAID} }}",
        f"if (ids.length > 5) {{ {LOOKED} }} {PAID}",
        f"if (input.strict) {{ {LOOKED} }} {PAID}",
        f"if (input.strict && ids.length > 0) {{ {LOOKED} }} {PAID}",
        f"{MISSING} if (missing.length > 0) console.warn(missing); {PAID}",
        f"{ROWS} if (rows.length === 0) throw new Error('none'); {PAID}",
    ],
)
def test_some_of_it_may_be_anybodys(body):
    assert "foreign-reference-unchecked" in heard(body)
