"""The code map of any commit, from git's objects alone: files that two commits share are parsed once.

The first commit is read whole and followed whole. Of another one only chosen entries are followed; the rest of the map stays that of the
first, so that rules which look at the neighbours see the same neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.collect.code.entries import find_entries
from assistant.collect.code.follow.entry import follow, world_of
from assistant.collect.code.follow_apart import apart
from assistant.collect.code.map import assemble
from assistant.collect.code.program import Program
from assistant.collect.code.read import LARGEST, read_module
from assistant.collect.code.sources import LARGEST_MANIFEST, is_manifest, is_source
from assistant.collect.deploys.trees import Contents, blobs


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from assistant.collect.git import Git
    from assistant.domain.code import CodeMap, Entry
    from assistant.domain.syntax import Module

_QUIET_STEPS: Final = 20_000
READING: Final = "reading the code of a commit"


@dataclass(frozen=True, slots=True)
class Tree:
    """The code of one commit."""

    modules: Mapping[str, Module]
    """By path."""
    manifests: Mapping[str, bytes]
    """Configuration files by path."""
    lost: int
    """Files whose content is not in this clone."""


class CodeHistory:
    """Code of commits of one repository."""

    def __init__(
        self,
        git: Git,
        *,
        workers: int = 2,
        on_progress: Callable[[str, int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """Nothing is read before it is asked for."""
        self._git, self._workers = git, workers
        self._tell = on_progress or (lambda _says, _done, _total: None)
        self._cancelled = cancelled or (lambda: False)
        self._contents = Contents(git)
        self._parsed: dict[tuple[str, str], Module] = {}

    def map(self, commit: str) -> CodeMap:
        """The whole code map of a commit.

        Raises:
            EndedEarlyError: there is no such commit here.
        """
        tree = self.tree(commit)
        return assemble(
            tree.modules,
            tree.manifests,
            workers=self._workers,
            on_progress=self._tell,
            cancelled=self._cancelled,
        )

    def entries(self, commit: str, wanted: Iterable[str], files: Iterable[str]) -> tuple[Entry, ...]:
        """The entries of a commit with these ids, and those that stand in these files."""
        tree = self.tree(commit)
        program = Program(tree.modules, tree.manifests)
        ids, places = set(wanted), set(files)
        points = tuple(find_entries(program))
        world = world_of(program, points)
        return tuple(follow(world, point)[0] for point in points if point.id in ids or point.module in places)

    def tree(self, commit: str) -> Tree:
        """The code of a commit, parsed."""
        listed = blobs(self._git, commit)
        code = {path: blob for path, blob in listed.items() if is_source(path)}
        around = {path: blob for path, blob in listed.items() if is_manifest(path)}
        missing = {path: blob for path, blob in code.items() if (path, blob) not in self._parsed}
        texts = self._contents.read((*missing.values(), *around.values()))
        fresh = [
            (path, data) for path, blob in missing.items() if (data := texts[blob]) is not None and len(data) <= LARGEST
        ]
        self._tell(READING, 0, len(fresh))
        parsed = apart(
            fresh,
            lambda: lambda item: read_module(*item),
            workers=self._workers,
            tell=lambda done: self._tell(READING, done, len(fresh)),
            cancelled=self._cancelled,
        )
        for (path, _), module in zip(fresh, parsed, strict=True):
            if module is not None:
                self._parsed[path, code[path]] = module
        self._contents.forget()
        modules = {path: self._parsed[path, blob] for path, blob in code.items() if (path, blob) in self._parsed}
        manifests = {
            path: data
            for path, blob in around.items()
            if (data := texts[blob]) is not None and len(data) <= LARGEST_MANIFEST
        }
        return Tree(modules, manifests, lost=len(code) - len(modules))


def with_entries(head: CodeMap, replaced: Iterable[str], entries: Iterable[Entry]) -> CodeMap:
    """The map with some entries as they were at another commit."""
    gone = set(replaced)
    kept = [entry for entry in head.entries if entry.id not in gone]
    other = [entry for entry in entries if entry.id not in {one.id for one in kept}]
    return replace(head, entries=tuple(sorted((*kept, *other), key=lambda entry: (entry.place, entry.id))))
