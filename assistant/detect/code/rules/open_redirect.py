"""Redirects and rewrites to wherever the request says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.acts import acts, chosen_outside, part, report_act
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.sample_apps import APP
from assistant.detect.code.stored import keeps_of
from assistant.domain.code import ActKind, GuardKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart, Entry
    from assistant.domain.findings import Finding

RULE: Final = CodeRule(
    id="open-redirect",
    title="The request says where people are sent",
    why="A link to the real site ends on somebody else's: behind a sign-in it collects passwords, and codes or tokens in the address go with it. A rewrite fetches whatever address is given.",
    remedy="Accept only paths that begin with one slash, or look the target up in a list.",
    docs="https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html",
)

_ROUTE: Final = """
import { NextResponse } from "next/server"

export async function GET(request: Request) {
  const next = new URL(request.url).searchParams.get("next") ?? "/"
  return NextResponse.redirect(TARGET)
}
"""
EXAMPLES: Final = (
    CodeExample(
        quiet={**APP, "app/auth/callback/route.ts": _ROUTE.replace("TARGET", 'new URL("/home", request.url)')},
        leak={"app/auth/callback/route.ts": _ROUTE.replace("TARGET", "next")},
    ),
    CodeExample(
        quiet={
            **APP,
            "app/auth/callback/route.ts": _ROUTE.replace(
                "TARGET", 'next.startsWith("/") && !next.startsWith("//") ? next : "/home"'
            ),
        },
        leak={"app/auth/callback/route.ts": _ROUTE.replace("TARGET", "next")},
        mend={
            "app/auth/callback/route.ts": _ROUTE.replace("TARGET", '["/home", "/cart"].includes(next) ? next : "/home"')
        },
    ),
)
_WHERE: Final = re.compile(
    r"next|redirect|return|callback|url|to$|continue|target|destination|goto|from|path|back|dest|site", re.IGNORECASE
)
_CHECKED: Final = re.compile(
    r"startsWith|safe|sanitize|validate|allowed|whitelist|isRelative|isInternal|includes\(", re.IGNORECASE
)


def find(context: CodeContext) -> Iterator[Finding]:
    """Targets that are a value of the request and nothing before it; one an entry."""
    told: set[str] = set()
    for entry, act in acts(context, ActKind.REDIRECT, ActKind.HEADER):
        if act.kind is ActKind.HEADER and act.name != "location":
            continue
        target = part(act, "target", "value")
        if target is None or entry.id in told or not _chosen(entry, act, target):
            continue
        told.add(entry.id)
        rewrites = act.name.endswith("rewrite")
        origin = chosen_outside(target.origins)[0]
        yield report_act(
            RULE,
            entry,
            act,
            f"{entry.id} {'passes requests on' if rewrites else 'sends people'} to the address that the request names.",
            severity=Severity.MEDIUM if rewrites else Severity.LOW,
            confidence=Confidence.MEDIUM,
            detail=f"The target is {origin.path} of the request.",
            key="rewrite" if rewrites else "redirect",
            facts={"request": origin.path, "target": target.text}
            | ({"header": act.name} if act.kind is ActKind.HEADER else {}),
        )


def _chosen(entry: Entry, act: Act, target: ActPart) -> bool:
    """The whole target is the request's, and nothing looked at it."""
    chosen = chosen_outside(target.origins)
    if not chosen or act.name.startswith("router."):
        return False
    if any(_prefixes(origin.path) for origin in target.origins if origin.kind is OriginKind.CONSTANT):
        return False
    kinds = {origin.kind for origin in target.origins}
    if kinds & {OriginKind.ENVIRONMENT, OriginKind.ROW, OriginKind.UNKNOWN, OriginKind.CALLER} or _CHECKED.search(
        target.text
    ):
        return False
    if any(
        origin.path.startswith(("path.", "url", "nextUrl", "header.")) or not _asked(origin.path) for origin in chosen
    ):
        return False
    read = all(keeps_of(one) for one in entry.acts if one.kind is ActKind.VALIDATE)  # what they limit is said already
    return not any(
        guard.order <= act.order
        and (
            guard.kind in {GuardKind.SIGNATURE, GuardKind.CAPABILITY}
            or (guard.kind is GuardKind.VALIDATION and not read)
        )
        for guard in entry.guards
    )


def _asked(path: str) -> bool:
    """A query or form value whose name says that it is an address."""
    return path.startswith(("query", "body", "form", "search", "argument")) and bool(_WHERE.search(words.snake(path)))


def _prefixes(constant: str) -> bool:
    """A fixed path or host stands before the value; a fallback of ``/`` does not."""
    bare = constant.strip("'\"")
    return len(bare) > 1 and ("/" in bare or "?" in bare) and bare not in {"None", "//"}
