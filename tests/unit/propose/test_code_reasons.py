"""What is said where no patch comes out: the next thing to do, and never something untrue."""

from __future__ import annotations

from assistant.propose.code_reasons import by_rule
from tests.unit.propose.test_code import patched


SESSION = """
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { prisma } from "@/lib/prisma";
    import { remove } from "@/lib/rows";

    export async function DELETE(request: Request, { params }: { params: { id: string } }) {
      const session = await getServerSession(authOptions);
      if (!session?.user) return Response.json({ error: "no" }, { status: 401 });
      await remove(params.id);
      return Response.json({});
    }
"""


def reasons_of(files: dict[str, str]) -> str:
    _, fixes, reasons = patched(files)
    assert not fixes
    return " ".join(one.reason for one in reasons)


def test_a_rule_without_a_patch_says_its_remedy() -> None:
    assert "compare amount and currency with the order's total" in by_rule("payment-amount-not-compared")


def test_a_row_that_hangs_on_another_names_it() -> None:
    said = reasons_of(
        {
            "prisma/schema.prisma": """
                model Video {
                  id      String   @id
                  ownerId String
                }
                model Upload {
                  id      String @id
                  videoId String
                }
            """,
            "lib/rows.ts": """
                import { prisma } from "@/lib/prisma";
                export const remove = (id: string) => prisma.upload.delete({ where: { id } });
            """,
            "app/api/uploads/[id]/route.ts": SESSION,
        }
    )
    assert "`videoId` leads to `video`, whose `ownerId` does" in said


def test_an_object_of_a_provider_is_no_table() -> None:
    said = reasons_of(
        {
            "lib/rows.ts": """
                import Stripe from "stripe";
                const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);
                export const remove = (id: string) => stripe.subscriptions.cancel(id);
            """,
            "app/api/plans/[id]/route.ts": SESSION,
        }
    )
    assert "stands with a provider (stripe)" in said
    assert "ownership map" not in said


def test_a_check_that_a_helper_does_not_await_is_awaited_in_the_helper() -> None:
    texts, _, reasons = patched(
        {
            "lib/may.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";

                export async function mustBeSignedIn() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) throw new Error("no");
                }
            """,
            "lib/rows.ts": """
                import { prisma } from "@/lib/prisma";
                import { mustBeSignedIn } from "@/lib/may";

                export async function remove(id: string) {
                  mustBeSignedIn();
                  await prisma.person.delete({ where: { id } });
                }
            """,
            "app/api/people/[id]/route.ts": """
                import { remove } from "@/lib/rows";

                export async function DELETE(request: Request, { params }: { params: { id: string } }) {
                  await remove(params.id);
                  return Response.json({});
                }
            """,
        }
    )
    assert "  await mustBeSignedIn();" in texts["lib/rows.ts"], reasons
