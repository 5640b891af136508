"""A table that says who belongs to what answers for rows that name no person themselves."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


PROJECTS = """
    import { getServerSession } from "next-auth";
    import { eq } from "drizzle-orm";
    import { authOptions } from "@/lib/auth";
    import { db } from "@/lib/db";
    import { projects } from "@/lib/schema";

    export async function DELETE(request: Request, { params }: { params: { id: string } }) {
      const session = await getServerSession(authOptions);
      if (!session?.user) return Response.json({ error: "no" }, { status: 401 });
      await db.delete(projects).where(eq(projects.id, params.id));
      return Response.json({});
    }
"""
SCHEMA = """
    import { pgTable, text } from "drizzle-orm/pg-core";
    export const projects = pgTable("projects", { id: text("id"), name: text("name") });
    export const userProjects = pgTable("user_projects", { userId: text("user_id"), projectId: text("project_id") });
    export const projectInvitations = pgTable("project_invitations", { userId: text("u"), projectId: text("p") });
"""


def test_a_row_of_its_members_is_looked_up_before_a_project_is_deleted() -> None:
    texts, _, reasons = patched(
        {
            "lib/db.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.URL);\n',
            "lib/schema.ts": SCHEMA,
            "app/api/projects/[id]/route.ts": PROJECTS,
            "app/api/mine/route.ts": """
                import { getServerSession } from "next-auth";
                import { and, eq } from "drizzle-orm";
                import { authOptions } from "@/lib/auth";
                import { db } from "@/lib/db";
                import { userProjects } from "@/lib/schema";

                export async function GET() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) return Response.json({ error: "no" }, { status: 401 });
                  return Response.json(await db.select().from(userProjects).where(eq(userProjects.userId, session.user.id)));
                }
            """,
            "package.json": '{"dependencies": {"drizzle-orm": "1", "next-auth": "4"}}',
        }
    )
    after = texts["app/api/projects/[id]/route.ts"]
    assert "const [member] = await db" in after, reasons
    assert "eq(userProjects.userId, session.user.id)" in after
    assert after.index("if (!member)") < after.index("db.delete(projects)")
    assert "userProjects" in after.split("export")[0]


def test_a_customer_of_the_provider_is_looked_up_among_the_callers_own() -> None:
    texts, _, reasons = patched(
        {
            "lib/stripe.ts": 'import Stripe from "stripe";\nexport const stripe = new Stripe(process.env.KEY!);\n',
            "app/api/me/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function GET() {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) return Response.json({ error: "no" }, { status: 401 });
                  const own = { userId: session.user.id };
                  return Response.json(await prisma.plan.findMany({ where: own, select: { stripeCustomerId: true } }));
                }
            """,
            "app/api/portal/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { stripe } from "@/lib/stripe";

                export async function POST(request: Request) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) return Response.json({ error: "no" }, { status: 401 });
                  const { customerId } = await request.json();
                  const portal = await stripe.billingPortal.sessions.create({ customer: customerId });
                  return Response.json({ url: portal.url });
                }
            """,
        }
    )
    after = texts["app/api/portal/route.ts"]
    assert "const customer = await prisma.plan.findFirst" in after, reasons
    assert "stripeCustomerId: customerId" in after
    assert "userId: session.user.id" in after
    assert 'import { prisma } from "@/lib/prisma"' in after


def test_what_is_found_by_the_same_id_stands_behind_the_look_up() -> None:
    """Rows of its other members go with the project: scoped to the caller, theirs would have stayed."""
    texts, _, _ = patched(
        {
            "lib/db.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.URL);\n',
            "lib/schema.ts": SCHEMA,
            "app/api/projects/[id]/route.ts": PROJECTS.replace(
                "      return Response.json({});",
                "      await db.delete(userProjects).where(eq(userProjects.projectId, params.id));\n      return Response.json({});",
            ).replace("{ projects }", "{ projects, userProjects }"),
            "package.json": '{"dependencies": {"drizzle-orm": "1", "next-auth": "4"}}',
        }
    )
    after = texts["app/api/projects/[id]/route.ts"]
    assert "if (!member)" in after
    assert "await db.delete(userProjects).where(eq(userProjects.projectId, params.id));" in after
