"""Secrets in the files of the work tree and in what was built from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.collect.secrets.environments import environment_in, values_of
from assistant.collect.secrets.files import list_files
from assistant.collect.secrets.paths import in_tests
from assistant.collect.secrets.reading import NotRead, PassedOver, printable, read_bytes, sighting
from assistant.collect.secrets.scan import PublicUse, scan
from assistant.domain.facts import Place
from assistant.domain.secrets import EnvironmentValue, PublicName, Sighting, Standing


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.collect.git import Git
    from assistant.collect.secrets.keys import Fingerprinter

_STEP: Final = 250
"""Files between two words of progress."""


@dataclass(slots=True)
class Files:
    """What the files say."""

    sightings: dict[tuple[str, str, str], Sighting] = field(default_factory=dict)
    """By fingerprint, file and variable: the first of several lines."""
    names: dict[str, PublicName] = field(default_factory=dict)
    """By variable."""
    values: list[EnvironmentValue] = field(default_factory=list)
    """Of environment files."""
    read: int = 0
    """Files."""
    not_read: dict[str, str] = field(default_factory=dict)
    """Path to reason."""
    passed_over: dict[str, int] = field(default_factory=dict)
    """Reason to count."""


def read_files(
    root: Path,
    git: Git,
    fingerprints: Fingerprinter,
    on_progress: Callable[[str, int, int], None],
    cancelled: Callable[[], bool],
) -> Files:
    """Read every file worth opening once.

    Raises:
        UnreachableError: git cannot be started.
    """
    listed = list_files(root, git)
    files = Files(not_read=listed.not_read, passed_over=listed.passed_over)
    paths = sorted(listed.standing)
    for n, path in enumerate(paths):
        if n % _STEP == 0:
            on_progress("looking for secrets in files", n, len(paths))
            if cancelled():
                files.not_read["."] = f"Stopped after {n} of {len(paths)} files."
                break
        try:
            text = read_bytes(root, path)
        except PassedOver as why:
            files.passed_over[str(why)] = files.passed_over.get(str(why), 0) + 1
            continue
        except NotRead as why:
            files.not_read[printable(path)] = str(why)
            continue
        files.read += 1
        _read_one(files, path, text, listed.standing[path], fingerprints)
    return files


def _read_one(files: Files, path: str, text: bytes, standing: Standing, fingerprints: Fingerprinter) -> None:
    environment = environment_in(path, text, standing)
    candidates = []
    for found in scan(text, lambda _: path):
        line = text.count(b"\n", 0, found.at[0]) + 1
        if isinstance(found, PublicUse):
            _name(files, found, path, line)
            continue
        if found.wordy and in_tests(path):
            continue
        candidates.append(found)
        seen = sighting(found, path, line, standing, fingerprints, environment)
        files.sightings.setdefault((seen.fingerprint, path, found.variable), seen)
    if environment:
        files.values += values_of(path, text, environment, candidates, fingerprints)


def _name(files: Files, use: PublicUse, path: str, line: int) -> None:
    before = files.names.get(use.variable)
    where = Place(file=printable(path), line=line, symbol=use.variable)
    tests = in_tests(path)
    if before is None:
        files.names[use.variable] = PublicName(variable=use.variable, where=where, uses=1, in_tests=tests)
        return
    better = before.in_tests and not tests
    files.names[use.variable] = PublicName(
        variable=use.variable,
        where=where if better else before.where,
        uses=before.uses + 1,
        in_tests=before.in_tests and tests,
    )
