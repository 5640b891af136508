"""What can be imported where: a path leads no further than its own package, and an alias means another folder in every one."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.propose.code_draft import Step
    from assistant.propose.code_ground import CodeGround
    from codemods.target import Needed

_OWN: Final = re.compile(r"[.#~]|@/|(?:src|app|lib|server)/")
"""Specifiers that a package gives a meaning by itself: a path, or an alias of its configuration."""


def package_of(ground: CodeGround, path: str) -> str:
    """The folder whose manifest a file belongs to; empty for the root's."""
    folder = posixpath.dirname(path)
    while folder and f"{folder}/package.json" not in ground.paths:
        folder = posixpath.dirname(folder)
    return folder


def understood(ground: CodeGround, needs: Iterable[Needed], lender: str, borrower: str) -> bool:
    """Imports of one file mean the same in another: both are of one package, or each names a package."""
    same = package_of(ground, lender) == package_of(ground, borrower)
    return same or not any(_OWN.match(need.module) for need in needs)


def within_reach(ground: CodeGround, steps: Iterable[Step]) -> bool:
    """No step imports by a path that leaves the package of its file."""
    return all(
        package_of(ground, posixpath.normpath(posixpath.join(posixpath.dirname(step.path), need.module)) + "/x")
        == package_of(ground, step.path)
        for step in steps
        for need in step.needs
        if need.module.startswith("..")
    )
