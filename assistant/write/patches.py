"""Edits of the operator's code, chosen hunk by hunk, shown as a diff, written all or none, and taken back.

What is shown is always rebuilt from the accepted hunks; the text of a diff is never edited. A file that is not the one the hunks were
computed from is refused, and its fix has to be computed again: nothing here is fuzzy.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact, Hunk
from assistant.text.diff import unified
from assistant.text.edits import OverlapError, apply_hunks
from assistant.write.apply import apply


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.domain.fixes import Fix

_AGAIN = "Run the command again: the edits are computed from the file as it is now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One hunk and what the operator said about it."""

    hunk: Hunk
    """As proposed."""
    fixes: tuple[str, ...]
    """Ids of the fixes that want it; more than one for an import they share."""
    accepted: bool = True
    """False when declined."""
    edited: str | None = None
    """The operator's own words in its place; None for the proposed ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """Everything that is proposed for one file."""

    path: str
    """Relative to the root, forward slashes."""
    before: str | None
    """The file as it was read; None for a new file."""
    choices: tuple[Choice, ...]
    """By place."""

    @property
    def replaces(self) -> str | None:
        """SHA-256 of ``before``; None for a new file."""
        return None if self.before is None else _sha(self.before.encode())

    @property
    def taken(self) -> tuple[Hunk, ...]:
        """Accepted hunks; an import goes when nothing it serves is left."""
        alive = {fix for one in self.choices if one.accepted and not one.hunk.supports for fix in one.fixes}
        return tuple(
            one.hunk if one.edited is None else replace(one.hunk, text=one.edited)
            for one in self.choices
            if one.accepted and (not one.hunk.supports or alive & set(one.fixes))
        )

    @property
    def after(self) -> str | None:
        """The file with the accepted hunks; ``before`` when none is."""
        taken = self.taken
        return apply_hunks((self.before or "").encode(), taken).decode() if taken else self.before

    @property
    def diff(self) -> str:
        """Unified diff of the accepted hunks; empty when there is none."""
        return unified(self.path, self.before, self.after)

    def choose(self, number: int, *, accepted: bool = True, text: str | None = None) -> FilePatch:
        """The same with one hunk accepted, declined, or replaced by the operator's text."""
        changed = replace(self.choices[number], accepted=accepted, edited=text)
        return replace(self, choices=(*self.choices[:number], changed, *self.choices[number + 1 :]))

    def only(self, number: int) -> str:
        """Diff of one hunk alone, with the lines around it."""
        one = self.choices[number]
        hunk = one.hunk if one.edited is None else replace(one.hunk, text=one.edited)
        return unified(self.path, self.before, apply_hunks((self.before or "").encode(), [hunk]).decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written, and how to take it back."""

    files: tuple[str, ...]
    """Paths, in order."""
    undo_patch: str
    """A diff that turns the files back; empty when nothing was written."""
    kept: Path | None = None
    """The file that holds it; the way back of an earlier run keeps its own."""


def plan_patches(root: Path, fixes: Iterable[Fix]) -> tuple[FilePatch, ...]:
    """The patches of many fixes, file by file; a hunk that two fixes want is one.

    Raises:
        UsageError: a file is not the one the hunks were computed from, or two fixes want the same bytes.
    """
    before: dict[str, str | None] = {}
    wanted: dict[str, dict[Hunk, list[str]]] = {}
    for fix in fixes:
        for patch in fix.patches:
            if patch.path not in before:
                before[patch.path] = _read(root, patch.path)
            said = before[patch.path]
            if patch.replaces != (None if said is None else _sha(said.encode())):
                raise UsageError(f"{patch.path} is not the file that `{fix.id}` was computed from.", _AGAIN)
            for hunk in patch.hunks:
                wanted.setdefault(patch.path, {}).setdefault(_same(hunk, wanted[patch.path]), []).append(fix.id)
    return tuple(_file(path, before[path], hunks) for path, hunks in sorted(wanted.items()))


def _same(hunk: Hunk, known: dict[Hunk, list[str]]) -> Hunk:
    """A hunk with the same bytes that another fix wants, whatever it says about them."""
    for one in known:
        if (one.at, one.end, one.text) == (hunk.at, hunk.end, hunk.text):
            return one
    return hunk


def _file(path: str, before: str | None, hunks: dict[Hunk, list[str]]) -> FilePatch:
    order = sorted(hunks, key=lambda hunk: (hunk.at, hunk.end))
    choices = tuple(Choice(hunk=hunk, fixes=tuple(dict.fromkeys(hunks[hunk]))) for hunk in order)
    try:
        apply_hunks((before or "").encode(), order)
    except OverlapError as error:
        names = ", ".join(sorted({fix for fixes in hunks.values() for fix in fixes}))
        raise UsageError(
            f"two fixes want to change the same place of {path} ({names}).",
            "Apply one of them, and run the command again for the other.",
        ) from error
    return FilePatch(path=path, before=before, choices=choices)


def preview(chosen: Iterable[FilePatch]) -> str:
    """What would be written, as one unified diff; empty when nothing is accepted."""
    return "".join(one.diff for one in chosen)


def contents(chosen: Iterable[FilePatch]) -> tuple[Artifact, ...]:
    """Files as they would be written, those that change alone."""
    return tuple(
        Artifact(path=one.path, kind="code", content=one.after, replaces=one.replaces)
        for one in chosen
        if one.after is not None and one.after != one.before
    )


def undo_patch(chosen: Iterable[FilePatch]) -> str:
    """The way back as one unified diff."""
    return "".join(unified(one.path, one.after, one.before) for one in chosen if one.after != one.before)


def apply_here(root: Path, chosen: Sequence[FilePatch], *, keep: Path | None = None) -> Written:
    """Write the accepted hunks into the work tree, all files or none.

    Args:
        root: top of the repository.
        chosen: what was approved.
        keep: folder for ``undo.patch``; written before the first file is touched. None keeps nothing on disk. Where there is no
            git, every changed file is also kept beside itself as ``<name>.orig``.

    Raises:
        UsageError: a file changed meanwhile, a path leads out of the repository, or the disk refuses. Nothing is changed then.
    """
    artifacts = contents(chosen)
    undo = undo_patch(chosen)
    if not artifacts:
        return Written(files=(), undo_patch="")
    kept = _keep(keep, undo) if keep is not None else None
    if not (root / ".git").exists():
        artifacts = (*_originals(root, chosen), *artifacts)
    written = apply(root, artifacts)
    return Written(files=written, undo_patch=undo, kept=kept)


def undo(root: Path, chosen: Sequence[FilePatch]) -> tuple[str, ...]:
    """Take written patches back; the paths that were.

    Raises:
        UsageError: a file was changed since, so that taking it back would lose that change. Nothing is changed then.
    """
    done = [one for one in chosen if one.after is not None and one.after != one.before]
    back: list[Artifact] = []
    for one in done:
        there = _read(root, one.path)
        if there == one.before:
            continue
        if there != one.after:
            raise UsageError(
                f"{one.path} was changed after stanch wrote it, and nothing was taken back.",
                "Take the edits back by hand: `undo.patch` shows them.",
            )
        if one.before is not None:
            back.append(Artifact(path=one.path, kind="code", content=one.before, replaces=_sha((there or "").encode())))
    restored = apply(root, back)
    new = [one for one in done if one.before is None and _read(root, one.path) == one.after]
    for one in new:
        (root / one.path).unlink()
    return (*restored, *(one.path for one in new))


def _keep(folder: Path, text: str) -> Path:
    """``undo.patch``, or ``undo-2.patch`` when there is one: an older way back is never overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (there := folder / ("undo.patch" if number == 1 else f"undo-{number}.patch")).exists():
        if there.read_bytes() == text.encode():
            return there
        number += 1
    there.write_bytes(text.encode())
    return there


def _originals(root: Path, chosen: Iterable[FilePatch]) -> tuple[Artifact, ...]:
    changed = [one for one in chosen if one.before is not None and one.after != one.before]
    return tuple(
        Artifact(path=f"{one.path}.orig", kind="code", content=one.before or "")
        for one in changed
        if not (root / f"{one.path}.orig").exists()
    )


def _read(root: Path, path: str) -> str | None:
    there = root / path
    if not there.exists():
        return None
    try:
        return there.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as text.", "Save it as UTF-8 and run the command again.") from error


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
