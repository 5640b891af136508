"""Storage policies that open a whole bucket instead of the caller's own folder."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.detect.context import STORAGE_OBJECTS, WRITES, Exposure
from assistant.detect.flaws import Flaw, predicates
from assistant.detect.judge import Judgement, from_leaks, report
from assistant.detect.rule import Example, Rule
from assistant.detect.storage import bucket_cells, bucket_subject, buckets_named
from assistant.domain.matrix import Severity, Verb, Verdict
from assistant.domain.ownership import Confidence
from assistant.sql.truth import Caller


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.sql.branches import Branch

RULE = Rule(
    id="bucket-wide-storage",
    title="A storage policy opens a whole bucket",
    why="A policy on storage.objects that names the bucket and not the owner or the folder lets every caller read, overwrite or delete the objects of all others.",
    remedy="Tie the object to the caller: (storage.foldername(name))[1] = (select auth.uid())::text.",
    docs="https://supabase.com/docs/guides/storage/security/access-control",
)

EXAMPLES = (
    Example(
        setup="""
            insert into storage.buckets (id, name, public) values ('invoices', 'invoices', false);
            create policy mine on storage.objects for select to authenticated using (bucket_id = 'invoices' and (storage.foldername(name))[1] = auth.uid()::text);
        """,
        leak="create policy all_of_it on storage.objects for select to authenticated using (bucket_id = 'invoices');",
        mend="drop policy all_of_it on storage.objects;",
        attacked=True,
    ),
)

ANY_BUCKET = "any bucket"


def find(context: Context) -> Iterator[Finding]:
    """One finding a bucket and kind of access."""
    table = context.catalog.tables.get(STORAGE_OBJECTS)
    if table is None:
        return
    public = {bucket.id for bucket in context.catalog.buckets if bucket.public}
    found: dict[tuple[str, bool], list[Flaw]] = defaultdict(list)
    for policy in context.api_policies(table):
        for flaw in _flaws(context, table, policy):
            for bucket in buckets_named(flaw.text) or (ANY_BUCKET,):
                reads = policy.command == "select"
                if not (reads and bucket in public):  # listing a public bucket says nothing that is not served anyway
                    found[bucket, reads].append(flaw)
    for (bucket, reads), flaws in sorted(found.items()):
        exposure = min(context.exposure_of(flaw.policy.roles) for flaw in flaws)
        judgement = _judged(context, bucket, flaws, exposure, public=bucket in public)
        if judgement is None:
            continue
        verbs = {verb for flaw in flaws for verb in flaw.verbs}
        yield report(
            RULE,
            bucket_subject(bucket),
            f"{judgement.who(exposure).capitalize()} can {judgement.does(verbs)} objects of others in {bucket if bucket == ANY_BUCKET else f'the bucket {bucket}'}.",
            judgement,
            context.policy_place(flaws[0].policy),
            detail=f"The policy asks for no more than: {flaws[0].text}.",
            key="read" if reads else "write",
            policies=(flaw.policy.name for flaw in flaws),
        )


def _flaws(context: Context, table: Table, policy: PolicyRow) -> Iterator[Flaw]:
    for text, verbs in predicates(policy):
        for branch in context.branches(table.name, text):
            if verbs and _is_wide(context, table, branch):
                yield Flaw(policy=policy, verbs=verbs, text=branch.text)


def _is_wide(context: Context, table: Table, branch: Branch) -> bool:
    """A branch that asks for the bucket, perhaps for a session, and for nothing of the object."""
    for atom in branch.atoms:
        about_bucket = set(atom.row) <= {"bucket_id"} and not atom.sub_select and not (atom.caller and atom.row)
        # an extension, a size, a fixed folder: of the object, not of its owner
        about_kind = not atom.caller and not atom.sub_select
        answer = context.admits(table, atom.text, Caller.SIGNED_IN)
        narrows = atom.helper or (atom.caller and answer is not True)
        if answer is False or narrows or not (about_bucket or about_kind):
            return False
    return True


def _judged(context: Context, bucket: str, flaws: list[Flaw], exposure: Exposure, *, public: bool) -> Judgement | None:
    verbs = {verb for flaw in flaws for verb in flaw.verbs}
    leaks = [cell for cell in bucket_cells(context, bucket) if cell.verb in verbs]
    if leaks:
        return from_leaks(leaks)
    tried = [cell for cell in bucket_cells(context, bucket, Verdict.HOLDS) if cell.verb in verbs]
    if tried and not bucket_cells(context, bucket, Verdict.UNKNOWN):
        return None
    only_adds = not verbs & {Verb.SELECT, Verb.UPDATE, Verb.DELETE}
    if only_adds:
        # anybody may add, nobody may overwrite: a nuisance rather than a leak
        return Judgement(
            severity=Severity.MEDIUM if exposure is Exposure.GUEST else Severity.LOW, confidence=Confidence.MEDIUM
        )
    grave = bool(verbs & set(WRITES)) or not public
    if exposure is Exposure.GUEST:
        return Judgement(severity=Severity.CRITICAL if grave else Severity.HIGH, confidence=Confidence.MEDIUM)
    return Judgement(severity=Severity.HIGH, confidence=Confidence.MEDIUM)
