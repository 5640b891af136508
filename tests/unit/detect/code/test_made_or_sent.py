"""A section is made where none was sent, and whichever is sent is written to: the one that was made spoke for it."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


MINE = """const resume = await db.resume.findFirst({ where: { id: input.resumeId, userId: user.id } });
      if (!resume) throw new Error("Not found");"""
MADE = """const made = !input.sectionId
        ? await db.section.create({ data: { resumeId: resume.id, title: input.title } })
        : undefined;"""


def _told(where, made=MADE):
    body = f"{MINE} {made} return db.section.update({{ where: {where}, data: {{ text: input.text }} }});"
    return set(of_action(body, given="input")) & {"parent-authorised-child-by-id", "id-only-lookup"}


@pytest.mark.parametrize("where", ["{ id: made ? made.id : input.sectionId }", "{ id: made?.id ?? input.sectionId }"])
def test_whichever_id_is_sent_is_written_to(where):
    assert _told(where) == {"parent-authorised-child-by-id"}


@pytest.mark.parametrize(
    "where",
    [
        "{ id: made ? made.id : input.sectionId, resumeId: resume.id }",
        "{ id: made ? made.id : input.sectionId, resume: { userId: user.id } }",
    ],
)
def test_beside_the_parent_that_was_proven(where):
    assert _told(where) == set()


def test_one_that_was_made_or_found():
    found = """const kept = await db.section.findFirst({ where: { resumeId: resume.id, title: input.title } });
      const made = kept ?? (await db.section.create({ data: { resumeId: resume.id, title: input.title } }));"""
    assert _told("{ id: made.id }", found) == set()
