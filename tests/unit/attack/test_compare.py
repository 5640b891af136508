from __future__ import annotations

from assistant.attack.compare import compare
from assistant.attack.triage import REPEATS
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Verb, Verdict


def cell(verdict, actor=Actor.GUEST, verb=Verb.SELECT, variant="", reason=""):
    return Cell(
        object="public.notes", kind="table", verb=verb, actor=actor, variant=variant, verdict=verdict, reason=reason
    )


def matrix(*cells):
    return Matrix(cells=cells, seeding=Seeding(tables=1, seeded=1))


LEAKS, HOLDS, UNKNOWN, LOCKED = Verdict.LEAKS, Verdict.HOLDS, Verdict.UNKNOWN, Verdict.LOCKED_OUT


def test_a_leak_that_holds_afterwards_is_closed():
    found = compare(matrix(cell(LEAKS)), matrix(cell(HOLDS)))
    assert len(found.closed) == 1
    assert not (found.opened)
    assert not (found.still_open)
    assert not (found.locked_out)
    assert not (found.lost_sight)


def test_a_leak_that_can_no_longer_be_tested_is_not_proven():
    found = compare(matrix(cell(LEAKS)), matrix(cell(UNKNOWN)))
    assert len(found.lost_sight) == 1
    assert not found.closed


def test_an_owner_who_could_read_and_no_longer_can_is_locked_out():
    found = compare(matrix(cell(HOLDS, Actor.OWNER)), matrix(cell(UNKNOWN, Actor.OWNER)))
    assert [one.actor for one in found.locked_out] == [Actor.OWNER]


def test_a_teammate_who_was_meant_to_read_counts_too_but_a_denial_that_turns_unknown_does_not():
    before = matrix(cell(HOLDS, Actor.TEAMMATE, variant="allow"), cell(HOLDS, Actor.GUEST))
    after = matrix(cell(UNKNOWN, Actor.TEAMMATE, variant="allow"), cell(UNKNOWN, Actor.GUEST))
    assert [one.actor for one in compare(before, after).locked_out] == [Actor.TEAMMATE]


def test_an_owner_who_never_could_is_not_locked_out():
    assert not compare(matrix(cell(UNKNOWN, Actor.OWNER)), matrix(cell(UNKNOWN, Actor.OWNER))).locked_out


def test_a_hole_that_was_hidden_behind_another_is_still_open_not_new():
    hidden = cell(HOLDS, variant="two-step", reason=REPEATS + "the row is open without the first step")
    found = compare(matrix(hidden), matrix(cell(LEAKS, variant="two-step")))
    assert len(found.still_open) == 1
    assert not found.opened


def test_a_new_leak_is_opened_and_a_new_lock_out_is_told_once():
    found = compare(matrix(cell(HOLDS), cell(HOLDS, Actor.OWNER)), matrix(cell(LEAKS), cell(LOCKED, Actor.OWNER)))
    assert len(found.opened) == 1
    assert len(found.locked_out) == 1
