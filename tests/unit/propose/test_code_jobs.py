"""Strangers are refused as the handler is called: a scheduler by its secret, a browser by the address it is signed in with, and what hangs on the same id with it."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


JOB = """
    import { prisma } from "@/lib/prisma";

    export default async function handler(req, res) {
      if (req.method !== "GET") {
        return res.status(405).json({ error: { statusCode: 405, message: "Method not allowed" } });
      }
      await prisma.account.deleteMany({ where: { closed: true } });
      res.status(200).json({ ok: true });
    }
"""


def test_a_job_that_the_deployment_calls_asks_for_the_deployments_secret() -> None:
    """A session check from the nearest handler would have stopped the job for good; the refusal keeps the handler's own shape."""
    texts, fixes, reasons = patched(
        {
            "vercel.json": '{"crons": [{"path": "/api/jobs/report", "schedule": "0 0 * * *"}]}',
            "pages/api/jobs/cleanup.ts": JOB,
        }
    )
    after = texts["pages/api/jobs/cleanup.ts"]
    assert "getServerSession" not in after, reasons
    assert "!process.env.CRON_SECRET ||\n    req.headers.authorization !== `Bearer ${process.env.CRON_SECRET}`" in after
    assert 'statusCode: 401, message: "Unauthorized"' in after
    assert after.index("405") < after.index("CRON_SECRET") < after.index("deleteMany")
    assert any("scheduler" in one.risk for one in fixes)


def test_the_check_of_another_job_is_taken_over() -> None:
    texts, _, reasons = patched(
        {
            "app/api/cron/digest/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function GET(request: Request) {
                  const secret = process.env.JOBS_CRON_SECRET;
                  if (!secret || request.headers.get("x-cron-key") !== secret) {
                    return new Response("Unauthorized", { status: 401 });
                  }
                  await prisma.digest.deleteMany({});
                  return Response.json({ ok: true });
                }
            """,
            "app/api/cron/cleanup/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function GET(req: Request) {
                  await prisma.account.deleteMany({ where: { closed: true } });
                  return Response.json({ ok: true });
                }
            """,
        }
    )
    after = texts["app/api/cron/cleanup/route.ts"]
    assert 'if (!secret || req.headers.get("x-cron-key") !== secret) {' in after, reasons
    assert "const secret = process.env.JOBS_CRON_SECRET;" in after


def test_a_job_whose_secret_nobody_knows_is_left_to_a_person() -> None:
    texts, _, reasons = patched(
        {
            "app/api/cron/cleanup/route.ts": JOB.replace(
                "export default async function handler(req, res)", "export async function GET()"
            )
        }
    )
    assert "getServerSession" not in texts["app/api/cron/cleanup/route.ts"]
    assert any("scheduler" in one.reason for one in reasons)


ADDRESS = {
    "package.json": '{"dependencies": {"@clerk/nextjs": "6", "@prisma/client": "6"}}',
    "app/actions/drafts.ts": """
        "use server";

        import { prisma } from "@/lib/prisma";

        export async function saveDraft(text: string, ownerEmail: string) {
          try {
            await prisma.draft.create({ data: { text, createdBy: ownerEmail } });
            return { success: true };
          } catch (error) {
            return { success: false, error: "Failed to save" };
          }
        }
    """,
    "app/drafts/page.tsx": """
        import { currentUser } from "@clerk/nextjs/server";
        import { prisma } from "@/lib/prisma";

        export default async function Page() {
          const user = await currentUser();
          const drafts = await prisma.draft.findMany({ where: { createdBy: user?.primaryEmailAddress?.emailAddress } });
          return <p>{drafts.length}</p>;
        }
    """,
}


def test_an_address_that_the_browser_says_has_to_be_the_callers() -> None:
    """The rows are kept under an address: the reason said that the identity could not be told."""
    texts, _, reasons = patched(ADDRESS)
    after = texts["app/actions/drafts.ts"]
    assert "const user = await currentUser();" in after, reasons
    assert (
        'if (!user?.primaryEmailAddress?.emailAddress) {\n    return { success: false, error: "Unauthorized" };'
        in after
    )
    assert (
        'if (ownerEmail !== user.primaryEmailAddress.emailAddress) {\n    return { success: false, error: "Forbidden" };'
        in after
    )


