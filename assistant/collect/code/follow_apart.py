"""Follows entry points in several processes at once: copies of this one, so that nothing that was read is sent anywhere.

Only where a process can be copied (Linux); elsewhere, and for whatever a copy could not finish, the caller follows by itself. Few entries
are followed in a copy, too, when somebody can say what is lost with one that crashes: compiled code has no depth at which it stops itself. A copy runs Python alone, prints nothing, ends when its parent does, and leaves without cleaning up what is not its own.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import selectors
import signal
import struct
import sys
import warnings
from collections import deque
from typing import TYPE_CHECKING, Final, TypeVar, cast


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Tell = Callable[[int], None]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

FEW: Final = 120
"""Fewer entries are one run: several copies would learn the same things several times."""
RUNS: Final = 12
"""More would learn the same things more often; with fewer, one copy is still at work when the others have ended."""
_LEAST: Final = 60
"""Items of a run, so that there is something to learn."""
_STEADY: Final = 0.75
"""The last run has this much of the middle one's items, and the first as much more: copies end at about the same time."""
_HEAD: Final = struct.Struct("<cQ")
_PROGRESS, _ANSWER = b"p", b"a"
_EVERY: Final = 20
_SWEPT: Final = 60
"""Entries after which a copy lets go of what only holds itself, when a quarter of them and more is left to do."""
_FAULTS: Final = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
"""Signals by which a process ends that did something no process may: compiled code that calls itself without end."""
_GLANCE: Final = 0.1
_PIECE: Final = 1 << 20


def apart(
    items: Sequence[_Item],
    begin: Callable[[], Callable[[_Item], _Result]],
    *,
    workers: int,
    tell: Tell,
    cancelled: Callable[[], bool],
    meanwhile: Callable[[], object] = lambda: None,
    lost: Callable[[_Item], _Result] | None = None,
    in_turn: bool = False,
) -> list[_Result | None]:
    """What the work that ``begin`` makes says of each item, in their order; None for those left when it was cancelled.

    The items are cut into the same runs however many workers there are, and each run begins afresh: what was learned on the way may
    change what is said of a later item, and must not depend on the machine.

    Args:
        items: neighbours share most work.
        begin: makes the work of one run.
        workers: with fewer than two, everything happens in this process.
        tell: told how many are done.
        cancelled: True ends it.
        meanwhile: what this process does while copies are at work; without copies, nobody calls it.
        lost: what is said of an item whose copy crashed, twice: this process would end with it. With it, few items are done in a copy, too;
            without it they are done here, and so is the item that crashed.
        in_turn: each item needs what was learned of all before it, so they are one run.
    """
    runs = [items] if in_turn and items else _runs(items)
    results: list[list[_Result | None] | None] = [None] * len(runs)
    if workers > 1 and (len(runs) > 1 or (runs and lost is not None)) and sys.platform == "linux":
        copies = _Copies(runs, begin, workers)
        results = cast("list[list[_Result | None] | None]", copies.results(tell, cancelled, meanwhile))
        if lost is not None:
            for at in copies.crashed():
                results[at] = _one_by_one(runs[at], begin, workers, cancelled, lost)
    done = sum(len(said) for said in results if said is not None)
    for at, run in enumerate(runs):
        if results[at] is None:
            said: list[_Result | None] = [None] * len(run)
            results[at], work = said, begin()
            for number, item in enumerate(run):
                if number % _EVERY == 0:
                    tell(done + number)
                    if cancelled():
                        break
                said[number] = work(item)
            done += len(run)
    return [result for each in results if each is not None for result in each]


def _one_by_one(
    run: Sequence[_Item],
    begin: Callable[[], Callable[[_Item], _Result]],
    workers: int,
    cancelled: Callable[[], bool],
    lost: Callable[[_Item], _Result],
) -> list[_Result | None]:
    """Each item of a run in a copy of its own, so that the one which ends its copy is known."""
    copies = _Copies([[item] for item in run], begin, workers)
    answers = cast("list[list[_Result] | None]", copies.results(lambda _done: None, cancelled, lambda: None))
    return [each[0] if each else None if cancelled() else lost(item) for item, each in zip(run, answers, strict=True)]


