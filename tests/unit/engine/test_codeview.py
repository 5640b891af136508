"""Every way of an application was shown with nothing to protect: its rows lie in a store that nobody here reads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import report_code
from assistant.engine.codehalf import CodeHalf
from assistant.engine.codeview import numbers, rows_of


FOREIGN = 'import store from "unheard-of-store";\nexport const GET = async () => Response.json(await (await store()).all());\n'
READ = 'import { PrismaClient } from "@prisma/client";\nexport const GET = async () => Response.json(await new PrismaClient().plan.findMany());\n'


@pytest.mark.parametrize(("foreign", "read", "said"), [(12, 0, True), (12, 8, False), (4, 0, False)])
def test_no_rows_anywhere_is_said_to_be_perhaps_a_store_that_is_not_read(foreign: int, read: int, said: bool) -> None:
    files = {f"app/api/a{n}/route.ts": FOREIGN for n in range(foreign)}
    files |= {f"app/api/b{n}/route.ts": READ for n in range(read)}
    found = map_of(files)
    half = cast("CodeHalf", SimpleNamespace(map=found, context=report_code(found).context, joined=True))
    rows = rows_of(half)
    assert sum(row.verdict.word.value == "no rows seen" for row in rows) == foreign
    told = f"In {foreign} of {foreign + read} ways no query was seen: if they keep rows, it is in a store that stanch does not read."
    assert (told in numbers(half, rows)) is said
