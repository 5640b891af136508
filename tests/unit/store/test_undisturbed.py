"""Ctrl-C in the middle of an append is delivered after it."""

from __future__ import annotations

import signal
import threading

import pytest

from assistant.store.undisturbed import undisturbed


def test_a_signal_waits_for_the_end_of_the_block() -> None:
    done = []

    def work() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            done.append("half")
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["half", "whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_inner_block_gives_the_signal_to_the_outer_one() -> None:
    done = []

    def work() -> None:
        with undisturbed():
            with undisturbed():
                signal.raise_signal(signal.SIGINT)
            done.append("after the inner block")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["after the inner block"]


def test_an_ignored_signal_stays_ignored_and_other_threads_pass_through() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with undisturbed():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    passed = []

    def elsewhere() -> None:
        with undisturbed():
            passed.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert passed == [True]
