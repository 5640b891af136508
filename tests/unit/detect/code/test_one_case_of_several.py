"""A ``switch`` over what is meant: the check of one case does not come after the write of another, and none of them runs twice."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


ADMIN = "const team = await db.team.findFirst({ where: { id: input.teamId, admins: { some: { userId: user.id } } } }); if (!team) throw new Error();"
MAY = "const mine = user.teams.map((one) => one.teamId); if (!mine.includes(input.teamId)) throw new Error();"
ADDED = "await db.seat.create({ data: { teamId: input.teamId, name: input.name } });"
REMOVED = "await db.seat.deleteMany({ where: { teamId: input.teamId, name: input.name } });"


def _told(body):
    return set(of_action(body, given="input")) & {"ineffective-guard"}


@pytest.mark.parametrize("check", [ADMIN, MAY])
def test_the_check_of_the_second_case_is_in_time(check):
    """Each case asks before it writes, and the second one was told to ask too late."""
    body = f"""switch (input.intent) {{
        case "note": {{ await db.seat.update({{ where: {{ teamId: input.teamId }}, data: {{ seen: true }} }}); return {{}}; }}
        case "remove": {{ {check} {REMOVED} return {{}}; }}
        default: return {{}};
      }}"""
    assert _told(body) == set()


def test_so_is_that_of_the_other_way_of_an_if():
    body = f'if (input.intent === "add") {{ {ADDED} return {{}}; }} else {{ {MAY} {REMOVED} return {{}}; }}'
    assert _told(body) == set()


@pytest.mark.parametrize(
    "body",
    [
        f"{ADDED} {MAY} return {{}};",
        f'switch (input.intent) {{ case "add": {{ {ADDED} {MAY} return {{}}; }} default: return {{}}; }}',
        f"if (input.fast) {{ {ADDED} }} {MAY} return {{}};",
    ],
)
def test_one_that_comes_after_the_write_in_the_same_run_is_late(body):
    assert _told(body) == {"ineffective-guard"}
