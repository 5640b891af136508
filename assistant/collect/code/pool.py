"""Reads all code of a repository in worker processes, with progress, and without ever hanging.

A worker is a bare interpreter that imports the readers alone: the processes of ``multiprocessing`` would import the program's main module
again. A worker that dies or does not answer is replaced; its files are tried one by one, and the one that does it is not read.
Nothing is kept for the next run: source holds secrets, and of those only fingerprints may be stored.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import selectors
import subprocess
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from assistant.collect.code.pool_worker import LENGTH, read_file
from assistant.collect.code.sources import Sources, list_sources, read_manifests
from assistant.collect.collector import no_collector
from assistant.domain.errors import StanchError


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from assistant.domain.syntax import Module

    Chunk = tuple[str, ...]
    Answer = list[tuple[str, Module | str]]
    OnProgress = Callable[[str, int, int], None]


SAYS: Final = "reading the code"
_FEW: Final = 60
"""Fewer files are read faster than a worker starts."""
_CHUNK_BYTES: Final = 200_000
_CHUNK_FILES: Final = 100
_AHEAD: Final = 2
"""Chunks a worker has at a time, so that it need not wait for the parent."""
_MOST_BARREN: Final = 4
_CHUNK_SECONDS: Final = 60.0
_GLANCE: Final = 0.1
_START: Final = "import json,sys; sys.path[:] = json.loads(sys.argv[1]); from assistant.collect.code.pool_worker import main; main()"


class Stopped(StanchError):  # noqa: N818 - it is not an error: somebody asked for it
    """Whoever asked for the reading does not want it any more."""

    def __init__(self) -> None:
        """Always the same words."""
        super().__init__("The reading of the code was stopped.", "Run it again when you want the result.")


def read_modules(
    root: Path,
    *,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Sources:
    """Read the code of a repository; the result is the same for any number of workers.

    Args:
        root: top of the repository.
        workers: processes to read with; with fewer than two, or few files, this process reads.
        on_progress: told what is done, how many files and of how many; what it raises ends the reading.
        cancelled: asked ten times a second.

    Raises:
        Stopped: ``cancelled`` said so.
    """
    listing = list_sources(root)
    paths = [path for path, _ in listing.files]
    tell = _teller(len(paths), on_progress, cancelled)
    not_read = dict(listing.not_read)
    manifests = read_manifests(root, listing.manifests, not_read)
    found: dict[str, Module | str] = {}
    answers = (
        _read_here(root, paths)
        if workers <= 1 or len(paths) < _FEW
        else _Pool(root, listing.files, workers, tell).answers()
    )
    tell(0)
    with contextlib.closing(answers):
        for answer in answers:
            found.update(answer)
            tell(len(found))
    modules: dict[str, Module] = {}
    for path in paths:
        read = found[path]
        if isinstance(read, str):
            not_read[path] = read
        else:
            modules[path] = read
    return Sources(modules, dict(sorted(not_read.items())), manifests, listing.skipped)


def _teller(
    total: int, on_progress: OnProgress | None, cancelled: Callable[[], bool] | None
) -> Callable[[int | None], None]:
    def tell(done: int | None) -> None:
        if cancelled is not None and cancelled():
            raise Stopped
        if done is not None and on_progress is not None:
            on_progress(SAYS, done, total)

    return tell


def _read_here(root: Path, paths: Sequence[str]) -> Generator[Answer]:
    for path in paths:
        yield [(path, read_file(root, path))]


def _chunks(files: Sequence[tuple[str, int]]) -> Iterator[Chunk]:
    chunk: list[str] = []
    weight = 0
    for path, size in files:
        chunk.append(path)
        weight += size
        if weight >= _CHUNK_BYTES or len(chunk) >= _CHUNK_FILES:
            yield tuple(chunk)
            chunk, weight = [], 0
    if chunk:
        yield tuple(chunk)


class _Worker:
    """One process and what it was asked."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            # isolated, and without the current folder: that is the repository, and its json.py must not run
            [sys.executable, "-I", "-c", _START, json.dumps([entry for entry in sys.path if entry])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.asks, self.answers = self.process.stdin, self.process.stdout
        self.pending: deque[Chunk] = deque()
        self.received = bytearray()
        self.is_there = False
        self.since = time.monotonic()

    def ask(self, root: Path, chunk: Chunk) -> None:
        """Send a chunk; a dead worker is noticed where its answers are read."""
        if not self.pending:
            self.since = time.monotonic()
        self.pending.append(chunk)
        request = pickle.dumps((str(root), chunk), protocol=5)
        with contextlib.suppress(BrokenPipeError):
            self.asks.write(LENGTH.pack(len(request)) + request)
            self.asks.flush()

    def receive(self) -> list[Answer] | None:
        """The answers that are complete now; None when the worker has ended."""
        data = os.read(self.answers.fileno(), 1 << 20)
        if not data:
            return None
        self.received += data
        complete: list[Answer] = []
        while len(self.received) >= LENGTH.size:
            size = LENGTH.size + LENGTH.unpack_from(self.received)[0]
            if len(self.received) < size:
                break
            if size > LENGTH.size:
                complete.append(pickle.loads(self.received[LENGTH.size : size]))  # noqa: S301 - from our own child
                self.pending.popleft()
            self.is_there = True
            self.received = self.received[size:]
            self.since = time.monotonic()
        return complete

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        with contextlib.suppress(BrokenPipeError):
            self.asks.close()
        self.answers.close()
        self.process.wait()


class _Pool:
    """Workers, and the chunks nobody has been given yet."""

    def __init__(
        self, root: Path, files: Sequence[tuple[str, int]], workers: int, tell: Callable[[int | None], None]
    ) -> None:
        self._root, self._tell = root, tell
        self._waiting = deque(_chunks(files))
        self._workers: set[_Worker] = set()
        self._number = min(workers, len(self._waiting))
        self._barren = 0
        """Workers in a row that ended before they could say that they are there."""
        self._selector = selectors.DefaultSelector()

    def answers(self) -> Generator[Answer]:
        """The answers in the order they come; closing the iterator ends the workers."""
        try:
            while self._waiting or any(worker.pending for worker in self._workers):
                if self._barren >= _MOST_BARREN:  # no interpreter can be started here: this process has to do it
                    yield from _read_here(self._root, [path for chunk in self._waiting for path in chunk])
                    self._waiting.clear()
                self._hire()
                for worker in self._ready():
                    complete = self._received(worker)
                    if complete is None:
                        yield from self._replace(worker, "the process that read it ended")
                    else:
                        yield from complete
                        self._feed(worker)
                for worker in [item for item in self._workers if item.pending]:
                    if time.monotonic() - worker.since > _CHUNK_SECONDS:
                        yield from self._replace(worker, f"reading it took longer than {_CHUNK_SECONDS:.0f} seconds")
                self._tell(None)
        finally:
            for worker in self._workers:
                worker.close()
            self._selector.close()

    def _hire(self) -> None:
        while self._waiting and len(self._workers) < self._number:
            worker = _Worker()
            self._workers.add(worker)
            self._selector.register(worker.answers, selectors.EVENT_READ, worker)
            self._feed(worker)

    def _feed(self, worker: _Worker) -> None:
        while self._waiting and len(worker.pending) < _AHEAD:
            worker.ask(self._root, self._waiting.popleft())

    def _ready(self) -> list[_Worker]:
        return [key.data for key, _ in self._selector.select(_GLANCE)]

    def _received(self, worker: _Worker) -> list[Answer] | None:
        with no_collector():
            try:
                return worker.receive()
            except (OSError, pickle.UnpicklingError, EOFError, MemoryError):
                return None

    def _replace(self, worker: _Worker, reason: str) -> Generator[Answer]:
        """Let a worker go; the chunk it died of is tried file by file, and a chunk of one file is given up."""
        self._workers.discard(worker)
        self._selector.unregister(worker.answers)
        worker.close()
        self._barren = 0 if worker.is_there else self._barren + 1
        if not worker.pending:
            return
        if not worker.is_there:
            self._waiting.extendleft(reversed(worker.pending))
            return
        suspect = worker.pending.popleft()
        self._waiting.extendleft(reversed(worker.pending))
        if len(suspect) == 1:
            yield [(suspect[0], reason)]
        else:
            self._waiting.extendleft((path,) for path in reversed(suspect))
