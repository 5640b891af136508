"""Checks that ask whether a list is there."""

from __future__ import annotations

import pytest

from tests.unit.codemods.tools import check_edited, check_refused


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        ("!mine", "!mine?.length"),
        ("error || !mine", "error || !mine?.length"),
        ("mine === null", "!mine?.length"),
        ("!mine.filter(isOwner)", "!mine.filter(isOwner)?.length"),
    ],
)
def test_a_list_is_looked_into(test: str, wanted: str) -> None:
    before = f"export async function GET() {{\n  const {{ data: mine, error }} = await db.from('members').select('id').eq('org', id);\n  if ({test}) {{\n    return no();\n  }}\n}}\n"
    check_edited("look_into", before, before.replace(f"({test})", f"({wanted})"), f"if ({test})")


def test_a_row_is_no_list() -> None:
    before = (
        "export async function GET() {\n  const mine = await owner(id);\n  if (!mine) {\n    return no();\n  }\n}\n"
    )
    check_refused("look_into", before, "could not be told", "if (!mine)")
