"""Edits of code from findings to files: proposed once, chosen hunk by hunk, written plainly or on a branch, taken back from what was kept.

What two fixes want of the same bytes is offered once: the fix that comes first is, the other says what to do. An edit that a person
changed by hand must still parse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Fix, NoFix
from assistant.write.patches import plan_patches


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.domain.findings import Finding
    from assistant.engine.codehalf import CodeHalf
    from assistant.engine.commands import Approve
    from assistant.write.patches import FilePatch

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

    @property
    def findings(self) -> frozenset[str]:
        """Fingerprints that the fixes close."""
        return frozenset(finding for fix in self.fixes for finding in fix.findings)


def propose_patches(root: Path, half: CodeHalf, findings: Sequence[Finding]) -> Proposal:
    """Edits for some findings of the code as it lies there now.

    Raises:
        UsageError: a file changed while it was looked at.
    """
    from assistant.propose.code import propose_code

    if not findings:
        return Proposal()

    def read(path: str) -> bytes:
        return (root / path).read_bytes()

    proposed = propose_code(findings, half.map, read, context=half.context)
    not_fixed = [each for each in proposed if isinstance(each, NoFix)]
    kept: list[Fix] = []
    files: tuple[FilePatch, ...] = ()
    for fix in (each for each in proposed if isinstance(each, Fix)):
        try:
            files = plan_patches(root, (*kept, fix))
        except UsageError:
            # it is refused for itself when the file changed, and here only for the bytes it shares
            plan_patches(root, (fix,))
            not_fixed += [NoFix(finding=finding, reason=_LATER) for finding in fix.findings]
        else:
            kept.append(fix)
    return Proposal(fixes=tuple(kept), not_fixed=tuple(not_fixed), files=files)


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
