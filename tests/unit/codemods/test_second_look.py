"""What patches of unseen repositories got wrong: names of other handlers, fields that a type does not have, columns that are read behind the query."""

from __future__ import annotations

from tests.unit.codemods.tools import check_edited, check_refused


def test_fields_are_those_of_the_type_that_the_body_is_given() -> None:
    before = """
        interface PatchRequest {
          prompt?: string;
        }

        export async function PATCH(req: Request) {
          const body: PatchRequest = await req.json();
          await db.mode.update({ where, data: body });
        }
    """
    after = before.replace("data: body", "data: { prompt: body.prompt }")
    check_edited("pick", before, after, "db.mode.update({ where, data: body })", fields="name,prompt,visibility")


def test_a_query_keeps_the_columns_that_it_was_made_for() -> None:
    text = """
        export async function connection(orgId: string) {
          const { data } = await supabase.from("gates").select("url, auth_token").eq("org_id", orgId);
          return data;
        }
    """
    query = 'supabase.from("gates").select("url, auth_token").eq("org_id", orgId)'
    check_refused("columns", text, "Nothing is left", query, engine="supabase", hide="url,auth_token")


def test_a_column_that_the_handler_reads_is_not_left_out() -> None:
    text = """
        export async function agents() {
          const found = await db.agent.findMany({ where, select: { id: true, token: true } });
          return found.map((agent) => ({ id: agent.id, token: agent.token }));
        }
    """
    query = "db.agent.findMany({ where, select: { id: true, token: true } })"
    check_refused("columns", text, "works with `token`", query, engine="prisma", hide="token")


def test_the_caller_is_refused_by_the_name_that_the_caller_has_here() -> None:
    """The parameter had the same name, and was what the new refusal looked at."""
    before = """
        export async function save(userId: string, text: string) {
          await db.note.update({ where: { userId }, data: { text } });
        }
    """
    after = """
        export async function save(userId: string, text: string) {
          const callerUserId = await getCurrentUserId();
          if (!callerUserId) {
            throw new Error("Unauthorized");
          }
          await db.note.update({ where: { userId }, data: { text } });
        }
    """
    facts = {"lines": "const userId = await getCurrentUserId();", "names": "userId", "empty": "userId"}
    check_edited("guard", before, after, "db.note", kind="action", **facts)


def test_an_id_of_the_body_before_the_sessions_own_gives_way_to_it() -> None:
    """The whole handler stands in a ``try``."""
    before = """
        export async function POST(req) {
          try {
            const session = await getServerSession(options);
            if (!session?.user?.id) return Response.json({}, { status: 401 });
            const body = await req.json();
            const userId = body.user_id || session.user.id;
            return Response.json(await load(userId));
          } catch (error) {
            return Response.json({}, { status: 500 });
          }
        }
    """
    after = before.replace("body.user_id || session.user.id", "session.user.id")
    check_edited("identity", before, after, "", **{"from": "body.user_id", "kind": "route"})


def test_what_was_proven_of_a_parameter_is_compared_and_never_the_caller() -> None:
    before = """
        export async function addEntry(data: Entry) {
          const user = await getCurrentUser();
          if (!user) throw new Error("nobody");
          await assertOwner(data.binderId!, user.id);
          await db.section.update({ where: { id: data.sectionId }, data: { title: data.title } });
        }
    """
    after = before.replace("{ id: data.sectionId }", "{ id: data.sectionId, binderId: data.binderId! }")
    after = after.replace(
        "await db.section.update({ where: { id: data.sectionId, binderId: data.binderId! }, data: { title: data.title } });",
        "await db.section.update({\n            where: { id: data.sectionId, binderId: data.binderId! },\n            data: { title: data.title },\n          });",
    )
    query = "db.section.update({ where: { id: data.sectionId }, data: { title: data.title } })"
    held = "binderId=argument.data.binderId"
    check_edited("owner_filter", before, after, query, column="binderId", engine="prisma", held=held, prisma="6")
    unnamed = before.replace("(data: Entry)", "({ data }: { data: Entry })")
    check_refused(
        "owner_filter", unnamed, "who the caller is", query, column="binderId", engine="prisma", held=held, prisma="6"
    )


def test_where_no_space_was_sent_nobody_is_asked_about_it() -> None:
    before = """
        export async function move({ videoId, spaceId }: Input) {
          const user = await getCurrentUser();
          if (!user) throw new Error("Unauthorized");
          if (spaceId && !spaceless) {
            await db.update(spaceVideos).set({ at }).where(eq(spaceVideos.spaceId, spaceId));
          }
        }
    """
    after = before.replace(
        "            await db.update",
        "            await requireSpaceManager(user.id, spaceId);\n            await db.update",
    )
    query = "db.update(spaceVideos).set({ at }).where(eq(spaceVideos.spaceId, spaceId))"
    facts = {"call": "await requireSpaceManager({caller}, {id})", "helper": "requireSpaceManager", "throws": "1"}
    check_edited("access", before, after, query, key="spaceId", id="spaceId", kind="action", **facts)


