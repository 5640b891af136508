"""Which checks bind rows to their caller, and which only look as if they did."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import GuardKind, TieKind, Weakness
from tests.unit.collect.code.follow.handler import entry_of, last


COUNTS = {
    "an owner filter": """
export async function GET(req: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "no" }, { status: 401 });
  const { id } = await params;
  return NextResponse.json(await prisma.chat.findFirst({ where: { id, userId: session.user.id } }));
}""",
    "the owner compared after the fetch": """
export async function GET(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  if (!session) return new Response("no", { status: 401 });
  const chat = await prisma.chat.findUnique({ where: { id: params.id } });
  if (!chat || chat.userId !== session.user.id) return new Response("no", { status: 404 });
  return NextResponse.json(chat);
}""",
    "a membership that proves the tenant of the path": """
export async function GET(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const member = await prisma.member.findUnique({ where: { userId_teamId: { userId: session.user.id, teamId: params.id } } });
  if (!member) return new Response("no", { status: 403 });
  return NextResponse.json(await prisma.document.findMany({ where: { teamId: params.id } }));
}""",
    "a membership asked for the row's tenant": """
export async function GET(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const chat = await prisma.chat.findUnique({ where: { id: params.id } });
  if (!chat) return new Response("no", { status: 404 });
  const member = await prisma.member.findFirst({ where: { userId: session.user.id, teamId: chat.teamId } });
  if (!member) return new Response("no", { status: 403 });
  return NextResponse.json(await prisma.message.findMany({ where: { chatId: chat.id } }));
}""",
    "a list that the caller's tenants are found in": """
export async function GET(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const teams = await prisma.team.findMany({ where: { users: { some: { userId: session.user.id } } } });
  if (!teams.some((team) => team.id === params.id)) return new Response("no", { status: 403 });
  return NextResponse.json(await prisma.document.findMany({ where: { teamId: params.id } }));
}""",
    "a find in the caller's own list": """
export async function GET(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const teams = await prisma.team.findMany({ where: { users: { some: { userId: session.user.id } } } });
  const team = teams.find((one) => one.id === params.id);
  if (!team) return new Response("no", { status: 403 });
  return NextResponse.json(await prisma.document.findMany({ where: { teamId: params.id } }));
}""",
    "a helper that throws": """
async function assertOwner(chatId: string, userId: string) {
  const chat = await prisma.chat.findUnique({ where: { id: chatId } });
  if (chat?.userId !== userId) throw new Error("no");
}
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  await assertOwner(params.id, session.user.id);
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a helper that says yes or no": """
async function isOwner(chatId: string, userId: string) {
  const chat = await prisma.chat.findUnique({ where: { id: chatId } });
  return chat?.userId === userId;
}
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  if (!(await isOwner(params.id, session.user.id))) return new Response("no", { status: 403 });
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a helper that answers with an error object": """
async function own(chatId: string, userId: string) {
  const chat = await prisma.chat.findUnique({ where: { id: chatId } });
  if (!chat) return { error: "missing" as const };
  if (chat.userId !== userId) return { error: "forbidden" as const };
  return { chat };
}
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const result = await own(params.id, session.user.id);
  if ("error" in result) return new Response("no", { status: 403 });
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a helper that answers with a response": """
async function guard(chatId: string) {
  const session = await auth();
  if (!session) return NextResponse.json({}, { status: 401 });
  const chat = await prisma.chat.findUnique({ where: { id: chatId } });
  if (chat?.userId !== session.user.id) return NextResponse.json({}, { status: 403 });
  return chat;
}
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const chat = await guard(params.id);
  if (chat instanceof NextResponse) return chat;
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a wrapper around the handler": """
const withChat = (handler) => async (req: Request, { params }: { params: { id: string } }) => {
  const session = await auth();
  if (!session) return new Response("no", { status: 401 });
  const chat = await prisma.chat.findFirst({ where: { id: params.id, userId: session.user.id } });
  if (!chat) return new Response("no", { status: 404 });
  return handler({ req, chat, session });
};
export const DELETE = withChat(async ({ chat }) => {
  await prisma.chat.delete({ where: { id: chat.id } });
  return NextResponse.json({});
});""",
    "an administrator or the owner": """
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const chat = await prisma.chat.findUnique({ where: { id: params.id } });
  if (session.user.role !== "admin" && chat?.userId !== session.user.id) return new Response("no", { status: 403 });
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "all referenced rows counted within the tenant": """
export async function POST(req: Request) {
  const session = await auth();
  const { ids } = await req.json();
  const mine = await prisma.monitor.findMany({ where: { id: { in: ids }, workspaceId: session.user.workspaceId } });
  if (mine.length !== ids.length) return new Response("no", { status: 403 });
  await prisma.monitor.deleteMany({ where: { id: { in: ids } } });
  return NextResponse.json({});
}""",
}


