"""``map(rows, "teamId")`` of lodash takes a field of each row, of the whole library or of the one function's own package."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


READ = "return db.invoice.findMany({ where: { teamId: input.teamId } });"
SEATS = "const seats = await db.seat.findMany({ where: { userId: user.id } });"


def _told(head, check):
    return set(of_action(f"{SEATS} {check} {READ}", given="input", head=head)) & {"id-only-lookup", "unscoped-read"}


@pytest.mark.parametrize(
    ("head", "called"),
    [
        ('import map from "lodash/map";', "map"),
        ('import { map } from "lodash-es";', "map"),
        ('import _ from "lodash";', "_.map"),
    ],
)
def test_the_team_is_one_of_those_of_the_caller(head, called):
    assert _told(head, f'if (!{called}(seats, "teamId").includes(input.teamId)) throw new Error("no");') == set()
    assert _told(head, "") != set()


def test_of_no_list_at_all_an_empty_one_is_made():
    head = """import map from "lodash/map";
    async function seatsOf(me) { if (me) { return db.seat.findMany({ where: { userId: me.id } }); } }"""
    check = 'const own = map(await seatsOf(user), "teamId"); if (!own.includes(input.teamId)) throw new Error("no");'
    assert _told(head, check) == set()
