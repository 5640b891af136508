"""One fix of code while it is made: files under edits, each codemod seeing what the ones before it did."""

from __future__ import annotations

import hashlib
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assistant.domain.fixes import Patch
from assistant.text.edits import Edited, moved, moved_end


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.domain.fixes import Hunk
    from codemods.target import Answer, Needed


class Step(NamedTuple):
    """One codemod at one place, in the coordinates of the file as it was read."""

    codemod: str
    """Name in ``codemods.registry``."""
    path: str
    """File."""
    function: tuple[int, int] = (0, 0)
    at: tuple[int, int] = (0, 0)
    facts: Mapping[str, str] = {}
    needs: tuple[Needed, ...] = ()
    optional: bool = False
    """True when the fix stands without it."""


@dataclass(slots=True)
class Draft:
    """Files under edits."""

    read: Callable[[str], bytes]
    """Bytes of a file of the repository; raises OSError or KeyError."""
    files: dict[str, Edited] = field(default_factory=dict)
    before: dict[str, bytes] = field(default_factory=dict)
    done: dict[str, list[tuple[Hunk, ...]]] = field(default_factory=dict)

    def fork(self) -> Draft:
        """The same, to try something."""
        return Draft(
            self.read,
            {path: copy(one) for path, one in self.files.items()},
            dict(self.before),
            {path: list(one) for path, one in self.done.items()},
        )

    def run(self, step: Step) -> Answer:
        """Run a codemod on the file as it stands now, and keep its edits."""
        from codemods.registry import change
        from codemods.target import Edits, Refusal, Target

        if step.path not in self.files:
            try:
                source = self.read(step.path)
            except (OSError, KeyError):
                return Refusal(f"{step.path} could not be read again.")
            self.before[step.path] = source
            self.files[step.path] = Edited(source)
            self.done[step.path] = []
        edited = self.files[step.path]
        target = Target(
            step.path, self._now(step.path, step.function), self._now(step.path, step.at), step.facts, step.needs
        )
        answer = change(step.codemod, edited.text, target)
        if isinstance(answer, Edits) and answer.hunks:
            edited.edit(answer.hunks)
            self.done[step.path].append(answer.hunks)
        return answer

    def patches(self) -> tuple[Patch, ...]:
        """What changed, told against the files as they were read."""
        out = []
        for path, edited in sorted(self.files.items()):
            hunks = edited.hunks()
            if hunks:
                sha = hashlib.sha256(self.before[path]).hexdigest()
                out.append(Patch(path=path, replaces=sha, hunks=hunks))
        return tuple(out)

    def _now(self, path: str, place: tuple[int, int]) -> tuple[int, int]:
        at, end = place
        if end <= at:
            return place
        for hunks in self.done[path]:
            at, end = moved(at, hunks), moved_end(end, hunks)
        return at, end
