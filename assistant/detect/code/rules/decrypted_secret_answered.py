"""A stored secret is decrypted and sent to the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import NOT_RUN_BY_PEOPLE, access_to
from assistant.detect.code.acts import report_act
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, EntryKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Entry, Origin, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="decrypted-secret-answered",
    title="A stored secret is decrypted and answered",
    why="It was encrypted so that nobody reads it who reads the database; now every session that reaches the handler, and every script on the page, has it in clear.",
    remedy="Decrypt where the secret is used and nowhere else; answer a hint (the last four characters, when it was set).",
    docs="https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
    cause="client-overfetch",
)

_CRYPTO: Final = """
import { createDecipheriv } from "node:crypto"
export function decryptSecret(text: string) {
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(process.env.ENCRYPTION_KEY!, "hex"), Buffer.alloc(12))
  return decipher.update(text, "hex", "utf8")
}
"""
_ROUTE: Final = """
import { auth } from "@/auth"
import { db } from "@/lib/db"
import { decryptSecret } from "@/lib/crypto"

export async function GET() {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const key = await db.apiKey.findFirst({ where: { userId: session.user.id } })
  ANSWER
}
"""
_USES: Final = (
    'const done = await fetch("https://api.example.com/models", { headers: { authorization: decryptSecret(key.encryptedKey) } })\n'
    "  return Response.json({ ok: done.ok, hint: key.hint })"
)
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "lib/crypto.ts": _CRYPTO, "app/api/key/route.ts": _ROUTE.replace("ANSWER", _USES)},
        leak={
            "app/api/key/route.ts": _ROUTE.replace(
                "ANSWER", "return Response.json({ key: decryptSecret(key.encryptedKey) })"
            )
        },
    ),
)
_KEEPS: Final = words.named(
    "api_key apikey credential secret integration connection token env_var environment_variable provider_key webhook_secret account_token"
)
"""Tables whose encrypted columns are secrets whatever they are called."""


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry: a decrypted column that also reaches the answer."""
    for entry in context.entries():
        if entry.kind in NOT_RUN_BY_PEOPLE | {EntryKind.SERVICE, EntryKind.COMPONENT, EntryKind.TOOL}:
            continue
        for act in entry.acts:
            found = _answered(entry, act) if act.kind is ActKind.DECRYPT else None
            if found is None:
                continue
            query, column = found
            access = access_to(context, entry, query)
            if access.trusted_sender or context.reason_public(entry):
                continue
            yield report_act(
                RULE,
                entry,
                act,
                f"{entry.id} decrypts {column} of {query.table} and answers it.",
                severity=Severity.MEDIUM if access.tied or access.administrator else Severity.HIGH,
                confidence=Confidence.MEDIUM,
                detail="The handler answers what was decrypted in clear.",
                key=f"{query.table}.{column}",
                facts={"table": query.table, "column": column},
            )
            break


def _answered(entry: Entry, act: Act) -> tuple[Query, str] | None:
    """The query and the column that are decrypted and answered; None when the answer does not hold it."""
    queries = {query.id: query for query in entry.queries}
    for origin in (origin for part in act.parts for origin in part.origins):
        query = queries.get(origin.row) if origin.kind is OriginKind.ROW else None
        if query is None or f"{origin.path}.decrypted" not in query.returned or _sent_on(entry, act, origin):
            continue
        column = origin.path.rpartition(".")[2]
        if words.is_secret(column) or words.table_key(query.table) in _KEEPS:
            return query, column
    return None


def _sent_on(entry: Entry, act: Act, origin: Origin) -> bool:
    """It went to another service, whose answer carries its origin and not it."""
    clear = origin._replace(path=f"{origin.path}.decrypted")
    return any(
        clear in part.origins
        for other in entry.acts
        if other.kind in {ActKind.FETCH, ActKind.PROVIDER, ActKind.PROMPT} and other.order > act.order
        for part in other.parts
    )
