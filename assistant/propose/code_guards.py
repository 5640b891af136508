"""Steps that ask who is calling: the repository's own session check, its protected builder, checks that do not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.code import EntryKind, Weakness
from assistant.propose.code_cron import is_scheduled, scheduled_steps
from assistant.propose.code_draft import Step
from assistant.propose.code_lending import lent, wrapper
from assistant.propose.code_office import role_of
from assistant.propose.code_templates import template


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_plan import Plans
    from codemods.target import Needed
    from codemods.tsx.donor import Lent

_BY_HAND: Final = {
    Weakness.ASYNC_FILTER: "The check filters with an async function, which keeps everything: await all answers with Promise.all first, then filter by them.",
    Weakness.IN_CODE: "The check compares with a text that stands in the code, which whoever reads the code passes: read it from the environment, change it where it is used, and refuse when it is not set.",
    Weakness.IN_CATCH: "The check stands in a catch block: move it before the first query.",
    Weakness.AFTER_WRITE: "The check runs after the write: move it, and what it needs, before the write.",
    Weakness.ONE_BRANCH: "The check stands on one branch: move it above the condition, or repeat it on the other branch.",
    Weakness.FAIL_OPEN: "The check passes when the id or list is empty: refuse an empty one first.",
    Weakness.NEW_TENANT: "The check binds the old tenant and not the new one: check that the caller belongs to the tenant that is written too.",
    Weakness.NO_EXIT: "The check is looked at and nothing stops: return or throw where it fails.",
    Weakness.OTHER_ID: "One id is proven and another is used: add the proven id to the condition of the query.",
    Weakness.FORGED_HEADER: "The header is believed although whoever calls may send it: take the id from the verified session alone, or let the middleware write the header on the request that it forwards, for every path.",
    Weakness.USER_METADATA: "The decision rests on metadata that the user can edit: read the role from app_metadata or from a table only the server writes.",
}


_DOOR: Final = re.compile(r"(?:^|[/_-])(?:e2e|tests?|testing|debug|dev|seed|mock)(?:[/_-]|$)")
"""Addresses of doors for tests: what opens them stands in the tests too."""
_NO_ROLE: Final = "No other handler of this repository asks for a role in a way that could be taken over: name the roles that may do this, and check them after the session."


def guard_steps(ground: CodeGround, entry: Entry, *, optional: bool = False) -> tuple[Step, ...]:
    """The steps that refuse strangers at the top of an entry; an empty codemod call says what is missing."""
    if entry.place.file.endswith(".py"):
        return (Step("guard", entry.place.file, function=entry.at, facts=ground.dependency, optional=optional),)
    builders = ground.builders(entry)
    if builders is not None:
        facts = {"from": builders[0], "to": builders[1]}
        swap = Step("procedure", entry.place.file, function=entry.at, facts=facts, optional=optional)
        # who is let in stands in the context
        known = {"read": "1" if ";ctx=" in f";{ground.paths_read}" else ""}
        return (swap, Step("take_context", entry.place.file, function=entry.at, facts=known, optional=True))
    facts = {"kind": entry.kind.value}
    needs: tuple[Needed, ...] = ()
    found = lent(ground, entry)
    if found is not None:
        lender, check = found
        facts |= _lent_facts(entry, lender, check)
        facts |= {"names": ",".join(check.names), "request": ",".join(check.request), "helper": check.helper}
        from codemods.tsx.donor import rebased

        needs = tuple(rebased(need, lender.place.file, entry.place.file) for need in check.needs)
        if lender.kind is not entry.kind:
            needs = tuple(need for need in needs if need.local or need.name in check.asks)
    else:
        written = template(ground, entry)
        if written is not None:
            needs = written.needs
            facts |= {"lines": written.lines, "names": written.names, "empty": written.empty}
    return (Step("guard", entry.place.file, function=entry.at, facts=facts, needs=needs, optional=optional),)


def wrapped_steps(ground: CodeGround, entry: Entry) -> list[Step]:
    """The body in the wrapper of its neighbours, where the file has one; nothing otherwise."""
    found = wrapper(ground, entry) if entry.kind is EntryKind.ACTION else None
    if found is None:
        return []
    facts = {"name": found.name, "given": ",".join(found.given)}
    needs = (found.need,) if found.need is not None else ()
    return [Step("wrapped", entry.place.file, function=entry.at, facts=facts, needs=needs)]


def _lent_facts(entry: Entry, lender: Entry, check: Lent) -> dict[str, str]:
    """The whole check of an entry of the same kind; of another kind its question, with this handler's own refusal behind it."""
    if lender.kind is entry.kind or {lender.kind, entry.kind} <= {EntryKind.ROUTE, EntryKind.EDGE_FUNCTION}:
        own = entry.kind is EntryKind.ACTION and not check.role and bool(check.empty)
        return {"lines": check.lines, **({"asks": check.asks, "instead": check.empty} if own else {})}
    return {"lines": check.asks, "empty": check.empty}


