"""A patch that leaves its finding as it was is not offered: the next way is tried, and where there is none that is said."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from assistant.collect.code.map import read_code
from assistant.detect.code.run import detect_code
from assistant.domain.fixes import Fix, NoFix
from assistant.engine.patch_trial import Known, propose_tried
from assistant.write.patches import plan_patches
from tests.unit.propose.test_code import AUTH, LENDER, PRISMA


if TYPE_CHECKING:
    from pathlib import Path

SERVICE = """
    import { prisma } from "@/lib/prisma";

    export async function getKey(id: string) {
      const key = await prisma.key.findUnique({ where: { id } });
      if (!key) throw new Error("not found");
      return { id: key.id, name: key.name };
    }
"""
HANDLER = """
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { getKey } from "@/lib/keys";

    export async function GET(request: Request, { params }: { params: { id: string } }) {
      const session = await getServerSession(authOptions);
      if (!session?.user) {
        return Response.json({ error: "Unauthorized" }, { status: 401 });
      }
      const key = await getKey(params.id);
      return Response.json({ name: key.name });
    }
"""
SCHEMA = "model Key {\n  id     String @id\n  name   String\n  userId String\n}\n"


def repository(root: Path) -> Path:
    files = {
        "lib/prisma.ts": PRISMA,
        "lib/auth.ts": AUTH,
        "lib/keys.ts": SERVICE,
        "app/api/chats/route.ts": LENDER,
        "app/api/keys/[id]/route.ts": HANDLER,
        "prisma/schema.prisma": SCHEMA,
        "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text).lstrip("\n"))
    return root


def test_a_compare_with_what_a_service_does_not_hand_out_is_passed_over(tmp_path: Path) -> None:
    """The service leaves the owner out of what it answers, so that the first patch would have refused everybody."""
    root = repository(tmp_path)
    code_map = read_code(root, workers=1)
    paths = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    answers = propose_tried(root, code_map, detect_code(code_map), paths, Known())
    fixes = [one for one in answers if isinstance(one, Fix)]
    after = {file.path: file.after or "" for file in plan_patches(root, fixes)}
    said = " ".join(after.values())
    assert "key.userId !== session.user.id" not in said
    assert "userId: session.user.id" in said
    for path, text in after.items():
        (root / path).write_text(text)
    closed = {name for fix in fixes for name in fix.findings}
    assert closed
    assert not closed & {one.fingerprint for one in detect_code(read_code(root, workers=1))}


def test_what_no_way_closes_is_said(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "prisma/schema.prisma").unlink()
    (root / "lib/keys.ts").write_text(dedent(SERVICE).replace("where: { id }", "where"))
    code_map = read_code(root, workers=1)
    findings = detect_code(code_map)
    answers = propose_tried(root, code_map, findings, [], Known())
    told = {one.finding for one in answers if isinstance(one, NoFix)}
    told |= {name for one in answers if isinstance(one, Fix) for name in one.findings}
    assert told == {one.fingerprint for one in findings}


def test_a_look_up_that_leaves_the_owner_out_is_not_lent(tmp_path: Path) -> None:
    """One of two queries went on comparing what the service does not answer, though the other one's look-up closed the finding."""
    root = repository(tmp_path)
    service = (
        dedent(SERVICE)
        + "\nexport async function deleteKey(id: string) {\n  await prisma.key.delete({ where: { id } });\n}\n"
    )
    (root / "lib/keys.ts").write_text(service)
    handler = dedent(HANDLER).replace("{ getKey }", "{ deleteKey, getKey }")
    remove = (
        handler[handler.index("export") :]
        .replace("GET", "DELETE")
        .replace("const key = await getKey", "await deleteKey")
    )
    remove = remove.replace("{ name: key.name }", "{}")
    (root / "app/api/keys/[id]/route.ts").write_text(f"{handler}\n{remove}")
    code_map = read_code(root, workers=1)
    paths = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    answers = propose_tried(root, code_map, detect_code(code_map), paths, Known())
    files = plan_patches(root, [one for one in answers if isinstance(one, Fix)])
    after = " ".join(file.after or "" for file in files)
    assert "prisma.key.findFirst" in after or "userId: session.user.id" in after
    assert "key.userId" not in after
