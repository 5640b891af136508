"""Every listed id was looked at in a loop, and a flag, or a list of strangers, said what came of it; or one of them alone was."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action
from tests.unit.detect.code.test_one_of_the_listed import DELETE, EACH, OWNED


MINE = "const mine = new Set((await db.invoice.findMany({ where: { userId: user.id } })).map((row) => row.id));"
REFUSED = "throw new Error('not yours')"


def heard(body):
    return of_action(f"{MINE} {body} {DELETE}", files=OWNED)


@pytest.mark.parametrize(
    "body",
    [
        f"let ok = true; for (const id of input.ids) if (!mine.has(id)) ok = false; if (!ok) {REFUSED};",
        f"let ok = true; for (const id of input.ids) {{ if (!mine.has(id)) {{ ok = false; break; }} }} if (!ok) {REFUSED};",
        f"let ok = true; for (const id of input.ids) ok = ok && mine.has(id); if (!ok) {REFUSED};",
        f"let bad = false; for (const id of input.ids) bad ||= !mine.has(id); if (bad) {REFUSED};",
        f"const bad = []; for (const id of input.ids) if (!mine.has(id)) bad.push(id); if (bad.length) {REFUSED};",
        f"const bad = []; for (const id of input.ids) if (!mine.has(id)) bad.push(id); if (bad.length > 0) {REFUSED};",
        f"for (const id of input.ids) if (!mine.has(id)) {REFUSED};",
        f"{EACH} if (found.filter(Boolean).length !== input.ids.length) {REFUSED};",
        f"{EACH} if (found.filter((one) => one !== null).length < input.ids.length) {REFUSED};",
    ],
)
def test_none_was_a_strangers(body):
    assert heard(body) == []


@pytest.mark.parametrize(
    "body",
    [
        f"let ok = false; for (const id of input.ids) if (mine.has(id)) ok = true; if (!ok) {REFUSED};",
        f"let ok = false; for (const id of input.ids) ok = ok || mine.has(id); if (!ok) {REFUSED};",
        f"let ok = true; for (const id of input.ids) ok = mine.has(id); if (!ok) {REFUSED};",
        "for (const id of input.ids) { if (!mine.has(id)) continue; }",
        "let ok = true; for (const id of input.ids) if (!mine.has(id)) ok = false;",
        f"{EACH} if (found.length !== input.ids.length) {REFUSED};",
    ],
)
def test_one_of_them_was_mine(body):
    """The last one, any one, or none: the others may be anybody's."""
    assert "id-only-lookup" in heard(body)


def test_what_is_passed_over_is_not_deleted():
    """Inside the loop the id that is left is mine."""
    body = "for (const id of input.ids) { if (!mine.has(id)) continue; await db.invoice.delete({ where: { id } }); }"
    assert of_action(f"{MINE} {body}", files=OWNED) == []


def test_one_of_my_memberships_is_enough():
    """The list is the caller's, and one of its rows names the tenant that was asked for."""
    body = """
        const teams = await db.member.findMany({ where: { userId: user.id } });
        let ok = false;
        for (const one of teams) if (one.teamId === input.teamId) ok = true;
        if (!ok) throw new Error("not yours");
        return db.invoice.findMany({ where: { teamId: input.teamId } });
    """
    assert of_action(body, files=OWNED) == []


ASKED = "async function mine(id, userId) { const row = await db.invoice.findFirst({ where: { id, userId } }); if (!row) throw new Error('no'); }"
OTHERS = "await db.invoice.deleteMany({ where: { id: { in: ok } } });"


@pytest.mark.parametrize(
    "body",
    [
        "for (const id of input.ids) { const row = await db.invoice.findFirst({ where: { id, userId: user.id } }); if (row) ok.push(id); }",
        "for (const id of input.ids) { try { await mine(id, user.id); ok.push(id); } catch {} }",
        "for (const id of input.ids) { try { await mine(id, user.id); ok.push(id); } catch (error) { console.error(error); } }",
    ],
)
def test_those_that_were_found_are_listed_and_nothing_else_is_deleted(body):
    """The list of all that were sent is another one."""
    assert of_action(f"const ok = []; {body} {OTHERS}", head=ASKED, files=OWNED) == []
    assert "id-only-lookup" in of_action(f"const ok = []; {body} {DELETE}", head=ASKED, files=OWNED)


def test_what_nobody_looked_at_is_listed_as_it_came():
    body = "const ok = []; for (const id of input.ids) { if (id) ok.push(id); }"
    assert "id-only-lookup" in of_action(f"{body} {OTHERS}", files=OWNED)