def missing_session(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Ask for the session; then the rows of that caller alone, where their column is known."""
    from assistant.propose.code_beside import beside, hung_steps
    from assistant.propose.code_identity import named_callers
    from assistant.propose.code_rows import read_by, row_steps

    if is_scheduled(plans.ground, entry):
        return scheduled_steps(plans.ground, entry)
    whole = wrapped_steps(plans.ground, entry)
    steps = list(guard_steps(plans.ground, entry))
    if plans.ground.builders(entry) is None and (found := lent(plans.ground, entry)) is not None and found[1].role:
        # whoever has the role sees the rows of others on purpose
        return [[step._replace(facts={**step.facts, "bare": "1"}) for step in steps]]
    steps += named_callers(plans.ground, entry)
    reads = [read_by(entry, query) for query in plans.ground.queries(entry, finding.queries)]
    for query in {one.id: one for one in reads}.values():
        if query.place.file != entry.place.file and not query.told_caller:
            continue  # a function of another file that asks for itself is not this handler's
        options = row_steps(plans.ground, finding, entry, query)
        if options and query.verb not in {"insert", "upsert", "upload"}:
            steps += [step._replace(optional=True) for way in options for step in (way if len(way) == 1 else ())]
    # what is read by the same id leads to what is changed
    steps += beside(plans.ground, finding, entry, asked_nobody=True)
    steps += hung_steps(plans.ground, entry, steps)
    return [whole, steps] if whole else [steps]


def ineffective_guard(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """One codemod a weakness."""
    facts = dict(finding.facts)
    try:
        weakness = Weakness(facts.get("weakness", ""))
    except ValueError:
        return "The weakness of the check is not known to the patches: mend it by hand."
    path = facts.get("guard_file") or entry.place.file
    function = entry.at if path == entry.place.file else (0, 0)
    at = finding.at if path == (finding.where.file if finding.where else "") else (0, 0)
    here = finding.where.line if finding.where and finding.where.file == path else 0
    # told at the handler, a check of a helper stands in the helper's own file
    there = next((one.place.line for one in entry.guards if one.weakness is weakness and one.place.file == path), 0)
    line = plans.line_range(path, here or there)
    at = line if line[1] else at
    if weakness is Weakness.NOT_AWAITED:
        name = facts.get("guard", "").split("(", 1)[0].split(" ", 1)[0]
        steps = [[Step("await_check", path, function=function, at=at, facts={"call": name})]]
        called = [one.chain[-1] for one in entry.guards if one.weakness is weakness and one.chain]
        return [
            *steps,
            *(way for each in dict.fromkeys((name, *called)) for way in _unawaited(plans.ground, entry, each)),
        ]
    if weakness in {Weakness.OPTIONAL_SECRET, Weakness.UNSET_SECRET}:
        return [[Step("secret_set", path, function=function, at=at, facts={"kind": entry.kind.value})]]
    if weakness is Weakness.GET_SESSION:
        return [[Step("verified_user", path, function=function, at=at)]]
    if weakness is Weakness.FROM_REQUEST:
        from assistant.propose.code_identity import identity_from_request

        options = identity_from_request(plans, finding, entry)
        return missing_session(plans, finding, entry) if isinstance(options, str) else options
    if weakness is Weakness.AFTER_WRITE:
        return _after_write(plans, finding, entry)
    if weakness is Weakness.IN_CODE and _DOOR.search(entry.path):
        return door_for_tests(plans, finding, entry)
    if weakness is Weakness.EMPTY_LIST:
        return [[Step("look_into", path, function=function, at=at)]]
    if weakness is Weakness.USER_METADATA:
        return [[Step("metadata", path, function=function, at=at)]]
    return _BY_HAND.get(weakness, "The check does not hold: mend it by hand.")


def _unawaited(ground: CodeGround, entry: Entry, name: str) -> list[list[Step]]:
    """The call as a statement of its own in the files that the entry runs through: the check stands in what it calls."""
    out = []
    for path in entry.files if name else ():
        source = ground.text(path)
        found = re.search(rf"^[ \t]*({re.escape(name)}\()", source, re.MULTILINE)
        if found is not None and path.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
            at = len(source[: found.start(1)].encode())
            out.append([Step("await_check", path, at=(at, at + len(name) + 1), facts={"call": name})])
    return out


def _after_write(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The write moves behind the check."""
    from assistant.propose.code_rows import reading

    steps = []
    for query in plans.ground.queries(entry, finding.queries):
        at, path = reading(plans.ground, entry, query)
        if path == entry.place.file and query.verb != "select":
            steps.append(Step("check_first", path, function=entry.at, at=at))
    return [steps] if steps else _BY_HAND[Weakness.AFTER_WRITE]


def weak_privilege(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The role of the membership that is read already, or the role check of the nearest entry that has one."""
    from codemods.tsx.donor import rebased

    options: list[list[Step]] = []
    first = min((query.order for query in plans.ground.queries(entry, finding.queries)), default=0)
    for query in entry.queries:
        role = role_of(plans.ground, query)
        if role and query.order < first and query.place.file == entry.place.file and not query.via:
            facts = {"column": role[0], "roles": role[1], "kind": entry.kind.value}
            options.append([Step("row_role", entry.place.file, function=entry.at, at=query.at, facts=facts)])
    for other, check in plans.role_checks(entry):
        needs = tuple(rebased(need, other.place.file, entry.place.file) for need in check.needs)
        facts = {"lines": check.lines, "kind": entry.kind.value, "uses": ",".join(check.uses), "lender": other.id}
        options.append([Step("role", entry.place.file, function=entry.at, at=finding.at, facts=facts, needs=needs)])
    return options or _NO_ROLE


def door_for_tests(_plans: Plans, _finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """Refuse in production."""
    return [
        [
            Step(
                "production",
                entry.place.file,
                function=entry.at,
                facts={"when": "production", "kind": entry.kind.value},
            )
        ]
    ]
