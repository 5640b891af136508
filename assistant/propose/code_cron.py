"""Jobs that a scheduler calls over the network: the secret it sends is asked for, and no session, which a scheduler has none of."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.code import EntryKind, GuardKind
from assistant.propose.code_draft import Step
from assistant.text.paths import shared_parts


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.propose.code_ground import CodeGround

_KINDS: Final = frozenset({EntryKind.ROUTE, EntryKind.PAGES_API})
_NAMED: Final = re.compile(r"/crons?(/|$)")
_JOBS: Final = re.compile(r"/(crons?|jobs?|tasks?|scheduled?|schedules?|workers?)/[^/]+$")
_VARIABLE: Final = re.compile(r"process\.env\.(\w*CRON\w*(?:SECRET|KEY|TOKEN)\w*)")
_UNKNOWN: Final = (
    "A scheduler calls this and has no session: let it send a secret (Vercel sends `CRON_SECRET` as a bearer token once that variable is set), "
    "and refuse requests without it at the top of the handler."
)


def is_scheduled(ground: CodeGround, entry: Entry) -> bool:
    """The deployment calls the address at fixed times, or it lies beside one that is called so, or is named after that."""
    if entry.kind not in _KINDS:
        return False
    folder = entry.path.rpartition("/")[0]
    listed = _listed(ground)
    beside = bool(_JOBS.search(entry.path)) and any(one.rpartition("/")[0] == folder for one in listed)
    return entry.path in listed or beside or _NAMED.search(entry.path) is not None


def scheduled_steps(ground: CodeGround, entry: Entry) -> list[list[Step]] | str:
    """The check of the nearest job that has one; the deployment's own secret where it is known to send one."""
    from assistant.propose.code_plan import range_of_line
    from codemods.tsx.donor import lend_check, rebased
    from codemods.tsx.scope import parameters
    from codemods.tsx.tree import function_at, parse

    near = sorted(ground.map.entries, key=lambda one: (-shared_parts(one.place.file, entry.place.file), one.id))
    for other in near:
        if other.kind is not entry.kind or other.id == entry.id:
            continue
        for guard in other.guards:
            if guard.kind is not GuardKind.SECRET or guard.weakness is not None or guard.place.file != other.place.file:
                continue
            source = ground.text(other.place.file).encode()
            at = range_of_line(source, guard.place.line)
            found = lend_check(source, other.place.file, other.at, at, secret=True)
            handler = function_at(parse(source, other.place.file), other.at)
            given = [one.name for one in parameters(handler) if not one.path] if handler is not None else []
            if found is None or not set(found.uses) <= {*given[:1], "process"}:
                continue
            facts = {"lines": found.lines, "request": given[0] if given else "", "kind": entry.kind.value}
            needs = tuple(rebased(need, other.place.file, entry.place.file) for need in found.needs)
            return [[Step("cron_secret", entry.place.file, function=entry.at, facts=facts, needs=needs)]]
    variable = next((name for one in near if (name := _variable(ground.text(one.place.file)))), "")
    if not variable and not _listed(ground):
        return _UNKNOWN
    facts = {"variable": variable or "CRON_SECRET", "kind": entry.kind.value}
    return [[Step("cron_secret", entry.place.file, function=entry.at, facts=facts)]]


def _variable(source: str) -> str:
    found = _VARIABLE.search(source)
    return found[1] if found is not None else ""


def _listed(ground: CodeGround) -> frozenset[str]:
    """Addresses that Vercel calls at fixed times."""
    out: set[str] = set()
    for path in sorted(ground.paths):
        if path.rpartition("/")[2] == "vercel.json" and "node_modules" not in path:
            try:
                held: Any = json.loads(ground.text(path) or "{}")
            except ValueError:
                continue
            crons = held.get("crons") if isinstance(held, dict) else None
            out |= {
                str(one["path"]).partition("?")[0] for one in crons or () if isinstance(one, dict) and "path" in one
            }
    return frozenset(out)
