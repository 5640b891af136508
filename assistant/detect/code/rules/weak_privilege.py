"""Administrative acts for which being signed in, or being a member, is enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import NOT_RUN_BY_PEOPLE, Access, access_to, in_administration
from assistant.detect.code.context import Whose
from assistant.detect.code.judge import report
from assistant.detect.code.office import with_role
from assistant.detect.code.role_before import as_asked, asked_before_in_one
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.signing_up import asks_for_offices, chooses_role
from assistant.detect.code.telling import does, facts_of, handler
from assistant.domain.code import EntryKind, GuardKind, OriginKind, Weakness
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Filter, Guard, Origin
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="weak-privilege",
    title="An administrative act asks for no role",
    why="Roles, members, payouts and the emptying of tables are for a few. The handler asks whether somebody is signed in or belongs to the team, and not whether "
    "they may do this: every member is an administrator.",
    remedy="Demand the role before the act, as the other administrative handlers of the repository do; compare the target's role when roles change.",
    docs="https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
    cause="missing-auth-check",
)

_EMPTIES_ALL: Final = "empty the table"
_RAISES: Final = "change anybody's role"
_ABOVE: Final = "change the role of an owner"
_OWN: Final = "give themselves any role"
_JOINS: Final = "make an account with an administrator's role"
_BUYS: Final = "give themselves any plan or credit"
_INVITES: Final = "bring somebody in with any role"
_ENDS: Final = "delete the whole team"
_ADMINISTERS: Final = "administer"
_ROLES: Final = words.named("role roles is_admin admin permissions permission is_owner access_level")
_PERSON: Final = frozenset({"id", "user_id", "sub", "uid", "email"})
"""What says who somebody is."""
_MEMBERS: Final = re.compile(r"member|membership|user_team|team_user|collaborator|user_role|user$|profile$|account$")
_TEAM: Final = re.compile(
    r"^(?:(?:team|workspace|organi[sz]ation|org|company|tenant|user)_)?(?:member|membership)$|^(?:user_team|team_user|user_role|user_organi[sz]ation|user_workspace)$"
)
_PAID_FOR: Final = words.named(
    "plan plan_id tier credits balance is_premium is_pro subscription_status subscription_tier"
)
"""Columns that somebody pays for."""
_BROUGHT_IN: Final = re.compile(r"invit|member(?:ship)?$|user_team|team_user|collaborator")
_RENTERS: Final = frozenset({"tenant", "company", "account"})
"""Tables of teams in one application and of a team's customers in another: those belong to a house themselves."""
_MONEY: Final = words.named("payout settlement withdrawal refund commission")
_IDENTITY_PROVIDERS: Final = frozenset({"clerk", "auth0", "workos", "firebase"})
_EMPTIES: Final = re.compile(r"^\s*(?:truncate|drop\s+table|delete\s+from\s+[\w.\"]+\s*;?\s*$)", re.IGNORECASE)


