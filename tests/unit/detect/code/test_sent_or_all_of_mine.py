"""Rows of one list that was sent, and of all the caller's lists where none was: whichever was sent is believed."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


LISTS = "const lists = await db.list.findMany({ where: { userId: user.id }, select: { id: true } }); const mine = lists.map((one) => one.id);"
READ = "return (await db.note.findMany({ where, select: { text: true } })).map((one) => one.text);"


def _told(body):
    return set(of_action(f"const where = {{}}; {body}", given="input")) & {"id-only-lookup"}


BRANCHES = f"""if (input.listId) {{ where.listId = input.listId; }}
      else {{ {LISTS} where.listId = {{ in: mine }}; }} {READ}"""
INSTEAD = f"{LISTS} where.listId = input.listId ?? {{ in: mine }}; {READ}"


@pytest.mark.parametrize("body", [BRANCHES, INSTEAD])
def test_whichever_list_is_sent_is_read(body):
    assert _told(body) == {"id-only-lookup"}


LOOKED = f"""if (input.listId) {{
        const own = await db.list.findFirst({{ where: {{ id: input.listId, userId: user.id }} }});
        if (!own) throw new Error("Not found");
        where.listId = input.listId;
      }} else {{ {LISTS} where.listId = {{ in: mine }}; }} {READ}"""
AMONG = f"""{LISTS} if (input.listId) {{
        if (!mine.includes(input.listId)) throw new Error("Not found");
        where.listId = input.listId;
      }} else {{ where.listId = {{ in: mine }}; }} {READ}"""
BEFORE = f"""{LISTS} if (input.listId && !mine.includes(input.listId)) throw new Error("Not found");
      where.listId = input.listId ?? {{ in: mine }}; {READ}"""
KEPT = f"{LISTS} where.listId = {{ in: mine.filter((one) => !input.listId || one === input.listId) }}; {READ}"


@pytest.mark.parametrize("body", [LOOKED, AMONG, BEFORE, KEPT])
def test_one_that_is_the_callers(body):
    assert _told(body) == set()


def test_what_each_way_of_a_branch_puts_into_an_object_is_in_it():
    """The second way was taken for the only one."""
    body = """if (input.everything) { where.userId = input.userId; } else { where.userId = user.id; }
      return (await db.note.findMany({ where, select: { text: true } })).map((one) => one.text);"""
    swapped = """if (!input.everything) { where.userId = user.id; } else { where.userId = input.userId; }
      return (await db.note.findMany({ where, select: { text: true } })).map((one) => one.text);"""
    assert of_action(f"const where = {{}}; {body}", given="input") == of_action(
        f"const where = {{}}; {swapped}", given="input"
    )
