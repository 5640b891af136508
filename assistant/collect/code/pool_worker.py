"""The other side of ``assistant.collect.code.pool``: a process that reads files until nobody asks any more.

Requests and answers are pickles with their length before them, on standard input and output. It ends when its parent does.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.collect.code.read import LARGEST, read_module, unreadable
from assistant.collect.code.sources import read_regular, why


if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from assistant.domain.syntax import Module


LENGTH: Final = struct.Struct("<Q")
_DEEP: Final = 4000


def read_files(root: Path, paths: Sequence[str]) -> list[tuple[str, Module | str]]:
    """Each path with what was read there, or with the reason why not."""
    return [(path, read_file(root, path)) for path in paths]


def read_file(root: Path, path: str) -> Module | str:
    """One file, or the reason why it could not be read."""
    try:
        data = read_regular(root / path, LARGEST)
    except (OSError, ValueError) as error:
        return why(error)
    reason = unreadable(data)
    if reason is not None:
        return reason
    try:
        return read_module(path, data)
    except (RecursionError, MemoryError) as error:
        return f"it is too deep or too large to read ({type(error).__name__})"


def serve(asks: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the requests end."""
    sys.setrecursionlimit(_DEEP)  # pickle recurses up to five times where the form nests once
    gc.disable()  # what is read has no cycles, and half the time would go into looking for them
    answers.write(LENGTH.pack(0))  # an empty answer: here I am
    answers.flush()
    while header := asks.read(LENGTH.size):
        root, paths = pickle.loads(asks.read(LENGTH.unpack(header)[0]))  # noqa: S301 - from the parent
        answer = pickle.dumps(read_files(Path(root), paths), protocol=5)
        answers.write(LENGTH.pack(len(answer)))
        answers.write(answer)
        answers.flush()


def main() -> None:
    """Serve on the standard streams; a stop key pressed in the terminal is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints may speak between two answers
    try:
        serve(sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(0)
