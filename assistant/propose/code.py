"""From findings about code to patches: one fix an entry, in which every codemod sees what the ones before it did.

A finding without a patch gets a reason a person can act on. Deterministic: the same map, findings and files give the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import EntryKind
from assistant.domain.fixes import Fix, NoFix, Statement
from assistant.propose.code_draft import Draft, Step
from assistant.propose.code_ground import CodeGround
from assistant.propose.code_held import asked_who
from assistant.propose.code_plan import BEHIND, ENTRY_PLANS, FILE_PLANS, FIRST, GROUP_PLANS, RISKS, Plans, applies
from assistant.propose.code_reach import within_reach
from assistant.propose.code_reasons import by_rule, not_told


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.catalog import Catalog
    from assistant.domain.code import CodeMap
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import OwnershipMap

_ORDER: Final = {rule: number for number, rule in enumerate((*ENTRY_PLANS, *FILE_PLANS))}
_NO_RULE: Final = "stanch has no patch for this kind of finding: follow its detail by hand."
_NOBODY: Final = ("No value here says who", "No session is asked for in this handler")
"""How a codemod says that it found no caller."""
_STANDS: Final = "What stanch would write stands there already, and the rule does not see that it holds: look whether it runs before the rows are used, on every way."
NOT_CLOSED: Final = (
    "What stanch could write here was tried and leaves the finding as it is, so it is not offered: "
    "follow its detail by hand."
)
_QUIET: Final = frozenset({"take_context"})
"""Steps that only make others possible."""
_ROWS: Final = frozenset({"owner_filter", "compare", "verify", "verify_all", "cache_key", "hand_on"})
_BY_REQUEST: Final = frozenset({"id-only-lookup", "parent-authorised-child-by-id", "unscoped-read", "unscoped-write"})
_FIRST: Final = 100
_TITLES: Final = {
    "guard": "Ask who is calling",
    "procedure": "Ask who is calling",
    "wrapped": "Ask who is calling",
    "owner_filter": "Find only rows of the caller",
    "hand_on": "Find only rows of the caller",
    "compare": "Compare the row with the caller",
    "verify": "Look whose row the id names",
    "verify_all": "Look whose rows the ids name",
    "cron_secret": "Ask for the scheduler's secret",
    "access": "Ask for access to the row",
    "parent_access": "Ask for access to what the row hangs on",
    "row_access": "Let the author and the parent's administrators alone",
    "export_it": "Export the check",
    "identity": "Take the caller from the session",
    "row_role": "Ask for the role",
    "role": "Ask for the role",
    "await_check": "Await the check",
    "look_into": "Look into the list",
    "secret_set": "Refuse without the secret",
    "check_first": "Check before the write",
    "metadata": "Decide by what the server wrote",
    "without": "Leave secrets out of the answer",
    "verified_user": "Verify the session",
    "pick": "Write listed fields alone",
    "columns": "Send listed columns alone",
    "no_store": "Keep the response out of caches",
    "cache_key": "Put the owner into the cache key",
    "redact": "Keep personal data out of the log",
    "production": "Close the door in production",
    "validate": "Parse the id",
    "same_answer": "Give one answer for foreign and missing rows",
    "user_client": "Read as the caller",
    "server_only": "Keep the module on the server",
    "vector": "Search the caller's tenant alone",
    "stripe_signature": "Verify the signature",
    "stripe_once": "Handle each event once",
    "redirect": "Redirect within the site",
    "cors": "Name the origins that may read",
    "depends_user": "Ask who is calling",
}


@dataclass(slots=True)
class Tries:
    """Ways of mending that were tried, by the finding's fingerprint."""

    start: dict[str, int] = field(default_factory=dict)
    """The first alternative that may still be taken; what stands before it left the finding as it was."""
    taken: dict[str, int] = field(default_factory=dict)
    """The alternative that was taken last."""