@pytest.mark.parametrize("name", COUNTS)
def test_what_binds_the_row(name):
    tie = last(entry_of(COUNTS[name])).tie
    assert tie is not None
    assert tie.kind is not TieKind.RULES


LOOKS = {
    "only a session": """
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  if (!session) return new Response("no", { status: 401 });
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "the parent is proven and the child is found by another id": """
export async function DELETE(req: Request, { params }: { params: { id: string; keyId: string } }) {
  const session = await auth();
  const member = await prisma.member.findFirst({ where: { teamId: params.id, userId: session.user.id } });
  if (!member) return new Response("no", { status: 403 });
  await prisma.apiKey.delete({ where: { id: params.keyId } });
  return NextResponse.json({});
}""",
    "a predicate that nobody awaits": """
async function isOwner(chatId: string, userId: string) {
  const chat = await prisma.chat.findUnique({ where: { id: chatId } });
  return chat?.userId === userId;
}
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  if (!isOwner(params.id, session.user.id)) return new Response("no", { status: 403 });
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a check whose failure is only logged": """
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const chat = await prisma.chat.findUnique({ where: { id: params.id } });
  if (chat?.userId !== session.user.id) console.warn("not the owner");
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a throw that is caught and forgotten": """
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  try {
    const chat = await prisma.chat.findUnique({ where: { id: params.id } });
    if (chat?.userId !== session.user.id) throw new Error("no");
  } catch (error) {
    console.error(error);
  }
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "an owner that the request itself names": """
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const { userId } = await req.json();
  const chat = await prisma.chat.findUnique({ where: { id: params.id } });
  if (chat?.userId !== userId) return new Response("no", { status: 403 });
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
    "a check on one branch": """
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const { soft } = await req.json();
  if (soft) {
    const chat = await prisma.chat.findUnique({ where: { id: params.id } });
    if (chat?.userId !== session.user.id) return new Response("no", { status: 403 });
  }
  await prisma.chat.delete({ where: { id: params.id } });
  return NextResponse.json({});
}""",
}


@pytest.mark.parametrize("name", LOOKS)
def test_what_only_looks_like_a_check(name):
    assert last(entry_of(LOOKS[name])).tie is None


def weak(entry, kind):
    return {guard.weakness for guard in entry.guards if guard.kind is kind}


def test_the_reason_is_named():
    assert Weakness.NOT_AWAITED in weak(entry_of(LOOKS["a predicate that nobody awaits"]), GuardKind.OWNER)
    assert Weakness.FROM_REQUEST in weak(entry_of(LOOKS["an owner that the request itself names"]), GuardKind.OWNER)


def test_a_check_that_comes_after_the_write():
    entry = entry_of("""
export async function POST(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const { text } = await req.json();
  await prisma.message.create({ data: { chatId: params.id, text } });
  const chat = await prisma.chat.findUnique({ where: { id: params.id } });
  if (chat?.userId !== session.user.id) return new Response("no", { status: 403 });
  return NextResponse.json({});
}""")
    assert entry.queries[0].tie is None
    assert Weakness.AFTER_WRITE in weak(entry, GuardKind.OWNER)


SECRETS = {
    'if (process.env.CRON_SECRET && req.headers.get("authorization") !== process.env.CRON_SECRET) return new Response("no", { status: 401 });': Weakness.OPTIONAL_SECRET,
    'if (req.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) return new Response("no", { status: 401 });': Weakness.UNSET_SECRET,
    'const secret = process.env.CRON_SECRET; if (secret) { if (req.headers.get("authorization") !== secret) return new Response("no", { status: 401 }); }': Weakness.OPTIONAL_SECRET,
    'const secret = process.env.CRON_SECRET; if (!secret || req.headers.get("authorization") !== `Bearer ${secret}`) return new Response("no", { status: 401 });': None,
    'if (!process.env.CRON_SECRET) return new Response("unset", { status: 500 }); if (req.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) return new Response("no", { status: 401 });': None,
}


@pytest.mark.parametrize(("check", "weakness"), SECRETS.items())
def test_shared_secrets(check, weakness):
    entry = entry_of(f"""
export async function GET(req: Request) {{
  {check}
  await prisma.chat.deleteMany({{ where: {{ archived: true }} }});
  return NextResponse.json({{}});
}}""")
    assert weakness in weak(entry, GuardKind.SECRET)


def test_code_that_runs_only_outside_production_is_not_followed():
    entry = entry_of("""
export async function POST(req: Request) {
  if (process.env.NODE_ENV === "production") return new Response("no", { status: 404 });
  await prisma.user.deleteMany({});
  return NextResponse.json({});
}""")
    assert entry.queries == ()


def test_supabase_get_session_is_named_on_a_server():
    entry = entry_of(
        """
