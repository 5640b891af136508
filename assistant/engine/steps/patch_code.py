"""Proposes edits of code for the root causes that a step is about, takes them hunk by hunk, and writes them or puts them on a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import Applied, FactTaken, FixProposed, StepStarted, Written
from assistant.engine.actions import approved, begins, undone
from assistant.engine.codefindings import about_causes
from assistant.engine.commands import Approve
from assistant.engine.patching import chosen, propose_closing, propose_patches
from assistant.engine.resume import intent_to_write
from assistant.engine.writing import keep_originals, propose_files, remove_files, sha_of
from assistant.store.places import Places
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context
    from assistant.engine.patching import Proposal
    from assistant.write.patches import FilePatch

_FEW = 12
"""Findings without an edit that are listed one by one."""


@begins("patch-code")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Fixes, what none is for, the diff; then the question."""
    from assistant.write.patches import contents

    world, step = context.world, context.step.id
    half = world.code()
    findings = about_causes(half, context.step.causes)
    proposal = propose_patches(world.root, half, findings, world.now())
    for fix in proposal.fixes:
        yield FixProposed(step=step, fix=fix.id, title=fix.title, applies=fix.applies.value)
    titles = {finding.fingerprint: finding.title for finding in findings}
    for none in proposal.not_fixed[:_FEW]:
        yield FactTaken(step=step, says=f"not edited: {titles.get(none.finding, none.finding)}: {none.reason}")
    if len(proposal.not_fixed) > _FEW:
        yield FactTaken(step=step, says=f"{len(proposal.not_fixed) - _FEW} more without an edit")
    if not proposal.files:
        return _nothing(proposal, len(findings))
    world.patches[step] = proposal.files
    edits = sum(not choice.hunk.supports for file in proposal.files for choice in file.choices)
    asks = f"Make {plural(edits, 'edit')} in {plural(len(proposal.files), 'file')}? Each can be taken, left or changed."
    yield from propose_files(context, lambda _at: contents(proposal.files), asks)
    return ""


@approved("patch-code")
def write(context: Context) -> Generator[Happening, None, str]:
    """Write the accepted edits, or commit them on a branch; nothing else."""
    from assistant.write.patches import contents, preview, undo_patch

    world, step = context.world, context.step.id
    approval = context.approval or Approve(step=step)
    picked = chosen(_shown(context), approval)
    artifacts = contents(picked)
    if not artifacts:
        return "nothing was accepted, and nothing was written"
    if approval.declined or approval.edited:
        kept = world.evidence.put("diff", "the edits as they were approved", preview(picked))
        left = f"{plural(len(approval.declined), 'edit')} left out, {len(approval.edited)} changed by hand"
        yield FactTaken(step=step, says=left, evidence=kept.id)
    if approval.branch:
        return (yield from _on_branch(context, picked, approval.branch))
    shas = {artifact.path: sha_of(artifact.content) for artifact in artifacts}
    undo = world.evidence.put("undo", "the way back", undo_patch(picked))
    yield FactTaken(step=step, says="the way back is kept as undo.patch beside the case file", evidence=undo.id)
    folder = _folder(context)
    keep_originals(folder / "files", world.root, shas)
    yield StepStarted(step=step, intent=intent_to_write(shas))
    from assistant.write.patches import apply_here

    apply_here(world.root, picked, keep=folder)
    yield Written(step=step, files=tuple(sorted(shas.items())))
    world.patches.pop(step, None)
    world.forget_code()
    return f"edited {', '.join(sorted(shas))}"


@undone("patch-code")
def take_back(context: Context) -> Generator[Happening, None, str]:
    """Bring the files back to what they were."""
    says = yield from remove_files(context, _folder(context) / "files")
    context.world.forget_code()
    return says


def _on_branch(context: Context, picked: Sequence[FilePatch], branch: str) -> Generator[Happening, None, str]:
    from assistant.write.branch import apply_on_branch

    done = apply_on_branch(context.world.root, picked, branch, keep=_folder(context))
    paths = tuple(file.path for file in picked if file.after != file.before)
    says = f"committed on the branch {done.name} as {done.commit[:12]}; the work tree is as it was"
    yield Applied(step=context.step.id, says=says, paths=paths)
    return f"{plural(len(paths), 'file')} edited on the branch {done.name}"


def _shown(context: Context) -> tuple[FilePatch, ...]:
    """What was shown; after a restart it is computed again, and refused further on when a file changed meanwhile."""
    world, step = context.world, context.step.id
    if step not in world.patches:
        half = world.code()
        if context.step.does == "close-routes":
            world.patches[step] = propose_closing(world.root, half, world.closing).files
            return world.patches[step]
        world.patches[step] = propose_patches(
            world.root, half, about_causes(half, context.step.causes), world.now()
        ).files
    return world.patches[step]


def _folder(context: Context) -> Path:
    """Where the way back of this step is kept: private, beside the journal, never redacted."""
    return Places(context.world.root).incident(context.incident.id) / "undo" / context.step.id


def _nothing(proposal: Proposal, findings: int) -> str:
    if proposal.not_fixed:
        return f"nothing to edit: {plural(len(proposal.not_fixed), 'finding')} for you to change by hand"
    return "nothing to edit" if not findings else "nothing to edit: the files are as they should be"