def propose_code(
    findings: Iterable[Finding],
    code_map: CodeMap,
    read: Callable[[str], bytes],
    *,
    ownership: OwnershipMap | None = None,
    matrix: Matrix | None = None,
    catalog: Catalog | None = None,
    paths: Iterable[str] = (),
    tries: Tries | None = None,
) -> tuple[Fix | NoFix, ...]:
    """Patches for findings about code; findings of other rules are left alone.

    Args:
        findings: everything that is wrong; those about the database are passed over.
        code_map: what the code says.
        read: bytes of a file of the repository, by its path; raises OSError or KeyError when there is none.
        ownership: whose rows are whose, for owner columns.
        matrix: what the attack showed, for whether row-level security covers a table.
        catalog: the schema, for listed columns and functions.
        paths: every file of the repository, when known: Prisma schemas and package.json are found among them.
        tries: which ways of mending a finding were tried already; told which one is taken now.

    Returns:
        Fixes by file and handler, then reasons. Every finding about code is in exactly one of them.
    """
    plans = Plans(CodeGround(code_map, _once(read), ownership, matrix, catalog, frozenset(paths)))
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in {one.fingerprint: one for one in findings}.values():
        if finding.entry or finding.rule in FILE_PLANS or finding.rule in ENTRY_PLANS or finding.subject.kind == "file":
            file = finding.where.file if finding.where else ""
            groups.setdefault((file if not finding.entry else "", finding.entry or file), []).append(finding)
    fixes: list[Fix] = []
    reasons: list[NoFix] = []
    for number, (_, group) in enumerate(sorted(groups.items())):
        several = len(group) > 1
        ordered = sorted(
            group,
            key=lambda one: (_ORDER.get(one.rule, 999), several and not _looks_up(plans, one), one.fingerprint),
        )
        made, left = _group(plans, ordered, number, tries or Tries())
        fixes += made
        reasons += left
    return (*fixes, *reasons)