def test_an_address_of_somebody_who_is_invited_stays() -> None:
    invited = {
        path: text.replace("ownerEmail", "inviteeEmail").replace("saveDraft", "inviteTo")
        for path, text in ADDRESS.items()
    }
    texts, _, _ = patched(invited)
    assert "inviteeEmail !==" not in texts["app/actions/drafts.ts"]


def test_what_is_hung_on_an_account_is_refused_with_the_account() -> None:
    """The account's balance was bound and its look-up was not: whoever was signed in could still put a transfer into any account."""
    texts, _, reasons = patched(
        {
            "prisma/schema.prisma": """
                model Account {
                  id        String     @id
                  userId    String
                  balance   Int
                  transfers Transfer[]
                }
                model Transfer {
                  id        String  @id
                  accountId String
                  account   Account @relation(fields: [accountId], references: [id])
                  amount    Int
                }
            """,
            "app/api/accounts/[id]/transfers/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function POST(request: Request, { params }: { params: { id: string } }) {
                  const { amount } = await request.json();
                  const account = await prisma.account.findUnique({ where: { id: params.id } });
                  if (!account) return Response.json({ error: "Not found" }, { status: 404 });
                  await prisma.transfer.create({ data: { accountId: params.id, amount } });
                  await prisma.account.update({ where: { id: params.id }, data: { balance: { increment: amount } } });
                  return Response.json({ ok: true });
                }
            """,
        }
    )
    after = texts["app/api/accounts/[id]/transfers/route.ts"]
    assert after.count("userId: session.user.id") == 2, reasons
    assert "findUnique({\n    where: { id: params.id, userId: session.user.id },\n  })" in after


OFFICE = {
    "lib/office.ts": """
        import { NextResponse } from "next/server";
        import { getServerSession } from "next-auth";
        import { authOptions } from "@/lib/auth";
        import { prisma } from "@/lib/prisma";

        export async function verifyOffice() {
          const session = await getServerSession(authOptions);
          if (!session?.user) return { response: NextResponse.json({ error: "Unauthorized" }, { status: 401 }) };
          const found = await prisma.person.findUnique({ where: { id: session.user.id } });
          if (found?.role !== "admin") return { response: NextResponse.json({ error: "Forbidden" }, { status: 403 }) };
          return { user: session.user };
        }

        export function isRefused(result) {
          return "response" in result;
        }
    """,
    "app/api/admin/people/route.ts": """
        import { isRefused, verifyOffice } from "@/lib/office";
        import { prisma } from "@/lib/prisma";

        export async function GET() {
          const asked = await verifyOffice();
          if (isRefused(asked)) {
            return asked.response;
          }
          return Response.json(await prisma.person.findMany());
        }
    """,
    "app/api/admin/import/route.ts": """
        import { prisma } from "@/lib/prisma";

        export async function POST(request: Request) {
          const { userId, note, label } = await request.json();
          await prisma.note.deleteMany({ where: { userId } });
          await prisma.note.create({ data: { userId, text: note } });
          await prisma.label.upsert({ where: { userId }, create: { userId, label }, update: { label } });
          return Response.json({ ok: true });
        }
    """,
}


def test_the_check_of_the_office_is_taken_over_once_and_nobody_is_replaced() -> None:
    """A check that answers with the refusal was none for the patches; and whoever imports does so for others."""
    texts, _, reasons = patched(OFFICE)
    after = texts["app/api/admin/import/route.ts"]
    assert after.count("await verifyOffice()") == 1, reasons
    assert after.count("if (isRefused(asked)) {") == 1
    assert after.index("isRefused(asked)") < after.index("request.json()")
    assert "const { userId, note, label } = await request.json();" in after
    assert "user.id" not in after


def test_the_check_of_one_office_is_none_for_another_folder() -> None:
    moved = {path.replace("api/admin/import", "api/import"): text for path, text in OFFICE.items()}
    texts, _, _ = patched(moved)
    assert "verifyOffice" not in texts["app/api/import/route.ts"]


def test_a_door_for_tests_with_its_password_in_the_code_closes_in_production() -> None:
    texts, _, reasons = patched(
        {
            "app/api/e2e-login/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function POST(request: Request) {
                  const { secret, id } = await request.json();
                  if (secret !== "let-the-tests-in") {
                    return new Response(null, { status: 404 });
                  }
                  return Response.json(await prisma.chat.findMany({ where: { userId: id } }));
                }
            """
        }
    )
    assert 'process.env.NODE_ENV === "production"' in texts["app/api/e2e-login/route.ts"], reasons