export async function GET() {
  const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {});
  const { data: { session } } = await supabase.auth.getSession();
  if (!session) return new Response("no", { status: 401 });
  const { data } = await supabase.from("chats").select("*").eq("user_id", session.user.id);
  return Response.json(data);
}""",
        head='import { createServerClient } from "@supabase/ssr";',
    )
    assert Weakness.GET_SESSION in weak(entry, GuardKind.SESSION)
    assert last(entry).returned == ("*",)


def test_metadata_that_users_edit_decides_nothing():
    entry = entry_of(
        """
export async function GET() {
  const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {});
  const { data: { user }, error } = await supabase.auth.getUser();
  if (error || !user) return new Response("no", { status: 401 });
  if (user.user_metadata.role !== "admin") return new Response("no", { status: 403 });
  return Response.json({});
}""",
        head='import { createServerClient } from "@supabase/ssr";',
    )
    assert Weakness.USER_METADATA in weak(entry, GuardKind.ROLE)
    assert None in weak(entry, GuardKind.SESSION)


def test_the_function_that_was_told_the_caller():
    entry = entry_of(
        """
import { setSelection } from "@/lib/calendars";
export async function POST(req: Request) {
  const session = await auth();
  const { calendarId } = await req.json();
  await setSelection(session.user.id, calendarId);
  return NextResponse.json({});
}""",
        lib__calendars="""
import { prisma } from "@/lib/prisma";
export async function setSelection(userId: string, calendarId: string) {
  return prisma.calendar.update({ where: { id: calendarId }, data: { selected: true } });
}""",
    )
    query = last(entry)
    assert query.told_caller
    assert query.tie is None
    assert query.place.file == "lib/calendars.ts"
    assert query.place.symbol == "setSelection"
    assert query.reached_at.file == "app/api/chats/[id]/route.ts"
    assert query.reached_at.line == 10


def test_a_read_that_throws_without_a_row_proves_what_found_it():
    entry = entry_of("""
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const { hookId } = await req.json();
  const { role } = await prisma.member.findUniqueOrThrow({ where: { userId_teamId: { userId: session.user.id, teamId: params.id } } });
  await prisma.hook.delete({ where: { id: hookId, teamId: params.id } });
  return NextResponse.json({ role });
}""")
    assert last(entry).tie.kind is TieKind.PROVEN


def test_a_role_of_the_membership_proves_its_tenant():
    entry = entry_of("""
export async function DELETE(req: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  const member = await prisma.member.findFirst({ where: { userId: session.user.id, teamId: params.id } });
  if (member?.role !== "ADMIN") return new Response("no", { status: 403 });
  await prisma.hook.deleteMany({ where: { teamId: params.id } });
  return NextResponse.json({});
}""")
    assert last(entry).tie.kind is TieKind.PROVEN
    assert GuardKind.ROLE in {guard.kind for guard in entry.guards}


def test_a_second_way_out_that_asked_nothing_is_no_owner():
    """A server that does not exist and one that runs nothing gave the same answer, and deleting it by its id was believed to be checked."""
    files = {
        "app/api/servers/[id]/route.ts": """
        import { PrismaClient } from "@prisma/client";
        import { auth } from "@clerk/nextjs/server";
        const prisma = new PrismaClient();
        async function busy(id) {
          const server = await prisma.server.findUnique({ where: { id }, include: { apps: true } });
          if (!server) return false;
          if (server.apps.length === 0) return false;
          return true;
        }
        export async function DELETE(request, { params }) {
          const { userId } = await auth();
          if (!userId) return new Response(null, { status: 401 });
          if (await busy(params.id)) return new Response(null, { status: 400 });
          await prisma.server.delete({ where: { id: params.id } });
          return new Response(null, { status: 204 });
        }"""
    }
    entry = map_of(files).entries[0]
    assert [guard.kind for guard in entry.guards if guard.kind is GuardKind.OWNER] == []
    assert all(query.tie is None for query in entry.queries)


def test_a_filter_may_leave_nothing():
    """Mappings of the caller's source were filtered by a foreign survey; no mapping left is no proof that the survey is theirs."""
    files = {
        "app/api/imports/route.ts": """
        import { PrismaClient } from "@prisma/client";
        import { auth } from "@clerk/nextjs/server";
        const prisma = new PrismaClient();
        export async function POST(request) {
          const { userId } = await auth();
          if (!userId) return new Response(null, { status: 401 });
          const body = await request.json();
          const source = await prisma.source.findMany({ where: { userId } });
          const survey = await prisma.survey.findUnique({ where: { id: body.surveyId } });
          const wanted = source.filter((one) => one.surveyId === survey.id);
          return Response.json({ wanted, answers: await prisma.answer.findMany({ where: { surveyId: survey.id } }) });
        }"""
    }
    assert map_of(files).entries[0].queries[-1].tie is None
