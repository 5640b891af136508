"""The command: parses, dispatches to one verb, and turns whatever ends it into one sentence and an exit code.

Everything beyond the standard library is imported by the verb that needs it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

from assistant.domain.errors import StanchError
from assistant.faces.cli.arguments import parse
from assistant.faces.cli.exits import Exit, exit_for
from assistant.faces.cli.say import Voice


if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

TRACE = "STANCH_TRACE"
"""Set it to see where an error came from that stanch does not know."""

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_HARD = 3
"""The third Ctrl-C leaves at once."""


def run() -> None:
    """Entry point of the ``stanch`` command."""
    code = main(sys.argv[1:])
    for number in _STOPS:
        # the work is over and cleaned up: a late Ctrl-C must not turn the exit code into something else
        signal.signal(number, signal.SIG_IGN)
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command line; returns its exit code."""
    voice = Voice()
    try:
        _listen()
        arguments = parse(argv)
        voice = Voice(quiet=arguments.quiet, colour=not arguments.no_color)
        if not arguments.verb:
            from assistant.faces.cli.terminal import open_terminal

            return open_terminal(arguments, voice)
        verb = import_module(f"assistant.faces.cli.verbs.{arguments.verb}")
        code: int = verb.run(arguments, voice)
    except StanchError as error:
        # the interrupt itself can be swallowed by a library's destructor; the work then stops at its next report
        if Voice.stopping.is_set():
            return _interrupted(voice)
        voice.error(error)
        return exit_for(error)
    except KeyboardInterrupt:
        return _interrupted(voice)
    except Exception as error:
        if os.environ.get(TRACE):
            raise
        voice.end_progress()
        voice.error(_unforeseen(error))
        return Exit.UNPROVEN
    return code


def _interrupted(voice: Voice) -> int:
    _cancel_timers()
    voice.end_progress()
    voice.note("interrupted; nothing was lost, and the rehearsal database is gone.")
    return Exit.INTERRUPTED


def _cancel_timers() -> None:
    """A library's timer that guarded what was interrupted would keep the process alive until it goes off."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def _unforeseen(error: Exception) -> StanchError:
    return StanchError(
        f"something happened that stanch does not know: {type(error).__name__}: {error}",
        f"Nothing was written; set {TRACE}=1 to see where, and report it.",
    )


def _listen() -> None:
    """One Ctrl-C stops and cleans up, more of them do not disturb the cleaning; a closed terminal counts as one."""
    pressed = 0

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed += 1
        Voice.stopping.set()
        if pressed == 1:
            raise KeyboardInterrupt
        if pressed >= _HARD:
            os._exit(Exit.INTERRUPTED)

    shown = sys.unraisablehook

    def swallow(problem: sys.UnraisableHookArgs) -> None:
        if problem.exc_type is not KeyboardInterrupt:
            shown(problem)

    sys.unraisablehook = swallow
    for number in _STOPS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
