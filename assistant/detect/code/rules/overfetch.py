"""Secrets of a row that reach an answer or a client component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import NOT_RUN_BY_PEOPLE, Access, access_to
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import facts_of, handler, key_of
from assistant.domain.code import ActKind, ClientKind, EntryKind, Origin, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Query
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="overfetch",
    title="A whole row with secrets in it reaches an answer",
    why="Password hashes, tokens and keys stand beside the columns that a page shows. Whole rows of accounts, sessions, keys or webhooks in a response, or in the props "
    "of a client component, hand them to the browser, its extensions and its logs.",
    remedy="Name the columns that are shown, in the query or before answering.",
    docs="https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
    cause="client-overfetch",
)

_SECRET_ROWS: Final = words.named("user account session api_key apikey credential oauth_client webhook")
"""Tables whose rows hold secrets often enough to ask."""

_OF_SIGN_IN: Final = words.named(
    "provider provider_id provider_account_id access_token refresh_token id_token token_type session_state password account_id scope"
)
"""Columns of the account by which somebody signs in through a provider."""
_OF_ANY_ROW: Final = words.named("id user_id user created_at updated_at type")
_SEVERAL: Final = 3
_KEYED: Final = words.named(
    """user account session api key apikey credential oauth client webhook integration connection connector token provider device bot password reset
    verification verify refresh auth authentication login setting config configuration mailbox installation secret channel workspace organization team
    tenant store shop company service server agent vault invite invitation identity passkey otp magic email"""
)
"""Words of tables whose token opens more than one page."""
_LINKS: Final = words.named("apply_token share_token public_token form_token survey_token embed_token feed_token")
"""Tokens that are named for the page whose address they are part of."""
_NOTHING: Final = Origin(OriginKind.CONSTANT, "None")
"""``user.email ?? null``"""


def _me(answer: str) -> str:
    return f"""
        import {{ PrismaClient }} from "@prisma/client";
        import {{ getServerSession }} from "next-auth";
        const prisma = new PrismaClient();
        export default async function handler(req, res) {{
          const session = await getServerSession(req, res);
          if (!session) return res.status(401).end();
          const user = await prisma.user.update({{ where: {{ id: session.user.id }}, data: {{ name: req.body.name }} }});
          return res.status(200).json({{ data: {answer} }});
        }}
    """


def _keys(columns: str) -> str:
    return f"""
        import {{ createClient }} from "@supabase/supabase-js";
        import {{ auth }} from "@clerk/nextjs/server";
        const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
        export async function GET() {{
          const {{ userId }} = await auth();
          if (!userId) return new Response(null, {{ status: 401 }});
          const {{ data }} = await admin.from("integrations").select("{columns}").eq("user_id", userId);
          return Response.json(data);
        }}
    """


def _drizzle(columns: str) -> str:
    return f"""
        import {{ eq }} from "drizzle-orm";
        import {{ drizzle }} from "drizzle-orm/node-postgres";
        import {{ pgTable, text }} from "drizzle-orm/pg-core";
        import {{ getServerSession }} from "next-auth";
        const apiKeys = pgTable("api_keys", {{ id: text("id"), userId: text("user_id"), hashedKey: text("hashed_key") }});
        const db = drizzle(process.env.DATABASE_URL);
        export async function GET() {{
          const session = await getServerSession();
          if (!session) return new Response(null, {{ status: 401 }});
          const rows = await db.select({columns}).from(apiKeys).where(eq(apiKeys.userId, session.user.id));
          return Response.json(rows);
        }}
    """


EXAMPLES = (
    CodeExample(quiet={"pages/api/me.ts": _me("{ name: user.name }")}, leak={"pages/api/me.ts": _me("user")}),
    CodeExample(
        quiet={"app/api/integrations/route.ts": _keys("id, name")},
        leak={"app/api/integrations/route.ts": _keys("id, name, access_token")},
    ),
    CodeExample(
        quiet={"app/api/keys/route.ts": _drizzle("{ id: apiKeys.id }")},
        leak={"app/api/keys/route.ts": _drizzle("")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry, table and verb; what a shared function may show is asked once."""
    asked: set[Place] = set()
    for entry in context.entries():
        if entry.kind in NOT_RUN_BY_PEOPLE | {EntryKind.SERVICE, EntryKind.COMPONENT, EntryKind.TOOL}:
            continue
        if entry.settings.get("answers") == "schema":
            continue  # of the row a field gives, the schema hands out what its type names
        for query in entry.queries:
            access = access_to(context, entry, query)
            secrets = _shown(access)
            guessed = not secrets and _perhaps(access)
            if not query.returned or access.trusted_sender or not (secrets or guessed):
                continue
            link = bool(secrets) and _of_link(access, secrets)
            shown = ", ".join(secrets[:4])
            said = f"{handler(access)} answers {shown if secrets else 'whole rows'} of {query.table}."
            if guessed and query.place.file != entry.place.file:
                if query.place in asked:
                    continue  # one function below answers them to all who call it
                asked.add(query.place)
            yield report(
                RULE,
                entry,
                f"Worth asking: is it a link? {said}" if link else said,
                severity=Severity.LOW if link else _severity(access, secrets),
                confidence=Confidence.LOW
                if link or guessed
                else Confidence.HIGH
                if secrets and access.sure
                else Confidence.MEDIUM,
                detail="Nobody needs these columns in a browser."
                if secrets
                else "Worth asking: are there password hashes, tokens or keys among the columns?",
                queries=(query,),
                key=key_of(query),
                columns=secrets,
                facts=facts_of(access) | {"secrets": ",".join(secrets)},
            )