def _once(read: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Every file is read once, so that a fix cannot see two versions of it."""
    seen: dict[str, bytes] = {}

    def reading(path: str) -> bytes:
        if path not in seen:
            seen[path] = read(path)
        return seen[path]

    return reading


def _group(plans: Plans, group: list[Finding], number: int, tries: Tries) -> tuple[list[Fix], list[NoFix]]:
    """One fix for everything that is wrong with one entry or file."""
    draft = Draft(plans.ground.read)
    closed: list[Finding] = []
    taken: list[Step] = []
    statements: list[Statement] = []
    undo: list[Statement] = []
    reasons: list[NoFix] = []
    mended = late = ""
    looked: set[str] = set()
    remaining: list[str] = []
    for finding in group:
        plans.migrations.clear()
        plans.ground.take_proven(finding)
        found = _request_of(finding) in looked and finding.fingerprint not in tries.start
        if found or (mended and finding.rule in BEHIND) or _refers_behind(finding, taken, late):
            # the guard that should have stopped the stranger works now, or is asked: what stood behind it is closed with it
            closed.append(finding)
            continue
        options = _options(plans, finding)
        if isinstance(options, str):
            reasons.append(NoFix(finding=finding.fingerprint, reason=options))
            continue
        options = [way if within_reach(plans.ground, way) else [] for way in options]
        made = _first(draft, options, tries.start.get(finding.fingerprint, 0))
        if isinstance(made, str):
            said = NOT_CLOSED if finding.fingerprint in tries.start else _told_better(plans, finding, made)
            reasons.append(NoFix(finding=finding.fingerprint, reason=said))
            continue
        draft, steps, left, tries.taken[finding.fingerprint] = made
        remaining += [left] if left else []
        taken += steps
        looked |= {_request_of(finding)} - {""} if any(step.codemod == "verify" for step in steps) else set()
        # whom the request named is nobody any more: what was found by that name is the caller's
        looked |= {step.facts["from"] for step in steps if step.codemod == "identity" and "here" not in step.facts}
        closed.append(finding)
        mended = mended or (finding.rule if finding.rule in FIRST else "")
        # what was stored before the check is stored behind it now
        late = late or ("1" if dict(finding.facts).get("weakness") == "after-write" else "")
        statements += [
            Statement(sql=forward, comment="Goes with a patch of the code.") for forward, _ in plans.migrations
        ]
        undo += [Statement(sql=backward) for _, backward in plans.migrations]
    patches = draft.patches()
    if not patches:
        said = _STANDS
        return [], [*reasons, *(NoFix(finding=one.fingerprint, reason=said) for one in closed)]
    fix = Fix(
        id=_id(closed[0], group),
        title=_title(closed[0], taken),
        findings=tuple(one.fingerprint for one in closed),
        applies=applies(taken),
        statements=tuple(statements),
        undo=tuple(undo),
        risk=" ".join((_risk(taken), *(f"Left to you: {said}" for said in dict.fromkeys(remaining)))),
        objects=tuple(patch.path for patch in patches),
        order=_FIRST + number,
        patches=patches,
    )
    return [fix], reasons


def _refers_behind(finding: Finding, taken: list[Step], late: str) -> bool:
    """An id is stored behind a check that is asked now, or that came too late before."""
    asked = {step.facts.get("table", "") for step in taken if step.codemod in {"access", "parent_access"}} - {""}
    target = words.table_key(dict(finding.facts).get("target", ""))
    return finding.rule == "foreign-reference-unchecked" and (bool(late) or target in asked)


def _request_of(finding: Finding) -> str:
    """The part of the request that a finding about rows finds them by."""
    return dict(finding.facts).get("request", "") if finding.rule in _BY_REQUEST else ""


def _looks_up(plans: Plans, finding: Finding) -> bool:
    """The row that the request names is looked up before anything runs: what else is found by the same id stands behind it."""
    options = _options(plans, finding) if finding.rule in _BY_REQUEST else ""
    return not isinstance(options, str) and bool(options[0]) and options[0][0].codemod == "verify"


def _told_better(plans: Plans, finding: Finding, said: str) -> str:
    """A codemod sees one file: who is asked on the way to it is known here."""
    entry = plans.ground.entry_of(finding.entry)
    better = not_told(plans.ground, finding, entry) if said.startswith(_NOBODY) and entry is not None else ""
    return better or said


def _options(plans: Plans, finding: Finding) -> list[list[Step]] | str:
    entry = plans.ground.entry_of(finding.entry)
    if finding.rule in ENTRY_PLANS and entry is not None:
        found = ENTRY_PLANS[finding.rule](plans, finding, entry) or by_rule(finding.rule)
        if not isinstance(found, str) and entry.kind is EntryKind.PROCEDURE and asked_who(entry):
            # the caller stands in what the builder hands over, where the handler takes it
            read = ";ctx=" in f";{plans.ground.paths_read}" or any(
                step.facts.get("mine", "").startswith("ctx.") for way in found for step in way
            )
            known = {"read": "1" if read else ""}
            taken = Step("take_context", entry.place.file, function=entry.at, facts=known)
            found = [*found, *([taken, *way] for way in found)]
        return found
    if finding.rule in GROUP_PLANS and not finding.entry:
        return GROUP_PLANS[finding.rule](plans, finding) or by_rule(finding.rule)
    if finding.rule in FILE_PLANS:
        return FILE_PLANS[finding.rule](plans, finding) or by_rule(finding.rule)
    return by_rule(finding.rule)


def _first(draft: Draft, options: list[list[Step]], start: int) -> tuple[Draft, list[Step], str, int] | str:
    """The first alternative all of whose steps can be taken, with its number; otherwise what the best one was refused for."""
    from codemods.target import Refusal

    said = ""
    for number, steps in enumerate(options[start:], start):
        trial = draft.fork()
        taken: list[Step] = []
        refused = passed = ""
        missed: dict[tuple[str, tuple[int, int], str], str] = {}
        bound: set[tuple[str, tuple[int, int], str]] = set()
        for step in steps:
            # each id that a query stores names a row of its own
            place = (step.path, step.at, step.facts["id"] if "perhaps" in step.facts else "")
            rows = step.optional and step.codemod in _ROWS and step.at[1] > 0
            if rows and place in bound:
                continue  # an earlier way bound the same query
            answer = trial.run(step)
            if isinstance(answer, Refusal):
                if rows:
                    if step.codemod == "owner_filter" and step.function[0] <= step.at[0] < step.function[1]:
                        missed.setdefault(place, answer.reason)
                    continue
                passed = passed or answer.reason
                if not step.optional:
                    refused = answer.reason
                    break
                continue
            bound.add(place)
            if answer.hunks:
                taken.append(step)
        passed = passed or next((reason for place, reason in missed.items() if place not in bound), "")
        if not refused and (taken or (bound and not passed)):
            said = passed if any(step.codemod in _ROWS for step in steps if step.optional) else ""
            return trial, taken, said, number
        refused = refused or passed
        said = said or refused
    return said or _NO_RULE


def _id(finding: Finding, group: list[Finding]) -> str:
    about = finding.entry or (group[0].where.file if group[0].where else "")
    return f"code-{re.sub(r'[^a-z0-9]+', '-', about.lower()).strip('-')}"


def _title(finding: Finding, steps: list[Step]) -> str:
    named = (_TITLES.get(step.codemod, step.codemod) for step in steps if step.codemod not in _QUIET)
    said = list(dict.fromkeys(named))
    words = said[0] if said else "Mend the code"
    if len(said) > 1:
        rest = [one[:1].lower() + one[1:] for one in said[1:]]
        words = ", ".join([said[0], *rest[:-1]]) + f" and {rest[-1]}"
    return f"{words} in {finding.entry or (finding.where.file if finding.where else 'the code')}"


def _risk(steps: list[Step]) -> str:
    return " ".join(
        dict.fromkeys(
            RISKS.get(step.codemod, "Read the change before it is applied.")
            for step in steps
            if step.codemod not in _QUIET
        )
    )
