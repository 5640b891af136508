"""A booking desk of five hundred routes was never read to its end: values that may be hundreds of things were looked at as one step each."""

from __future__ import annotations

import pytest

from assistant.collect.code.follow.entry import world_of
from assistant.collect.code.follow.run import Run
from assistant.collect.code.follow.stop import Exhausted
from assistant.collect.code.follow.weight import weigh
from assistant.collect.code.map import map_of
from assistant.collect.code.program import Program


def test_what_may_be_many_things_costs_more_than_a_step() -> None:
    run = Run(world_of(Program({}, {}), ()), "app/api/x/route.ts", steps=100)
    weigh(run, 8)
    assert run.left == 100
    weigh(run, 200)
    assert run.left == 50
    with pytest.raises(Exhausted):
        weigh(run, 800)


def test_an_entry_that_mixes_everything_keeps_its_queries() -> None:
    """Sixty lists in one, asked of each of their fields in turn: the work is squared, and so is what is counted."""
    rows = "\n".join(
        f"const r{n} = await db.t{n}.findMany({{ where: {{ userId: session.user.id }} }});" for n in range(60)
    )
    mixed = " , ".join(f"...r{n}" for n in range(60))
    asked = "\n".join(f"if (all.map((one) => one.f{n}).includes(all[0].g{n})) console.log({n});" for n in range(400))
    route = f"""
import {{ PrismaClient }} from "@prisma/client";
import {{ getServerSession }} from "next-auth";
const db = new PrismaClient();
export async function GET() {{
  const session = await getServerSession();
  {rows}
  const all = [{mixed}].map((one) => one.inner);
  {asked}
  return Response.json(all);
}}
"""
    (entry,) = map_of({"app/api/all/route.ts": route}).entries
    assert len(entry.queries) == 60
