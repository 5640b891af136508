"""The operator's repository as it was at any commit: the same reading as of a work tree, from objects alone.

Nothing is checked out: neither the work tree nor the index is touched, and nothing is written to a disk. Only files that may say
something about the database are read, each content once however many commits hold it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.deploys.trees import Contents, blobs
from assistant.collect.files import LARGEST, Tree, decoded, only_wanted, too_large
from assistant.collect.repository import read_tree
from assistant.domain.replay import NotRead


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.git import Git
    from assistant.domain.repository import Repository

_OFTEN = re.compile(r"\.sql\Z|/config\.toml\Z|(?:^|/)package\.json\Z", re.IGNORECASE)
"""Read in one go, because nearly all of them will be wanted."""


class Committed:
    """Reads commits of one repository."""

    def __init__(self, git: Git) -> None:
        """``git`` may be a bare repository."""
        self._git = git
        self._contents = Contents(git, most=LARGEST)
        self._texts: dict[str, str] = {}

    def repository(self, commit: str, below: str = "") -> Repository:
        """What stanch would read if ``commit`` were checked out.

        Args:
            commit: full hash.
            below: a folder of a monorepo, ending with a slash; empty for all of it.

        Raises:
            EndedEarlyError: there is no such commit, or a tree of it is not local.
            UnreachableError: git cannot be started.
        """
        return read_tree(self.tree(commit), commit, below)

    def tree(self, commit: str) -> Tree:
        """The files of a commit that may say something about its database."""
        found = blobs(self._git, commit)
        paths = only_wanted(found)
        often = (found[path] for path in paths if _OFTEN.search(path))
        self._contents.read(one for one in often if one not in self._texts)
        return Tree(self._git.folder, paths, (), lambda path, largest: self._text(found, path, largest))

    def _text(self, found: Mapping[str, str], path: str, largest: int) -> str | NotRead:
        blob = found.get(path, "")
        if blob in self._texts:
            return self._texts[blob]
        data = self._contents.read([blob])[blob] if blob else None
        if data is None:
            reason = f"Its content is not in this clone, or over {LARGEST // 1_000_000} MB."
            return NotRead(file=path, unreadable=True, reason=reason)
        if len(data) > largest:
            return too_large(path, len(data), largest)
        text = decoded(path, data)
        if isinstance(text, str):
            self._texts[blob] = text
        return text
