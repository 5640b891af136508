"""Half of the rules run in a copy of the process: the report must be the one that a single process makes."""

from __future__ import annotations

from assistant.collect.code.map import map_of
from assistant.detect.code.registry import code_rules
from assistant.detect.code.run import report_code
from assistant.engine.judging import judged_in_two


ROUTE = """
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function POST(request) {
  const body = await request.json();
  console.log("sent by", body.email);
  try {
    return Response.json(await db.invoice.update({ where: { id: body.id }, data: body, include: { user: true } }));
  } catch (error) {
    return Response.json({ error: error.message }, { status: 500 });
  }
}
"""


def test_rules_in_two_processes_find_what_one_finds() -> None:
    read = map_of({f"app/api/a{n}/route.ts": ROUTE for n in range(3)})
    alone, halved = report_code(read), report_code(read, judge=judged_in_two)
    assert halved.findings == alone.findings
    assert len({one.rule for one in alone.findings}) > 2


def test_each_rule_is_run_once_and_told_in_its_place() -> None:
    read = map_of({"app/api/a/route.ts": ROUTE})
    context = report_code(read).context
    found = judged_in_two(code_rules(), context)
    assert [list(one) for one in found] == [list(rule.find(context)) for rule in code_rules()]
