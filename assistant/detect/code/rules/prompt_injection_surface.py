"""Tools that a language model may call, and what they reach when the text it reads is not to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import Access, access_to
from assistant.detect.code.acts import grouped, report_act
from assistant.detect.code.context import WRITES, Whose
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, EntryKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Query
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="prompt-injection-surface",
    title="A tool of a language model reaches rows that are not tied to the caller",
    why="Whoever gets text in front of the model (a document, an e-mail, a web page) chooses the arguments of its tools. A tool that finds rows by those arguments hands out other customers' rows.",
    remedy="Make the tool inside the request with the caller's id in its closure, and put that id into every condition; let tools only propose what cannot be taken back.",
    docs="https://genai.owasp.org/llmrisk/llm01-prompt-injection/",
    cause="client-controlled-identifier",
)

_TOOL: Final = """
import { tool } from "ai"
import { z } from "zod"
import { db } from "@/lib/db"

export const readInvoice = (userId: string) => tool({
  description: "Reads an invoice",
  inputSchema: z.object({ id: z.string() }),
  execute: async ({ id }) => db.invoice.findFirst({ where: WHERE }),
})
"""
_RUNNERS: Final = frozenset({"eval", "Function", "exec", "spawn", "vm", "system", "Popen"})
EXAMPLES: Final = (
    CodeExample(
        quiet=APP,
        leak={"lib/tools.ts": _TOOL.replace("WHERE", "{ id }")},
        mend={
            "lib/tools.ts": 'import { tool } from "ai"\nexport const now = tool({ description: "The time", execute: async () => Date.now() })\n'
        },
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Tools with rows that nothing ties to the caller one by one; all others as one note."""
    others = []
    for entry in context.entries(EntryKind.TOOL):
        run = next((act for act in entry.acts if _runs(act)), None)
        if run is not None:
            yield report_act(
                RULE,
                entry,
                run,
                f"The tool {entry.place.symbol or entry.id} runs what the model writes ({run.name}).",
                severity=Severity.HIGH,
                confidence=Confidence.MEDIUM,
                detail="Any text that the model reads may write it: a page, a document, a mail.",
                key="run",
            )
            continue
        queries = [query for query in entry.queries if _loose(access_to(context, entry, query))]
        if not queries:
            others.append((entry, entry.place))
            continue
        writes = any(query.verb in WRITES for query in queries)
        yield report(
            RULE,
            entry,
            f"The tool {entry.place.symbol or entry.id} {'changes' if writes else 'reads'} rows that nothing ties to the caller.",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            detail="Its arguments are chosen by a model, and so by any text the model reads.",
            queries=queries,
            facts={"table": queries[0].table},
        )
    yield from grouped(
        RULE,
        others,
        one="The tool {who} is offered to a language model.",
        many="{n} tools are offered to a language model.",
        severity=Severity.INFO,
        detail="Text that the model reads may call them:",
        key="surface",
    )


def _runs(act: Act) -> bool:
    """Text from the model's arguments is run as a program."""
    return (
        act.kind is ActKind.PROVIDER
        and act.name in _RUNNERS
        and any(origin.kind is OriginKind.REQUEST for part in act.parts for origin in part.origins)
    )


def _loose(access: Access) -> bool:
    query = access.query
    if query.verb == "vector" or query.tie is not None or not access.context.bypasses(query) or access.settled:
        return False
    if access.whose is not Whose.CUSTOMERS or _holds_caller(query):
        return False
    chosen = any(origin.kind is OriginKind.REQUEST for condition in query.filters for origin in condition.origins)
    return chosen or (not query.filters and query.verb != "insert")


def _holds_caller(query: Query) -> bool:
    """The caller, or something given to the tool from outside that could not be followed, is in it."""
    parts = [condition.origins for condition in query.filters] + [written.origins for written in query.written]
    kinds = {origin.kind for origins in parts for origin in origins}
    return bool(kinds & {OriginKind.CALLER, OriginKind.UNKNOWN, OriginKind.CLAIMED})
