"""Edits of code from findings to files: proposed once, chosen hunk by hunk, written plainly or on a branch, taken back from what was kept.

What two fixes want of the same bytes is offered once: the fix that comes first is, the other says what to do. An edit that a person
changed by hand must still parse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Fix, Hunk, NoFix, Patch
from assistant.write.patches import plan_patches


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding
    from assistant.domain.fixes import Artifact
    from assistant.engine.codehalf import CodeHalf
    from assistant.engine.commands import Approve
    from assistant.write.patches import FilePatch

_NO_HOME = "The edit needs a migration, and stanch found no SQL migrations to add it to."
_LATER = "Another fix changes the same place: apply that one, then run this again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What can be edited, and what cannot."""

    fixes: tuple[Fix, ...] = ()
    """Fixes with their patches, in order; those that want the same bytes as an earlier one are left out."""
    not_fixed: tuple[NoFix, ...] = ()
    """Findings that get no edit, with the reason."""
    files: tuple[FilePatch, ...] = ()
    """The edits, file by file."""
    afterwards: str = ""
    """One sentence: what a person has to do once they are written; empty when nothing is."""

    @property
    def findings(self) -> frozenset[str]:
        """Fingerprints that the fixes close."""
        return frozenset(finding for fix in self.fixes for finding in fix.findings)


def propose_patches(root: Path, half: CodeHalf, findings: Sequence[Finding], now: datetime) -> Proposal:
    """Edits for some findings of the code as it lies there now; a migration that an edit needs is one of its files.

    Args:
        root: top of the repository.
        half: the code as it was read.
        findings: what is to be closed.
        now: when a migration is written, aware.

    Raises:
        UsageError: a file changed while it was looked at.
    """
    from assistant.collect.code.sources import list_sources
    from assistant.engine.patch_trial import Known, propose_tried

    if not findings:
        return Proposal()
    listing = list_sources(root)
    context = half.context
    known = Known(
        ownership=context.ownership, matrix=context.matrix, catalog=context.catalog, decisions=context.decisions
    )
    paths = (*(path for path, _ in listing.files), *listing.manifests)
    proposed = propose_tried(root, half.map, findings, paths, known, sources=half.sources)
    not_fixed = [each for each in proposed if isinstance(each, NoFix)]
    kept: list[Fix] = []
    files: tuple[FilePatch, ...] = ()
    for number, each in enumerate(each for each in proposed if isinstance(each, Fix)):
        fix = _with_migration(half, each, now + timedelta(seconds=number))
        if isinstance(fix, str):
            not_fixed += [NoFix(finding=finding, reason=fix) for finding in each.findings]
            continue
        try:
            files = plan_patches(root, (*kept, fix))
        except UsageError:
            # a file that changed refuses the fix by itself as well; otherwise it only shares bytes with an earlier one
            plan_patches(root, (fix,))
            not_fixed += [NoFix(finding=finding, reason=_LATER) for finding in fix.findings]
        else:
            kept.append(fix)
    return Proposal(fixes=tuple(kept), not_fixed=tuple(not_fixed), files=files)


