"""A switch that closes routes while their leak is mended: one call at the top of each handler, and the module they share.

Refused for Python and for edge functions on Deno, whose environment is read in another way, and for handlers that are one expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.domain.code import EntryKind
from assistant.domain.fixes import Applies, Fix, NewModule, NoFix
from assistant.propose.code_draft import Draft, Step
from codemods.target import Needed


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.code import CodeMap, Entry

VARIABLE: Final = "MAINTENANCE"
NAME: Final = "underMaintenance"
_SCRIPT: Final = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs")
_RISK: Final = "Nothing is closed until {variable} names the route: then everybody is answered 503 there, customers and jobs alike."


class Closing(NamedTuple):
    """Edits that make routes closable."""

    answers: tuple[Fix | NoFix, ...]
    """A fix a handler; a reason for those that get none."""
    module: NewModule | None
    """The module to be written beside them; None when it is there already, or no handler gets an edit."""


def entries_named(code_map: CodeMap, name: str) -> tuple[Entry, ...]:
    """Handlers of a path (all its verbs), or the one with that id."""
    return tuple(one for one in code_map.entries if name in {one.id, one.path} and one.kind is not EntryKind.MIDDLEWARE)


def propose_maintenance(
    code_map: CodeMap, entries: Iterable[Entry], read: Callable[[str], bytes], paths: Iterable[str]
) -> Closing:
    """The guard for some handlers.

    Args:
        code_map: what the code says, for how modules are imported here.
        entries: the handlers that shall be closable.
        read: bytes of a file, by its path; raises OSError or KeyError when there is none.
        paths: every file of the repository.
    """
    known = frozenset(paths)
    answers: list[Fix | NoFix] = []
    module: NewModule | None = None
    for number, entry in enumerate(entries):
        reason = _not_for(entry, read)
        if reason:
            answers.append(NoFix(finding=entry.id, reason=reason))
            continue
        there = _module_of(entry, known)
        draft = Draft(read)
        facts = {"when": "maintenance", "route": entry.path or entry.id, "kind": entry.kind.value}
        needs = (Needed(_specifier(code_map, entry, there, known, read), NAME),)
        answer = draft.run(Step("production", entry.place.file, function=entry.at, facts=facts, needs=needs))
        patches = draft.patches()
        if not patches:
            said = getattr(answer, "reason", "") or "The handler asks the switch already."
            answers.append(NoFix(finding=entry.id, reason=said))
            continue
        if module is None and there not in known:
            module = _new_module(there, read(entry.place.file), entry.place.file)
        slug = re.sub(r"[^a-z0-9]+", "-", entry.id.lower()).strip("-")
        answers.append(
            Fix(
                id=f"close-{slug}",
                title=f"Make {entry.id} closable",
                findings=(),
                applies=Applies.REVIEW,
                statements=(),
                undo=(),
                risk=_RISK.format(variable=VARIABLE),
                objects=tuple(patch.path for patch in patches),
                order=100 + number,
                patches=patches,
            )
        )
    return Closing(tuple(answers), module)


def _not_for(entry: Entry, read: Callable[[str], bytes]) -> str:
    if not entry.place.file.endswith(_SCRIPT):
        return "The switch is written for TypeScript and JavaScript: close this handler by hand."
    if b"Deno." in read(entry.place.file):
        return "Functions on Deno read their environment in another way: close this one by hand."
    return ""


def _module_of(entry: Entry, known: frozenset[str]) -> str:
    """``lib/maintenance.ts`` of the application the handler belongs to; the one that is there, whatever its ending."""
    parts = entry.place.file.split("/")
    cut = next((number for number, part in enumerate(parts[:-1]) if part in {"app", "pages", "src"}), 0)
    if parts[cut] == "src":
        cut += 1
    base = "/".join((*parts[:cut], "lib", "maintenance"))
    ending = "ts" if entry.place.file.endswith((".ts", ".tsx", ".mts")) else "js"
    return next((path for path in (f"{base}.ts", f"{base}.js") if path in known), f"{base}.{ending}")


def _specifier(
    code_map: CodeMap, entry: Entry, module: str, known: frozenset[str], read: Callable[[str], bytes]
) -> str:
    """How the handler imports the module: by the alias that reaches the same folder elsewhere, or relative."""
    from codemods.tsx.donor import rebased

    bare = module.rsplit(".", 1)[0]
    folder = bare.rsplit("/lib/", 1)[0] if "/lib/" in bare else ""
    near = [entry.place.file, *sorted({one.place.file for one in code_map.entries})]
    for path in dict.fromkeys(near):
        if not path.endswith(_SCRIPT) or not path.startswith(f"{folder}/" if folder else ""):
            continue
        try:
            source = read(path).decode("utf-8", "replace")
        except (OSError, KeyError):
            continue
        for alias, rest in re.findall(r"from\s+[\"']([@~]/)([\w./-]+)[\"']", source):
            reached = f"{folder}/{rest}".lstrip("/")
            if any(f"{reached}{end}" in known for end in (*_SCRIPT, "/index.ts", "/index.tsx", "/index.js")):
                return f"{alias}lib/maintenance"
    return rebased(Needed("./maintenance", NAME), bare, entry.place.file).module


def _new_module(path: str, source: bytes, caller: str) -> NewModule:
    from codemods.tsx.style import style_of
    from codemods.tsx.tree import parse

    style = style_of(parse(source, caller), source)
    return NewModule(
        path=path,
        variable=VARIABLE,
        quote=style.quote,
        semicolon=style.semicolon,
        indent=style.indent,
        eol=style.eol,
    )
