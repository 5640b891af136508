"""The server fetches whatever address the request names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.acts import acts, chosen_outside, part, report_act
from assistant.detect.code.caching import ANSWERS, administrative, back_office
from assistant.detect.code.payments import from_a_machine
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.domain.code import ActKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, Entry, Origin
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="address-from-request",
    title="The server fetches an address that the request names",
    why="The server stands inside: it reaches the metadata of its cloud, other services and databases behind the firewall. Where the answer is given back, whoever asks reads them; "
    "where a key goes with it, whoever owns the address has the key.",
    remedy="Compare the host with a list of the application's, or send an id and look the address up; refuse private addresses after the name was resolved.",
    docs="https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
)

_ROUTE: Final = """
import { auth } from "@/auth"

const HOSTS = ["images.acme.com"]

export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user) return new Response("Unauthorized", { status: 401 })
  const { url } = await request.json()
  CHECK
  const found = await fetch(url)
  return new Response(await found.text())
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={
            **APP,
            "app/api/preview/route.ts": _ROUTE.replace(
                "CHECK", 'if (!HOSTS.includes(new URL(url).hostname)) return new Response("No", { status: 400 })'
            ),
        },
        leak={"app/api/preview/route.ts": _ROUTE.replace("CHECK", "")},
    ),
    CodeExample(
        quiet={
            **APP,
            "app/api/preview/route.ts": _ROUTE.replace("CHECK", "").replace("(url)", "(`https://api.acme.com/${url}`)"),
        },
        leak={"app/api/preview/route.ts": _ROUTE.replace("CHECK", "").replace("(url)", "(`https://${url}/status`)")},
    ),
)
_HOST: Final = re.compile(r"^['\"]?[a-z][a-z+]*://[^/$]", re.IGNORECASE)
"""A text that says the host, or how it ends."""
_OWN: Final = ("url", "nextUrl", "header.host", "header.x-forwarded", "header.origin", "request", "method", "path.")
"""Parts of a request that say which address of the application was asked for."""
_KEYS: Final = frozenset({OriginKind.ENVIRONMENT, OriginKind.ROW, OriginKind.CALLER})


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry; low where nothing of the answer is given back and no key is sent along."""
    told: set[str] = set()
    for entry, act in acts(context, ActKind.FETCH):
        if entry.kind not in ANSWERS or entry.id in told or from_a_machine(entry, act.order):
            continue
        chosen = _chosen(act)
        if chosen is None or administrative(entry) or back_office(entry):
            continue
        told.add(entry.id)
        keys = any(one.name.startswith("header.") and _KEYS & {each.kind for each in one.origins} for one in act.parts)
        shown = _given_back(entry, act, chosen)
        said = "sends a key along" if keys else "gives back what it found" if shown else "shows nothing of the answer"
        yield report_act(
            RULE,
            entry,
            act,
            f"{entry.id} fetches the address that the request names.",
            severity=Severity.MEDIUM if keys or shown else Severity.LOW,
            confidence=Confidence.MEDIUM,
            detail=f"The address is {chosen.path} of the request, its host is compared with nothing, and the handler {said}.",
            key="address",
            facts={"request": chosen.path, "call": act.name},
        )


def _chosen(act: Act) -> Origin | None:
    """The part of the request that says the host; None where the code, the environment or a row does."""
    url = part(act, "url")
    chosen = chosen_outside(url.origins) if url is not None else ()
    if url is None or not chosen or any(one.path.startswith(_OWN) for one in chosen):
        return None
    others = [one for one in url.origins if one not in chosen]
    if any(one.kind is not OriginKind.CONSTANT or _HOST.match(one.path) for one in others):
        return None
    return chosen[0]


def _given_back(entry: Entry, act: Act, chosen: Origin) -> bool:
    """What the handler answers later came out of the fetch."""
    return any(
        later.kind is ActKind.RESPOND
        and later.order > act.order
        and not later.detail.startswith(("4", "5"))
        and any(chosen in one.origins for one in later.parts)
        for later in entry.acts
    )