def _runs(items: Sequence[_Item]) -> list[Sequence[_Item]]:
    """Items in their order, the later runs shorter."""
    many = 1 if len(items) < FEW else min(RUNS, len(items) // _LEAST)
    weights = [1 + (1 - _STEADY) * (many - 1 - 2 * n) / max(1, many - 1) for n in range(many)]
    ends = [round(len(items) * sum(weights[: n + 1]) / many) for n in range(many)]
    return [items[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]


class _Copies:
    """Runs that copies do, as many at a time as there are workers."""

    def __init__(
        self, runs: Sequence[Sequence[_Item]], begin: Callable[[], Callable[[_Item], _Result]], workers: int
    ) -> None:
        self._copies = [_Copy(run, begin) for run in runs]
        self._waiting = deque(self._copies)
        self._workers = workers

    def results(
        self, tell: Tell, cancelled: Callable[[], bool], meanwhile: Callable[[], object]
    ) -> list[list[object] | None]:
        """What each run came to; None for one that did not end."""
        try:
            with selectors.DefaultSelector() as selector:
                self._start(selector)
                meanwhile()
                while selector.get_map():
                    for key, _ in selector.select(_GLANCE):
                        if not key.data.hear():
                            selector.unregister(key.fileobj)
                            key.data.end()
                    tell(sum(copy.done for copy in self._copies))
                    if cancelled():
                        break
                    self._start(selector)
        finally:
            for copy in self._copies:
                copy.end()
        return [copy.results for copy in self._copies]

    def crashed(self) -> list[int]:
        """Positions of the runs whose copies were ended by a fault of their own."""
        return [at for at, copy in enumerate(self._copies) if copy.results is None and copy.crashed]

    def _start(self, selector: selectors.BaseSelector) -> None:
        while self._waiting and len(selector.get_map()) < self._workers:
            copy = self._waiting.popleft()
            selector.register(copy.start(), selectors.EVENT_READ, copy)


class _Copy:
    """One copy of this process, once it is started, and what it has said."""

    def __init__(self, run: Sequence[_Item], begin: Callable[[], Callable[[_Item], _Result]]) -> None:
        self._run, self._begin = run, begin
        self.results: list[object] | None = None
        self.crashed = False
        self.done = 0
        self.heard = bytearray()
        self.reader = self.pid = 0

    def start(self) -> int:
        """Make the copy; what it says is read from the descriptor that is returned."""
        self.reader, writer = os.pipe()
        with warnings.catch_warnings():
            # the copy runs one thread and takes no lock that another thread may hold
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            os.close(self.reader)
            _be_a_copy(self._run, self._begin, writer)
        os.close(writer)
        os.set_blocking(self.reader, False)
        return self.reader

    def hear(self) -> bool:
        """Read what is there; False once the copy has ended."""
        try:
            piece = os.read(self.reader, _PIECE)
        except BlockingIOError:
            return True
        self.heard += piece
        self._take()
        return bool(piece)

    def _take(self) -> None:
        while len(self.heard) >= _HEAD.size:
            kind, size = _HEAD.unpack_from(self.heard)
            if kind == _PROGRESS:
                self.done = size
                del self.heard[: _HEAD.size]
            elif len(self.heard) >= _HEAD.size + size:
                answer = pickle.loads(memoryview(self.heard)[_HEAD.size : _HEAD.size + size])  # noqa: S301 - our own copy wrote it
                self.results, self.done = answer, len(answer)
                del self.heard[: _HEAD.size + size]
            else:
                return

    def end(self) -> None:
        """Whatever it still does, it does not do it any more; nothing for one that never began or has ended."""
        if not self.pid:
            return
        os.close(self.reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            _, status = os.waitpid(self.pid, 0)
            self.crashed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in _FAULTS
        self.pid = 0


def _be_a_copy(run: Sequence[_Item], begin: Callable[[], Callable[[_Item], _Result]], writer: int) -> None:
    """Never returns: what belongs to the parent (the terminal, its databases, its threads) is not touched on the way out."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        results: list[object] = []
        work = begin()
        gc.freeze()
        for item in run:
            results.append(work(item))
            if len(results) % _EVERY == 0:
                os.write(writer, _HEAD.pack(_PROGRESS, len(results)))
            if (
                len(results) % _SWEPT == 0 and len(run) - len(results) > _SWEPT // 4
            ):  # frames and closures hold each other; what stays is not looked at again
                gc.collect()
                gc.freeze()
        answer = pickle.dumps(results, pickle.HIGHEST_PROTOCOL)
        _write_all(writer, _HEAD.pack(_ANSWER, len(answer)) + answer)
    except BaseException:  # noqa: BLE001, S110 - the parent sees that there is no answer, and follows these itself
        pass
    finally:
        os._exit(0)


def _write_all(writer: int, data: bytes) -> None:
    sent = 0
    while sent < len(data):
        sent += os.write(writer, data[sent : sent + _PIECE])