def _change(check: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        export default async function handle(req, res) {{
          const session = await getServerSession(req, res);
          if (!session) return res.status(401).end();
          const {{ teamId }} = req.query;
          const {{ memberId, role }} = req.body;
          const member = await prisma.teamMember.findFirst({{ where: {{ teamId, userId: session.user.id }} }});
          if (!member) return res.status(403).end();
          {check}
          await prisma.teamMember.update({{ where: {{ userId_teamId: {{ userId: memberId, teamId }} }}, data: {{ role }} }});
          return res.status(204).end();
        }}
    """


def _clear(guard: str, statement: str) -> str:
    return f"""
        import postgres from "postgres";
        import {{ auth }} from "@clerk/nextjs/server";
        const sql = postgres(process.env.POSTGRES_URL);
        export async function DELETE() {{
          const {{ userId, has, orgId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          {guard}
          await {statement};
          return Response.json({{ ok: true }});
        }}
    """


def _admin(check: str) -> str:
    return f"""
        import {{ getServerSession }} from "next-auth";
        import {{ drizzle }} from "drizzle-orm/node-postgres";
        import {{ pgTable, text }} from "drizzle-orm/pg-core";
        const users = pgTable("users", {{ id: text("id"), email: text("email") }});
        const db = drizzle(process.env.DATABASE_URL);
        export async function GET() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          {check}
          return Response.json(await db.select().from(users));
        }}
    """


def _accounts(check: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ getServerSession }} from "next-auth";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function GET() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          {check}
          const {{ data }} = await admin.auth.admin.listUsers();
          return Response.json(data.users);
        }}
    """


EXAMPLES = (
    CodeExample(
        quiet={
            "pages/api/teams/[teamId]/role.ts": _change('if (member.role !== "ADMIN") return res.status(403).end();')
        },
        leak={"pages/api/teams/[teamId]/role.ts": _change("")},
    ),
    CodeExample(
        quiet={"app/api/knowledge/route.ts": _clear("", "sql`delete from knowledge where org_id = ${orgId}`")},
        leak={"app/api/knowledge/route.ts": _clear("", "sql`truncate table knowledge`")},
    ),
    CodeExample(
        quiet={
            "app/api/admin/users/route.ts": _admin(
                'if (session.user.role !== "admin") return new Response(null, { status: 403 });'
            )
        },
        leak={"app/api/admin/users/route.ts": _admin("")},
    ),
    CodeExample(
        quiet={
            "app/api/people/route.ts": _accounts(
                'if (session.user.role !== "admin") return new Response(null, { status: 403 });'
            )
        },
        leak={"app/api/people/route.ts": _accounts("")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry and kind of act: somebody is known, and no role was asked for."""
    ranks = any(guard.kind is GuardKind.ROLE or guard.roles for entry in context.map.entries for guard in entry.guards)
    yield from asked_before_in_one(_each(context, ranks=ranks))


def _each(context: CodeContext, *, ranks: bool) -> Iterator[Finding]:
    offices = asks_for_offices(context)
    for entry in context.entries():
        if entry.kind in NOT_RUN_BY_PEOPLE | {EntryKind.SERVICE, EntryKind.COMPONENT}:
            continue
        acts: dict[str, list[Access]] = {}
        for query in entry.queries:
            access = access_to(context, entry, query)
            act = _JOINS if chooses_role(access, offices=offices) else _act(access, ranks=ranks)
            if act and not with_role(query):
                acts.setdefault(act, []).append(access)
        for act, found in acts.items():
            yield _finding(sorted(found, key=lambda access: (not access.writes, access.query.order)), act)


def _finding(found: list[Access], act: str) -> Finding:
    access, queries = found[0], [each.query for each in found]
    member = any(guard.kind is GuardKind.MEMBERSHIP and not _of_person(guard) for guard in access.strong)
    above = act == _ABOVE
    who = "Whoever has the role that is asked for" if above else "Any member" if member else "Whoever is signed in"
    who = who if access.knows_caller else "Anyone on the internet"
    tables = list(dict.fromkeys(query.table or query.engine for query in queries))
    rows = ", ".join(tables[:3]) + (" and others" if len(tables) > 3 else "")  # noqa: PLR2004 - a line's worth
    done = f"{does(queries)} {rows} as an administrator" if act == _ADMINISTERS else act
    said = f"can {done} through {handler(access)}."
    milder = act == _BUYS or (member and act not in {_EMPTIES_ALL, _RAISES, _OWN})
    title, sure = as_asked(access, f"{who} {said}", said, above=above)
    return report(
        RULE,
        access.entry,
        title,
        severity=Severity.MEDIUM if milder else Severity.HIGH,
        confidence=Confidence.MEDIUM if sure is Confidence.HIGH else sure,
        detail=f"The handler can {does(queries)} {rows}, and "
        + ("nothing asks which role the other person has." if above else "no guard before it asks for a role."),
        queries=queries,
        key=act,
        facts=facts_of(access) | {"act": act},
    )


def _act(access: Access, *, ranks: bool) -> str:
    """The administrative act, in words; empty when it is none or a role was asked for; ``ranks`` when some entry asks for a role."""
    if not access.knows_caller or access.trusted_sender or not access.context.bypasses(access.query):
        return ""
    if any(guard.kind is GuardKind.NAME for guard in access.entry.guards) or access.context.reason_public(access.entry):
        return ""
    if _asks_role(access):
        looked = any(guard.weakness is Weakness.ONE_BRANCH for guard in access.entry.guards)  # roles are weighed
        return _ABOVE if _above(access) and not looked else ""
    query = access.query
    if _sets_role(access) and not _looked_up(access):
        return _RAISES
    if act := _of_ones_own(access, ranks=ranks):
        return act
    if _EMPTIES.match(query.text) or (
        query.verb == "delete" and not query.filters and not access.tied and not query.text
    ):
        return _EMPTIES_ALL
    if access.writes and words.table_key(query.table) in _MONEY and not access.tied and not _is_own(access):
        return "move money"
    if query.verb == "delete" and _TEAM.search(words.table_key(query.table)) and _other_person(access):
        return "" if _looked_up(access) else "remove anybody from the team"
    if _lists_accounts(access):
        return "list the accounts of all users"
    if (
        in_administration(access.entry)
        and not access.tied
        and not _is_own(access)
        and (access.writes or query.returned)
    ):
        if access.own_note or (query.verb == "insert" and words.keeps_notes(query.table)):
            return ""  # a note of what was done is no privilege
        private = access.whose is Whose.CUSTOMERS or (access.writes and query.verb != "insert")
        return _ADMINISTERS if private else ""
    return ""


def _of_ones_own(access: Access, *, ranks: bool) -> str:
    """What people give themselves, or those they bring in."""
    raised = _raised(access) if ranks or _in_metadata(access) else ""
    return raised or (_BUYS if _takes(access) else "")


def _takes(access: Access) -> bool:
    """What is paid for is written into one's own row as the request says it."""
    key = words.table_key(access.query.table)
    return (
        access.query.verb in {"update", "upsert"}
        and bool(_MEMBERS.search(key))
        and _is_own(access)
        and any(
            words.snake(part.column.rpartition(".")[2]) in _PAID_FOR
            and any(origin.kind is OriginKind.REQUEST and origin not in access.proven for origin in part.origins)
            and not any(origin.kind in {OriginKind.ROW, OriginKind.SIGNED} for origin in part.origins)
            for part in access.query.written
        )
    )


def _raised(access: Access) -> str:
    """Acts that only matter where roles mean something: one's own role, the role of somebody who is brought in, the end of a team."""
    key = words.table_key(access.query.table)
    if access.query.verb in {"update", "upsert"} and _MEMBERS.search(key) and _says_role(access) and _is_own(access):
        return _OWN
    if access.query.verb == "insert" and _says_role(access) and _BROUGHT_IN.search(key) and access.has_membership:
        return _INVITES
    if (
        access.query.verb == "delete"
        and words.names_house(f"{key}_id")
        and access.has_membership
        and not _is_own(access)
        and not (key in _RENTERS and access.context.of_tenants(access.query.table))
    ):
        return _ENDS
    return ""


def _in_metadata(access: Access) -> bool:
    """``publicMetadata: { role }`` at the identity provider, which users cannot write by themselves."""
    return any("etadata" in part.column for part in access.query.written)


def _says_role(access: Access) -> bool:
    """The request says which role is written."""
    return any(
        words.snake(part.column.rpartition(".")[2]) in _ROLES
        and not part.column.startswith("unsafeMetadata")
        and any(origin.kind is OriginKind.REQUEST for origin in part.origins)
        for part in access.query.written
    )


def _lists_accounts(access: Access) -> bool:
    """Every account of the identity provider is answered, and not those of one organisation."""
    query = access.query
    provider = query.engine in _IDENTITY_PROVIDERS or query.table == "auth.users"
    people = words.table_key(query.table.rpartition(".")[2]) in {"user", "account"} and not access.tied
    return provider and people and query.verb == "select" and not query.filters and bool(query.returned)


def _asks_role(access: Access) -> bool:
    asked = (guard for guard in access.entry.guards if guard.weakness in {None, Weakness.ONE_BRANCH})
    return access.administrator or any(
        guard.kind is GuardKind.ROLE or guard.roles or _is_one_way(guard) for guard in asked
    )


def _is_one_way(guard: Guard) -> bool:
    """``if (id !== user.id && member.role !== "ADMIN") refuse``: a role is one of two ways in, and the other is one's own row."""
    return guard.kind is GuardKind.SESSION and bool(_ROLES & set(words.words(guard.says.partition(" = ")[0])))


def _sets_role(access: Access) -> bool:
    """Another person's role is written with what the request says."""
    query = access.query
    if query.verb not in {"update", "upsert"} or not _MEMBERS.search(words.table_key(query.table)):
        return False
    written = any(
        words.snake(part.column) in _ROLES and any(origin.kind is OriginKind.REQUEST for origin in part.origins)
        for part in query.written
    )
    return written and _other_person(access)


def _other_person(access: Access) -> bool:
    """The row that is changed is named by the request and not by the caller."""
    for condition in access.query.filters:
        if words.names_tenant(condition.column):
            continue
        kinds = {origin.kind for origin in condition.origins}
        if OriginKind.REQUEST in kinds and OriginKind.CALLER not in kinds and not _names_caller(access, condition):
            return True
    return False


def _names_caller(access: Access, condition: Filter) -> bool:
    """``if (userId !== session.user.id) refuse``: the person that the request names is the one who asks."""
    return any(
        _of_person(guard) and guard.says.startswith(f"{origin.path} = ")
        for guard in access.strong
        for origin in guard.subjects
        if origin.kind is OriginKind.REQUEST and origin in condition.origins
    )


def _of_person(guard: Guard) -> bool:
    """What was sent was compared with the caller's own id or address."""
    said = guard.says.partition(" = ")[2]
    return guard.kind is GuardKind.MEMBERSHIP and words.snake(said.rpartition(".")[2]) in _PERSON


def _above(access: Access) -> bool:
    """A role is asked for, and the role of the person who is changed is never looked at: an owner may be lowered by somebody below."""
    if not _sets_role(access):
        return False
    roles = [guard for guard in access.strong if guard.kind is GuardKind.ROLE or guard.roles]
    named = {word for guard in roles for role in guard.roles for word in words.words(role)}
    if named & {"admin", "owner", "superadmin", "administrator"}:
        return False
    targets = _targets(access)
    looked = {subject for guard in access.strong for subject in guard.subjects}
    return not (targets & looked) and not _looked_up(access)


def _targets(access: Access) -> frozenset[Origin]:
    """What the request names the person with."""
    return frozenset(
        origin
        for condition in access.query.filters
        if not words.names_tenant(condition.column)
        for origin in condition.origins
        if origin.kind is OriginKind.REQUEST
    )


def _looked_up(access: Access) -> bool:
    """The row of the person who is changed was read before: their role was at hand."""
    targets = _targets(access)
    return any(
        query.order < access.query.order
        and query.verb == "select"
        and targets & {origin for part in query.filters for origin in part.origins}
        for query in access.entry.queries
    )


def _is_own(access: Access) -> bool:
    """Bound to the caller by a condition."""
    return any(
        any(origin.kind is OriginKind.CALLER for origin in condition.origins) or _names_caller(access, condition)
        for condition in access.query.filters
    )