def test_whoever_a_verified_address_finds_is_the_caller_and_the_answer_speaks_of_the_row() -> None:
    """The path calls it ``id``, the handler ``tripId``; nobody's user is missing where a trip is."""
    before = """
        import { prisma } from "@/lib/prisma";

        export async function POST(request, { params }) {
          const email = await getVerifiedEmail();
          if (!email) return Response.json({ error: "Unauthorized" }, { status: 401 });
          const user = await prisma.users.findFirst({ where: { email: { equals: email, mode: "insensitive" } } });
          if (!user) return Response.json({ error: "User not found" }, { status: 404 });
          const { id: tripId } = await params;
          await prisma.finds.upsert({ where: { trip_kind: { tripId, kind } }, update: { text }, create: { tripId } });
          return Response.json({});
        }
    """
    after = before.replace(
        "          await prisma.finds",
        """          const trip = await prisma.trips.findFirst({
            where: { id: tripId, userId: user.id },
          });
          if (!trip) {
            return Response.json({ error: "Not found" }, { status: 404 });
          }
          await prisma.finds""",
    )
    query = "prisma.finds.upsert({ where: { trip_kind: { tripId, kind } }, update: { text }, create: { tripId } })"
    lookup = "await {client}.trips.findFirst({ where: { id: {id}, userId: {caller} } })"
    check_edited("verify", before, after, query, lookup=lookup, client="prisma", id="id", name="trip", column="userId")


def test_whoever_an_address_of_the_body_finds_is_not_the_caller() -> None:
    text = """
        export async function POST(request) {
          const { email, noteId } = await request.json();
          const user = await prisma.users.findFirst({ where: { email } });
          await prisma.note.update({ where: { id: noteId }, data: { text } });
        }
    """
    query = "prisma.note.update({ where: { id: noteId }, data: { text } })"
    check_refused("owner_filter", text, "who the caller is", query, column="userId", engine="prisma", prisma="6")


def test_the_tenant_is_named_by_its_short_name_too() -> None:
    before = """
        export async function load(issueId: string) {
          const ctx = await getSessionAndOrg();
          const { orgId } = ctx;
          return prisma.issue.findUnique({ where: { id: issueId } });
        }
    """
    after = before.replace(
        "{ where: { id: issueId } }",
        "{\n            where: { id: issueId, repository: { organizationId: orgId } },\n          }",
    )
    query = "prisma.issue.findUnique({ where: { id: issueId } })"
    held = "organizationId=cookie.current_org_id"
    check_edited(
        "owner_filter", before, after, query, column="repository.organizationId", engine="prisma", held=held, prisma="6"
    )


def test_nobody_is_asked_to_sign_in_where_the_address_is_for_sharing() -> None:
    text = """
        export async function GET(request, { params }) {
          return Response.json(await load(params.userId));
        }
    """
    facts = {"lines": "const user = await getUser();", "names": "user", "empty": "user"}
    path = "app/api/lists/shared/[userId]/route.ts"
    check_refused("guard", text, "is shared with people", "load", path=path, kind="route", **facts)


def test_where_sign_in_can_be_switched_off_nobody_keeps_the_rows_of_nobody() -> None:
    """``null !== undefined`` refused everybody in an installation for one person."""
    before = """
        app.get("/runs/:id", async (req, reply) => {
          const run = await runs.get(req.params.id);
          if (!run) return reply.status(404).send({});
          reply.send(run);
        });
    """
    after = before.replace("if (!run) return", "if (!run || run.userId !== (req.user?.id ?? null))\n            return")
    facts = {"column": "userId", "value": "req.user?.id", "session": "1", "kind": "endpoint"}
    check_edited("compare", before, after, "runs.get(req.params.id)", **facts)


def test_rows_that_are_kept_under_another_id_are_not_compared_with_the_sessions() -> None:
    """The session has the provider's id, and a function makes the table's own of it: nothing would have been found any more."""
    text = """
        export async function removeAgent(agentId: string, authId?: string) {
          const session = await getServerSession();
          if (!session) throw new Error("Not authenticated");
          const userId = await resolveUserId(authId);
          const agent = await db.agent.findFirst({ where: { id: agentId, userId } });
          if (!agent) throw new Error("Agent not found");
          await db.agent.delete({ where: { id: agentId } });
        }
    """
    query = "db.agent.delete({ where: { id: agentId } })"
    check_refused("owner_filter", text, "who the caller is", query, column="userId", engine="prisma", prisma="6")
