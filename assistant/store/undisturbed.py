"""A few lines that Ctrl-C must not cut in two: signals that come meanwhile are delivered right after them.

kill -9 is not held back by anything; for it the journal is written so that every cut can be told and mended.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator

_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold SIGINT, SIGTERM and SIGHUP back for the length of the block.

    Only the main thread runs signal handlers, so that in any other thread there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in _HELD}
    try:
        for number in _HELD:
            if before[number] not in {signal.SIG_IGN, None}:
                signal.signal(number, lambda sent, _frame: came.append(sent))
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
        for sent in dict.fromkeys(came):
            signal.raise_signal(sent)