def propose_closing(root: Path, half: CodeHalf, routes: Sequence[str]) -> Proposal:
    """A switch for some routes, so that they can be closed without another change of the code while they are mended.

    Args:
        root: top of the repository.
        half: the code as it was read.
        routes: paths (with all their verbs) or ids of entries.

    Raises:
        UsageError: a name fits no entry, or a file changed while it was looked at.
    """
    from assistant.collect.code.sources import list_sources
    from assistant.propose.code_maintenance import VARIABLE, entries_named, propose_maintenance
    from assistant.write.maintenance import guard_module

    entries: dict[str, Entry] = {}
    for name in routes:
        fits = entries_named(half.map, name)
        if not fits:
            raise UsageError(f"no way into the code is called {name!r}.", "`stanch scan --map` lists them.")
        entries |= {one.id: one for one in fits}
    listing = list_sources(root)
    closing = propose_maintenance(
        half.map,
        entries.values(),
        lambda path: (root / path).read_bytes(),
        (*(path for path, _ in listing.files), *listing.manifests),
    )
    fixes = tuple(each for each in closing.answers if isinstance(each, Fix))
    if closing.module is not None:
        hunk = Hunk(at=0, end=0, text=guard_module(closing.module), says="The switch that the handlers ask.")
        module = Patch(path=closing.module.path, replaces=None, hunks=(hunk,))
        fixes = tuple(replace(each, patches=(*each.patches, module)) for each in fixes)
    not_fixed = tuple(each for each in closing.answers if isinstance(each, NoFix))
    named = dict.fromkeys(one.path or one.id for one in entries.values())
    said = f'Deploy it; from then on {VARIABLE}="{",".join(named)}" closes these routes, and "all" every one that asks.'
    files = plan_patches(root, fixes)
    return Proposal(fixes=fixes, not_fixed=not_fixed, files=files, afterwards=said if fixes else "")


def _with_migration(half: CodeHalf, fix: Fix, now: datetime) -> Fix | str:
    """The fix with the migration it needs as files of their own, tried on a clone; or why it cannot be offered."""
    if not fix.statements:
        return fix
    rehearsal = half.rehearsal
    if rehearsal is None or not rehearsal.repository.layouts:
        return _NO_HOME
    from assistant.prove.run import prove
    from assistant.write.migration import plan

    proof = prove(
        rehearsal.shadow,
        (fix,),
        before=rehearsal.attack(),
        ownership=rehearsal.ownership,
        catalog=rehearsal.catalog,
        findings=rehearsal.findings(),
        tidy=False,
    )
    if proof.failed or not proof.fixes:
        return f"PostgreSQL refused the migration that the edit needs: {proof.reason.rstrip('.')}."
    root = rehearsal.repository.root
    return replace(
        fix,
        patches=(*fix.patches, *(_as_patch(root, one) for one in plan(rehearsal.repository, (fix,), proof, now=now))),
    )


def _as_patch(root: Path, artifact: Artifact) -> Patch:
    size = (root / artifact.path).stat().st_size if artifact.replaces is not None else 0
    hunk = Hunk(at=0, end=size, text=artifact.content, says=f"The {artifact.kind} that the edit needs.")
    return Patch(path=artifact.path, replaces=artifact.replaces, hunks=(hunk,))


def chosen(files: Iterable[FilePatch], approval: Approve) -> tuple[FilePatch, ...]:
    """The edits as a person approved them: without the declined hunks, with the edited ones in their own words.

    Raises:
        UsageError: a file would not parse any more with the edited text.
    """
    declined = set(approval.declined)
    edited = {(path, number): text for path, number, text in approval.edited}
    out = []
    for file in files:
        taken = file
        for number in range(len(file.choices)):
            if (file.path, number) in declined:
                taken = taken.choose(number, accepted=False)
            elif (file.path, number) in edited:
                taken = taken.choose(number, text=edited[file.path, number])
                refuse_broken(file, number, edited[file.path, number])
        out.append(taken)
    return tuple(out)


def refuse_broken(file: FilePatch, number: int, text: str) -> None:
    """Try one edited hunk in its file.

    Raises:
        UsageError: the file would have more faults than before.
    """
    from assistant.collect.code.read import EXTENSIONS, read_module
    from assistant.text.edits import apply_hunks

    if file.path.rpartition(".")[2] not in EXTENSIONS:
        return
    hunk = file.choices[number].hunk
    before = (file.before or "").encode()
    after = apply_hunks(before, (replace(hunk, text=text),))
    if len(read_module(file.path, after).gaps) > len(read_module(file.path, before).gaps):
        raise UsageError(
            f"{file.path} would not parse any more with the edited text, and nothing was written.",
            "Edit it again, or decline that edit.",
        )
