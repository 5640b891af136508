"""Work done by copies of the process: the same answers as without them, and nothing left behind when one dies or all are stopped."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from assistant.collect.code.follow_apart import FEW, apart


ITEMS = list(range(FEW + 30))
copies = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Processes that this test made; others may live beside it."""
    pids: list[int] = []
    fork = os.fork

    def noted() -> int:
        pid = fork()
        if pid:
            pids.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", noted)
    return pids


def never() -> bool:
    return False


def quiet(_done: int) -> None:
    return


def counting() -> object:
    """Work that depends on what it did before, as a follower that learns does."""
    seen: list[int] = []

    def work(item: int) -> tuple[int, int]:
        seen.append(item)
        return item, len(seen)

    return work


@pytest.mark.parametrize("many", [0, 1, FEW - 1, FEW, FEW + 30])
def test_the_answers_do_not_depend_on_the_workers(many: int) -> None:
    one = apart(ITEMS[:many], counting, workers=1, tell=quiet, cancelled=never)  # type: ignore[arg-type]
    two = apart(ITEMS[:many], counting, workers=2, tell=quiet, cancelled=never)  # type: ignore[arg-type]
    assert one == two
    assert [answer[0] for answer in one if answer is not None] == ITEMS[:many]


@copies
def test_what_ends_a_copy_by_a_fault_does_not_end_this_process() -> None:
    here = os.getpid()

    def begin() -> object:
        def work(item: int) -> int:
            if item == 3:
                assert os.getpid() != here
                signal.signal(signal.SIGSEGV, signal.SIG_DFL)
                os.kill(os.getpid(), signal.SIGSEGV)
            return item

        return work

    answers = apart(ITEMS, begin, workers=2, tell=quiet, cancelled=never, lost=lambda item: -item)  # type: ignore[arg-type]
    assert answers == [-3 if item == 3 else item for item in ITEMS]


@copies
def test_a_fault_in_a_small_repository_does_not_end_this_process_either() -> None:
    def begin() -> object:
        def work(item: int) -> int:
            if item == 1:
                signal.signal(signal.SIGSEGV, signal.SIG_DFL)
                os.kill(os.getpid(), signal.SIGSEGV)
            return item

        return work

    assert apart([0, 1, 2], begin, workers=2, tell=quiet, cancelled=never, lost=lambda item: -item) == [0, -1, 2]  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_needs_all_that_was_learned_before_is_one_run(workers: int) -> None:
    answers = apart(ITEMS, counting, workers=workers, tell=quiet, cancelled=never, in_turn=True)  # type: ignore[arg-type]
    assert [answer[1] for answer in answers if answer is not None] == list(range(1, len(ITEMS) + 1))
    assert apart([], counting, workers=workers, tell=quiet, cancelled=never, in_turn=True) == []  # type: ignore[arg-type]


@copies
def test_what_a_copy_cannot_answer_is_done_here() -> None:
    here = os.getpid()

    def begin() -> object:
        def work(item: int) -> int:
            if item == 3 and os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            return item

        return work

    assert apart(ITEMS, begin, workers=2, tell=quiet, cancelled=never) == ITEMS  # type: ignore[arg-type]


@copies
def test_large_answers_arrive_whole() -> None:
    answers = apart(ITEMS, lambda: lambda item: "x" * 100_000 + str(item), workers=2, tell=quiet, cancelled=never)
    assert answers == ["x" * 100_000 + str(item) for item in ITEMS]


@copies
def test_stopping_ends_the_copies_at_once(made: list[int]) -> None:
    began = time.monotonic()
    stop = iter([False, False, True])

    def slow() -> object:
        return lambda item: time.sleep(5) or item

    answers = apart(ITEMS, slow, workers=2, tell=quiet, cancelled=lambda: next(stop, True))  # type: ignore[arg-type]
    assert set(answers) == {None}
    assert time.monotonic() - began < 4
    assert made
    for pid in made:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


@copies
def test_whoever_is_told_may_stop_it_by_raising(made: list[int]) -> None:
    def tell(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apart(ITEMS, lambda: lambda item: time.sleep(1) or item, workers=2, tell=tell, cancelled=never)
    assert made
    for pid in made:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
