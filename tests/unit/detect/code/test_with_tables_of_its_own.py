"""Kysely's ``with``: the roles of the caller are a table that the query makes for itself, and the rights are found by it."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


HEAD = """
    import { Kysely } from "kysely";
    const kysely = new Kysely({ dialect });
    async function may(right, target, userId) {
      const asked = kysely
        .with("house", (q) => q.selectFrom("papers").where("papers.id", "=", target.paperId).select("papers.houseId"))
        .with("mine", (q) =>
          q.selectFrom("memberships").where("memberships.userId", "=", userId)%s.select("role"))
        .selectFrom("rights")
        .where((eb) => eb.and([eb("rights.role", "in", eb.selectFrom("mine").select("role")), eb("rights.scope", "=", "paper")]))
        .where("rights.name", "=", right)
        .select("name");
      return Boolean((await asked.execute()).length);
    }
"""
OF_HOUSE = '.whereRef("houseId", "=", q.selectFrom("house").select("houseId"))'
WRITE = """if (!(await may("edit", { type: "paper", paperId: %s }, user.id))) throw new Error("Forbidden");
      await kysely.updateTable("papers").set({ title: input.title }).where("id", "=", id).execute();"""


def _told(asked, head):
    return set(of_action(WRITE % asked, head=head)) & {"id-only-lookup", "parent-authorised-child-by-id"}


@pytest.mark.parametrize("held", [OF_HOUSE, '.where("memberships.paperId", "=", target.paperId)'])
def test_whoever_holds_a_right_to_the_row(held):
    assert _told("id", HEAD % held) == set()


def test_a_right_to_another_row_is_none_to_this_one():
    assert _told("input.other", HEAD % OF_HOUSE) == {"parent-authorised-child-by-id"}
