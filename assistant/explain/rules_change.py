"""What one change did to the *effective* rules of a database: the difference of two replays, never of two texts.

Only what lets somebody do more than before has weight; what was narrowed is told apart and weighs nothing. Nothing here says that rows
leaked: that is the attack's to show. A new table counts when it is open, not because it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.names import Name
from assistant.explain.access import COMMANDS, EVERYTHING, Access, access, applies, people
from assistant.explain.rules_lines import Lines
from assistant.explain.rules_others import other_changes


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.domain.catalog import Catalog, Table
    from assistant.domain.deploys import Reason
    from assistant.domain.replay import Replay, Source
    from assistant.explain.access import Who

WEIGHTS: Final = {
    "rls-off": 7.0,
    "table-without-rls": 5.0,
    "policy-added-open": 5.0,
    "policy-widened": 3.5,
    "policy-dropped": 4.0,
    "check-dropped": 4.0,
    "grant-widened": 2.0,
}
"""Beside a finding that an attack shows (up to 15): the rules alone do not say whose rows they are."""
_GUEST: Final = 1.25
_FIRST: Final = 0.5
_INSERT: Final = 0.5
_DOES: Final = {"select": "read", "insert": "add", "update": "change", "delete": "delete"}
_STORAGE: Final = Name("storage", "objects")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChange:
    """What became of the rules."""

    widened: tuple[Reason, ...]
    """What lets somebody do more, heaviest first."""
    narrowed: tuple[Reason, ...]
    """What lets somebody do less; weight 0."""


def compare_rules(
    before: Catalog | None, after: Catalog, replay: Replay, sources: Sequence[Source] = ()
) -> RulesChange:
    """The difference of two catalogs.

    Args:
        before: the older schema; None when there was none.
        after: the newer.
        replay: of the newer, for the lines that last set each object.
        sources: of the newer, in replay order: where something was dropped stands only there.
    """
    lines = Lines(replay, sources)
    widened: list[Reason] = []
    narrowed: list[Reason] = []
    for table in (*after.own_tables(), *(after.tables[name] for name in (_STORAGE,) if name in after.tables)):
        old = before.tables.get(table.name) if before is not None else None
        more, less = _table(before, old, after, table, lines)
        widened += more
        narrowed += less
    widened += other_changes(before, after, lines)
    order = sorted(widened, key=lambda reason: (-reason.weight, reason.file, reason.line, reason.kind, reason.says))
    return RulesChange(widened=tuple(dict.fromkeys(order)), narrowed=tuple(dict.fromkeys(narrowed)))


def _table(
    before: Catalog | None, old: Table | None, after: Catalog, table: Table, lines: Lines
) -> tuple[list[Reason], list[Reason]]:
    """What changed for each role, the commands of one kind together."""
    served = not after.platform.exposed_schemas or table.name.schema in (*after.platform.exposed_schemas, "storage")
    if not served or (after.guards_nothing and (before is None or before.guards_nothing)):
        return [], []
    if old is None or before is None:
        return list(_new_table(after, table, lines)), []
    widened: list[Reason] = []
    narrowed: list[Reason] = []
    told: set[tuple[str, str, str]] = set()
    for who in people(after.platform):
        kinds: dict[tuple[str, str], list[str]] = {}
        first: set[str] = set()
        less: list[str] = []
        for command in COMMANDS:
            was, now = access(before, old, who, command), access(after, table, who, command)
            if now.more_than(was):
                kind = _kind(old, table, was, now)
                policy = _policy_behind(old, after, table, who, command) if kind.startswith("policy") else ""
                if (kind, policy, command) not in told:
                    kinds.setdefault((kind, policy), []).append(command)
                told.add((kind, policy, command))
                if was.none and not now.open:
                    first.add(kind)  # where nobody came in, somebody does: a feature more often than a hole
            elif was.more_than(now):
                less.append(command)
        for (kind, policy), commands in kinds.items():
            weight = (_GUEST if who.caller == "guest" else 1.0) * (_FIRST if kind in first else 1.0)
            widened.append(_reason(kind, policy, commands, who, table, lines, weight))
        if less:
            says = f"{who.says} can {_listed(less)} fewer rows of {table.name}"
            narrowed.append(lines.placed("narrowed", says, 0.0, f"rls {table.name}", f"table {table.name}"))
    return widened, narrowed


def _new_table(after: Catalog, table: Table, lines: Lines) -> Iterator[Reason]:
    """A table that was made: without row-level security, or with a policy that asks nothing."""
    told: set[str] = set()
    for who in people(after.platform):
        open_to = [command for command in COMMANDS if access(after, table, who, command).open]
        fresh = [command for command in open_to if command not in told]
        told.update(open_to)
        if not fresh:
            continue
        if not table.rls:
            says = f"{table.name} was made without row-level security: {who.says} can {_listed(fresh)} its rows"
            weight = WEIGHTS["table-without-rls"] * (_GUEST if who.caller == "guest" else 1.0)
            yield lines.placed("table-without-rls", says, weight, f"table {table.name}")
            continue
        for command in fresh:
            policy = _policy_behind(None, after, table, who, command)
            says = f"a policy on the new table {table.name} asks nothing: {who.says} can {_DOES[command]} its rows"
            weight = WEIGHTS["policy-added-open"] * (_INSERT if command == "insert" else 1.0)
            yield lines.placed(
                "policy-added-open", says, weight, f"policy {table.name}: {policy}", f"table {table.name}"
            )
            break  # one reason a role: the others stand beside it


def _kind(old: Table, table: Table, was: Access, now: Access) -> str:
    """What made an access wider."""
    if old.rls and not table.rls:
        return "rls-off"
    if was.columns is not None and (now.columns is None or not now.columns <= was.columns):
        return "grant-widened"
    opened = now.open and not was.open
    if EVERYTHING in now.writes and EVERYTHING not in was.writes and now.rows == was.rows and was.rows and was.writes:
        return "check-dropped"
    restrictive = {one.name for one in old.policies if not one.permissive}
    if restrictive - {one.name for one in table.policies if not one.permissive}:
        return "policy-dropped"
    names = {one.name for one in old.policies}
    if opened and any(one.name not in names for one in table.policies):
        return "policy-added-open"
    return "policy-widened"


def _policy_behind(old: Table | None, after: Catalog, table: Table, who: Who, command: str) -> str:
    """The policy that is new or differs and has a say; empty when there is none."""
    mine = [one for one in table.policies if one.permissive and applies(one, after, who, command)]
    then = {(one.using, one.check, one.roles, one.command) for one in old.policies} if old is not None else set()
    fresh = [one for one in mine if (one.using, one.check, one.roles, one.command) not in then]
    return (fresh or mine)[0].name if mine else ""


def _reason(kind: str, policy: str, commands: list[str], who: Who, table: Table, lines: Lines, weight: float) -> Reason:
    weight *= WEIGHTS[kind] * (_INSERT if commands == ["insert"] else 1.0)
    does = f"{who.says} can {_listed(commands)}"
    says = {
        "rls-off": f"row-level security of {table.name} was switched off: {does} its rows",
        "grant-widened": f"a grant on {table.name} was widened: {does} more of it",
        "check-dropped": f"what may be written to {table.name} is no longer checked: {does} rows that are not theirs",
        "policy-dropped": f"a restrictive policy of {table.name} is gone: {does} more rows",
        "policy-added-open": f"policy {policy!r} on {table.name} asks nothing: {does} its rows",
        "policy-widened": f"policy {policy!r} lets more in: {does} more rows of {table.name}",
    }[kind]
    name = table.name
    keys = {
        "rls-off": (f"rls {name}", f"table {name}"),
        "grant-widened": (f"grant {name}", f"table {name}"),
        "policy-dropped": (f"dropped {name}", f"table {name}"),
    }.get(kind, (f"policy {name}: {policy}", f"rls {name}", f"table {name}"))
    if kind == "check-dropped":
        keys = (*(f"policy {name}: {one.name}" for one in table.policies if one.command in {"all", *commands}), *keys)
    return lines.placed(kind, says, weight, *keys)


def _listed(commands: list[str]) -> str:
    words = [_DOES[command] for command in commands]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
