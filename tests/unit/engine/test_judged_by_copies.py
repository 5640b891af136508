"""Judging a large repository by copies of the process says what judging it in one says, in the same order."""

from __future__ import annotations

from assistant.collect.code.map import map_of
from assistant.detect.code.registry import code_rules
from assistant.detect.code.run import report_code
from assistant.engine.codehalf import Survey
from assistant.engine.options import Options


_ROUTE = """
import { prisma } from "@/lib/prisma";
export async function GET(req, { params }) {
  const { id } = await params;
  return Response.json(await prisma.%s.findUnique({ where: { id } }));
}
export async function DELETE(req) {
  const { id } = await req.json();
  console.log(req.headers.get("authorization"));
  await prisma.%s.delete({ where: { id } });
  return Response.json({ id });
}
"""
_FILES = {
    "package.json": '{"dependencies": {"next": "15.0.0", "@prisma/client": "6.0.0"}}',
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    **{f"app/api/{name}/[id]/route.ts": _ROUTE % (name, name) for name in ("invoice", "note", "patient")},
}


def test_two_copies_say_what_one_process_says(tmp_path):
    found = map_of(_FILES)
    survey = Survey(tmp_path, Options(workers=2), lambda *_: None)
    together = report_code(found, spread=survey._spread)
    assert together.findings == report_code(found).findings
    assert {"missing-session", "personal-data-logged"} <= {one.rule for one in together.findings}
    assert len(code_rules()) > 1