_LETS_IN: Final = frozenset(
    {"reset", "resets", "verification", "verifications", "otp", "otps", "magic", "session", "sessions", "login"}
)
"""Words of tables of what signs somebody in, who need not be whoever asks for it."""


def _shown(access: Access) -> tuple[str, ...]:
    """Secret columns that are read and reach the answer."""
    if _own_invitation(access):
        return ()
    returned = {column.rpartition(".")[2] for column in access.query.returned}
    secrets = tuple(
        column
        for column in access.context.secrets_of(access.query)
        if not (_for_browsers(access.query, column) or _just_made(access, column) or _sent(access.query, column))
    )
    if "*" in access.query.returned:
        return secrets
    whole = access.query.returned  # of a relation, its rows as they are
    reaching = [one for one in secrets if one.rpartition(".")[2] in returned or one.rpartition(".")[0] in whole]
    spent = _spent(access) if reaching else frozenset()
    return tuple(column for column in reaching if column.rpartition(".")[2] not in spent)


def _for_browsers(query: Query, column: str) -> bool:
    """A ``client_secret`` of Stripe is made to be handed to the page that pays; a column that this insert filled with a word of the code is no secret."""
    name = column.rpartition(".")[2]
    if query.engine == "stripe" and words.snake(name) == "client_secret":
        return True
    kinds = {origin.kind for written in query.written if written.column == name for origin in written.origins}
    return query.verb == "insert" and kinds == {OriginKind.CONSTANT}


def _just_made(access: Access, column: str) -> bool:
    """The key or link that whoever is signed in has made, or sent, at this very moment; what lets somebody in is never theirs to see."""
    query, name = access.query, column.rpartition(".")[2]
    kinds = {origin.kind for written in query.written if written.column == name for origin in written.origins}
    made = OriginKind.GENERATED in kinds and kinds <= {OriginKind.GENERATED, OriginKind.CONSTANT}
    sent = (
        kinds <= {OriginKind.REQUEST, OriginKind.CONSTANT} and OriginKind.REQUEST in kinds and not words.is_grave(name)
    )
    named = {written.column for written in query.written}
    default = bool(named) and not named & {name, "*"}  # the database fills it
    new = (query.verb == "insert" and (made or default)) or (query.verb in {"insert", "update", "upsert"} and sent)
    return new and access.knows_caller and not _LETS_IN & set(words.words(query.table))


def _sent(query: Query, column: str) -> bool:
    """The row was found by it: whoever asks has sent it."""
    return any(
        each.column == column
        and each.operator == "eq"
        and bool(each.origins)
        and all(origin.kind is OriginKind.REQUEST for origin in each.origins)
        for each in query.filters
    )


def _of_link(access: Access, secrets: tuple[str, ...]) -> bool:
    """The token of what people are sent an address to (a survey, a meeting, a referral), for whoever is known: no key of an account or a service."""
    named = {words.singular(word) for word in words.words(access.query.table)}
    bare = all(column == "token" or column in _LINKS for column in map(words.snake, secrets))
    return bare and access.knows_caller and not named & _KEYED


def _own_invitation(access: Access) -> bool:
    """The invitation of the very person who asks, found by their own address: the token is theirs."""
    invites = {"invite", "invitation"} & {words.singular(word) for word in words.words(access.query.table)}
    return bool(invites) and any(
        words.snake(condition.column).endswith("email")
        and any(origin.kind is OriginKind.CALLER for origin in condition.origins)
        and all(origin.kind is OriginKind.CALLER or origin == _NOTHING for origin in condition.origins)
        for condition in access.query.filters
    )


def _spent(access: Access) -> frozenset[str]:
    """Secrets that go to another service: what comes back from there carries their origin and not them."""
    return frozenset(
        origin.path.rpartition(".")[2]
        for act in access.entry.acts
        if act.kind in {ActKind.FETCH, ActKind.PROVIDER, ActKind.DECRYPT, ActKind.PROMPT}
        for part in act.parts
        for origin in part.origins
        if origin.kind is OriginKind.ROW and origin.row == access.query.id
    )


def _perhaps(access: Access) -> bool:
    """Whole rows of a table that usually holds secrets, whose columns nobody told."""
    query = access.query
    left_out = query.columns is not None and any(column.startswith("-") for column in query.columns)
    whole = query.columns is None or ("*" in query.columns and not left_out)
    if (
        query.client is ClientKind.PROVIDER
        or not whole
        or "*" not in query.returned
        or access.context.columns_of(query.table)
        or words.table_key(query.table) in access.context.harmless
        or access.entry.settings.get("response_model", query.table) != query.table
    ):
        return False
    return (
        words.table_key(query.table) in _SECRET_ROWS
        and not _of_another_kind(access)
        and query.verb not in {"delete", "call"}
        and not (
            query.verb == "insert"
            and access.knows_caller
            and query.written
            and not _LETS_IN & set(words.words(query.table))
        )
        and access.context.bypasses(query)
    )


def _of_another_kind(access: Access) -> bool:
    """An account with a balance and a currency is no sign-in: the code names several columns of it, and none that a provider of identities fills."""
    table = words.table_key(access.query.table)
    named = {words.snake(column) for column in access.context.named.get(table, ())}
    return table == "account" and len(named - _OF_ANY_ROW) >= _SEVERAL and not named & _OF_SIGN_IN


def _severity(access: Access, secrets: tuple[str, ...]) -> Severity:
    if not secrets:
        return Severity.MEDIUM
    own = access.tied or not access.context.bypasses(access.query)
    return Severity.MEDIUM if own else Severity.HIGH
