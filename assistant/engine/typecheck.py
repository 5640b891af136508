"""The project's own type check, run when the operator asks for it: what it says before an edit and after it.

It runs a program of the repository (``node_modules/.bin/tsc``), which is why nobody but the operator starts it.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import UnreachableError, UsageError


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LONGEST: Final = 900
_ERROR: Final = re.compile(r"^(?P<file>[^()\n]+)\((?P<line>\d+),\d+\): error (?P<says>TS\d+: .*)$")
_SCRIPTS: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def type_errors(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """What ``tsc --noEmit`` says of the projects that the paths belong to, without line numbers, so that two runs compare.

    Args:
        root: top of the repository.
        paths: files of it; those that no ``tsconfig.json`` covers are left out.

    Raises:
        UsageError: a project has no TypeScript of its own installed.
        UnreachableError: it did not end in time.
    """
    projects = {project for path in paths if path.endswith(_SCRIPTS) and (project := _project(root, path)) is not None}
    return frozenset(error for project in sorted(projects) for error in _run(root, project))


def _project(root: Path, path: str) -> Path | None:
    """The nearest folder above a file that has a ``tsconfig.json``."""
    for folder in (root / path).parents:
        if (folder / "tsconfig.json").is_file():
            return folder
        if folder == root:
            return None
    return None


def _run(root: Path, project: Path) -> Iterable[str]:
    folders = [project, *(folder for folder in project.parents if folder == root or root in folder.parents)]
    binary = next((tsc for folder in folders if (tsc := folder / "node_modules" / ".bin" / "tsc").exists()), None)
    if binary is None:
        raise UsageError(
            f"there is no TypeScript in {project.relative_to(root).as_posix() or '.'}.",
            "Install the project's packages first, or leave --tsc out.",
        )
    try:
        ended = subprocess.run(
            [str(binary), "--noEmit", "--pretty", "false", "-p", str(project)],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreachableError("tsc did not end within 15 minutes.", "Leave --tsc out, and run it yourself.") from error
    for line in ended.stdout.splitlines():
        if match := _ERROR.match(line):
            place = (project / match["file"]).resolve()
            shown = (
                place.relative_to(root.resolve()).as_posix() if place.is_relative_to(root.resolve()) else match["file"]
            )
            yield f"{shown}: {match['says']}"
