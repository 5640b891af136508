"""Replays of many versions of one schema: what begins with the same files is replayed once and copied.

Migrations are appended, so that most versions of a schema begin with all the files of an older one. After some files the database is
copied and kept; a later replay goes on from the longest beginning that it shares. Roles belong to the whole cluster: once SQL has
changed them, nothing that was kept is used again, and the next replay starts from a cluster that is as it was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.shadow.fill import plan_fill
from assistant.shadow.replay import Run
from assistant.shadow.session import Session
from assistant.shadow.watchdog import Watchdog


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.domain.replay import NotRead, Replay, Source
    from assistant.shadow.database import Shadow
    from assistant.shadow.fill import Fill
    from assistant.shadow.server import Server


_MOST_KEPT: Final = 6
"""Databases beside the one in use; each is as large as the schema without rows."""
_WORTH_HALVING: Final = 12
"""Files from which on the middle of a replay is kept as well: a bisect goes there next."""
_CLUSTER_WIDE: Final = ("roles", "members", "parameters", "tablespaces", "subscriptions")


@dataclass(slots=True)
class _Kept:
    """A database after some files, and the replay that came so far."""

    shadow: Shadow
    run: Run


class Prefixes:
    """Replays on one server. Whoever closes the server drops what is kept."""

    def __init__(self, server: Server, *, statement_seconds: float = 10.0, total_seconds: float = 300.0) -> None:
        """Limits as in ``assistant.shadow.replay.replay``."""
        self.server = server
        self.files_replayed = 0
        """Files that were run, and not taken from a copy."""
        self._statement_seconds, self._total_seconds = statement_seconds, total_seconds
        self._kept: dict[str, _Kept] = {}
        self._made = self._cluster()

    def replay(
        self,
        sources: Sequence[Source],
        *,
        generated: Sequence[Source] = (),
        not_read: Sequence[NotRead] = (),
        on_progress: Callable[[int, int], None] | None = None,
    ) -> tuple[Shadow, Replay]:
        """A database with ``sources`` replayed, which the caller drops before the next one, and what came of it.

        Raises:
            ShadowError: the server is gone.
        """
        self._start_clean()
        fill = plan_fill(sources, generated)
        keys = beginnings(fill, sources)
        start = max((number for number, key in enumerate(keys) if key in self._kept), default=None)
        if start is None:
            shadow, run = self.server.create(), Run(self._total_seconds, on_progress)
        else:
            kept = self._kept[keys[start]] = self._kept.pop(keys[start])
            shadow, run = kept.shadow.clone(), kept.run.branch(on_progress, self._total_seconds)
        try:
            with Watchdog(shadow, statement_seconds=self._statement_seconds) as watchdog:
                lost = self._play(run, shadow, watchdog, sources, keys, fill if start is None else None, start or 0)
                with Session(shadow, watchdog) as session:
                    session.lost = lost
                    run.use(session)
                    return shadow, run.finish(len(sources), not_read)
        except BaseException:
            shadow.drop()
            raise

    def _play(
        self,
        run: Run,
        shadow: Shadow,
        watchdog: Watchdog,
        sources: Sequence[Source],
        keys: Sequence[str],
        fill: Fill | None,
        start: int,
    ) -> int:
        """Run the files from ``start`` on and keep copies on the way; how many connections were lost."""
        lost = 0
        for stop in _stops(start, len(sources)):
            with Session(shadow, watchdog) as session:
                session.lost = lost
                run.use(session)
                if fill is not None:
                    run.fill_in(fill)
                    fill = None
                run.play(sources[start:stop])
                lost = session.lost
            self.files_replayed += stop - start
            if keys[stop] not in self._kept and not lost:
                self._keep(keys[stop], shadow, run)
            start = stop
        return lost

    def _keep(self, key: str, shadow: Shadow, run: Run) -> None:
        while len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept))).shadow.drop()
        self._kept[key] = _Kept(shadow.clone(), run.branch(None, self._total_seconds))

    def _start_clean(self) -> None:
        """Let go of everything when the replay before has changed roles, which no database holds alone."""
        if self._cluster() == self._made:
            return
        for kept in self._kept.values():
            kept.shadow.drop()
        self._kept.clear()
        self.server.restore()

    def _cluster(self) -> object:
        state = self.server.state()
        settings = [row for row in state["settings"] if not row[0]]  # those of a database are copied with it
        return [settings, *(state[kind] for kind in _CLUSTER_WIDE)]


def beginnings(fill: Fill, sources: Sequence[Source]) -> list[str]:
    """A key for no file, the first file, the first two …: equal keys, equal databases."""
    digest = hashlib.sha256(fill.text.encode("utf-8", "surrogatepass"))
    keys = [digest.hexdigest()]
    for source in sources:
        text = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
        digest.update(f"\0{source.path}\0{source.first_line}\0{text}".encode("utf-8", "surrogateescape"))
        keys.append(digest.hexdigest())
    return keys


def _stops(start: int, end: int) -> list[int]:
    """Where the replay pauses to be copied: in the middle of a long rest, and at its end."""
    middle = [(start + end) // 2] if end - start >= _WORTH_HALVING else []
    return [*middle, end]
