"""However a run ends, it ends with a sentence and its exit code, and it does end."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest


SCRIPT = """
import sys, threading, types
from assistant.domain.errors import ProofError
from assistant.faces.cli import main

def run(arguments, voice):
    {body}

verb = types.ModuleType("assistant.faces.cli.verbs.doctor")
verb.run = run
sys.modules[verb.__name__] = verb
sys.argv = ["stanch", "doctor"]
main.run()
"""


def ended(body: str) -> tuple[int, str, float]:
    """Exit code, stderr and seconds of a run whose verb does this."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body=body)], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr, time.monotonic() - began


def test_an_interrupt_does_not_wait_for_the_timer_of_a_library() -> None:
    code, err, seconds = ended("threading.Timer(50, print).start(); raise KeyboardInterrupt")
    assert code == 130
    assert seconds < 25
    assert err == "stanch: interrupted; nothing was lost, and the rehearsal database is gone.\n"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("return 1", 1, ""),
        (
            "raise ProofError('not proven.', 'Read the reasons above.')",
            4,
            "stanch: not proven.\n        Read the reasons above.\n",
        ),
        ("raise ZeroDivisionError('deep inside')", 4, "ZeroDivisionError: deep inside"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 130, "interrupted"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGHUP)", 130, "interrupted"),
    ],
)
def test_each_ending_has_its_code_and_no_traceback(body: str, code: int, words: str) -> None:
    came, err, _ = ended(body)
    assert came == code
    assert words in err
    assert "Traceback" not in err
