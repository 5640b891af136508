"""Looks for secrets in all places of one repository and joins what they say; the way in to this room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.collect.git import top_of
from assistant.collect.secrets.environments import compare
from assistant.collect.secrets.history import read_history
from assistant.collect.secrets.keys import installation
from assistant.collect.secrets.known import read_known
from assistant.collect.secrets.worktree import read_files
from assistant.domain.facts import Place
from assistant.domain.secrets import HistoryRead, Past, SecretsFound, Sighting, Standing


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.collect.secrets.history import Past as History
    from assistant.collect.secrets.patches import Trace

_ORDER = {standing: n for n, standing in enumerate(Standing)}


def read_secrets(
    root: Path,
    *,
    history: bool,
    on_progress: Callable[[str, int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SecretsFound:
    """Look for secrets in a repository.

    Args:
        root: a folder of its work tree, or a bare repository (then only the history is read).
        history: also read the commits of all refs, reflogs and stashes.
        on_progress: told what is read, how much of it is done, and how much there is.
        cancelled: asked now and then; once it is true, what was read so far is returned, and that it is not all.

    Returns:
        What was seen, without any value.

    Raises:
        UsageError: it is no git repository, or stanch.toml is wrong.
        UnreachableError: git cannot be started.
    """
    tell = on_progress or _silent
    stop = cancelled or _never
    git = top_of(root)
    top = git.folder
    fingerprints = installation()
    known = read_known(top)
    files = read_files(top, git, fingerprints, tell, stop)
    past = read_history(git, fingerprints, tell, stop) if history else None
    sightings = list(files.sightings.values())
    if past is not None:
        sightings = [_with_past(seen, past) for seen in sightings]
        present = {seen.fingerprint for seen in sightings}
        sightings += [_from_history(key, trace, past) for key, trace in past.traces.items() if key not in present]
    return SecretsFound(
        sightings=tuple(
            sorted(sightings, key=lambda seen: (_ORDER[seen.standing], seen.where.file, seen.where.line, seen.kind))
        ),
        public_names=tuple(sorted(files.names.values(), key=lambda name: name.variable)),
        shared=compare(files.values),
        files=files.read,
        not_read=dict(sorted(files.not_read.items())),
        passed_over=dict(sorted(files.passed_over.items())),
        history=past.read if past is not None else HistoryRead(asked=False),
        known=known,
        lasting_key=fingerprints.lasting,
    )


def _with_past(seen: Sighting, past: History) -> Sighting:
    trace = past.traces.get(seen.fingerprint)
    return seen if trace is None else replace(seen, past=_life(trace, past))


def _from_history(fingerprint: str, trace: Trace, past: History) -> Sighting:
    from assistant.collect.secrets.names import is_public
    from assistant.collect.secrets.paths import environment_of

    return Sighting(
        kind=trace.kind,
        weight=trace.weight,
        fingerprint=fingerprint,
        shown=trace.shown,
        where=Place(file=trace.file, line=max(1, trace.line), symbol=trace.variable or None),
        standing=Standing.HISTORY,
        public_variable=is_public(trace.variable),
        in_tests=trace.in_tests,
        environment=environment_of(trace.file),
        about=trace.about,
        past=_life(trace, past),
    )


def _life(trace: Trace, past: History) -> Past:
    first = trace.first if trace.first[2] else trace.last
    return Past(
        first=first[2],
        first_at=datetime.fromtimestamp(first[0], UTC),
        last=trace.last[2],
        last_at=datetime.fromtimestamp(trace.last[0], UTC),
        commits=len(trace.commits),
        pushed=None if past.pushed is None else not trace.commits.isdisjoint(past.pushed),
    )


def _silent(_says: str, _done: int, _total: int) -> None:
    return


def _never() -> bool:
    return False
