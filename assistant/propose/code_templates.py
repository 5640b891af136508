"""A session check for a repository in which no handler has one that could be lent: written as its library documents it, with the repository's own configuration."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.propose.code_ground import CodeGround

_CODE: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs")
_NAMED: Final = re.compile(r"(auth|session|nextauth|supabase|clerk)", re.IGNORECASE)
"""Files that may hold the configuration of who signs in, by their path."""
_FROM: Final = re.compile(r"from\s+[\"']([^\"'.][^\"']*)[\"']")
_FIVE: Final = re.compile(r"\^?~?5")


class Template(NamedTuple):
    """A check, and what it needs."""

    lines: str
    """Model text that asks."""
    needs: tuple[Needed, ...]
    """Imports as the handler writes them."""
    names: str
    """What the lines declare, comma separated."""
    empty: str
    """Expression that is empty for a stranger."""


def template(ground: CodeGround, entry: Entry) -> Template | None:
    """The check of the library that signs people in here; None where it or its configuration is not known."""
    packages = ground.packages
    if "@clerk/nextjs" in packages:
        need = Needed("@clerk/nextjs/server", "auth")
        return Template("const { userId } = await auth();", (need,), "userId", "userId")
    if _FIVE.match(packages.get("next-auth", "")):
        module = _module(ground, entry, re.compile(r"export\s+const\s*\{[^}]*\bauth\b[^}]*\}\s*=\s*NextAuth\("))
        found = _session("const session = await auth();", (Needed(module, "auth"),)) if module else None
        # its types let an id be missing, and a mapper that compares with nothing finds everybody's rows
        return found._replace(empty="session?.user?.id") if found is not None else None
    if "next-auth" in packages:
        module = _module(ground, entry, re.compile(r"export\s+const\s+authOptions\b"))
        needs = (Needed("next-auth", "getServerSession"), Needed(module, "authOptions"))
        return _session("const session = await getServerSession(authOptions);", needs) if module else None
    if "better-auth" in packages and "next" in packages:
        module = _module(ground, entry, re.compile(r"export\s+const\s+auth\b[^=]*=\s*betterAuth\("))
        needs = (Needed(module, "auth"), Needed("next/headers", "headers"))
        line = "const session = await auth.api.getSession({ headers: await headers() });"
        return _session(line, needs) if module else None
    return None


def _session(line: str, needs: tuple[Needed, ...]) -> Template:
    return Template(line, needs, "session", "session?.user")


def _module(ground: CodeGround, entry: Entry, declares: re.Pattern[str]) -> str:
    """How the handler imports the file that declares something: as another file writes it, or relative."""
    named = sorted(
        one for one in ground.paths if one.endswith(_CODE) and _NAMED.search(one) and "node_modules" not in one
    )
    path = next((one for one in named if declares.search(ground.text(one))), "")
    if not path:
        return ""
    stem = path.rpartition(".")[0].removesuffix("/index")
    for other in sorted({one.place.file for one in ground.map.entries}):
        for found in _FROM.finditer(ground.text(other)):
            module = found[1]
            inside = re.sub(r"^[@~]/", "", module)
            if inside != module and (stem == inside or stem.endswith(f"/{inside}")):
                return module
    away = posixpath.relpath(stem, posixpath.dirname(entry.place.file) or ".")
    return away if away.startswith(".") else f"./{away}"
