"""What reaches a terminal: escaped, as wide as it is, and the same data in a pipe."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from assistant.domain.errors import (
    CaseFileError,
    NeedsPersonError,
    ProofError,
    ShadowError,
    StanchError,
    UnreachableError,
    UsageError,
)
from assistant.faces.cli.exits import Exit, exit_for
from assistant.faces.cli.say import Voice


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_line_is_broken_where_the_terminal_ends_and_not_in_a_pipe() -> None:
    text = "a member of another tenant can read public.chats and everything in it"
    terminal, pipe = Terminal(), io.StringIO()
    Voice(out=terminal, err=pipe).line(text, indent=2)
    assert max(map(len, terminal.getvalue().splitlines())) <= 60
    assert len(terminal.getvalue().splitlines()) == 2
    Voice(out=pipe, err=pipe).line(text, indent=2)
    assert pipe.getvalue() == f"  {text}\n"


def test_json_is_the_same_bytes_on_a_terminal_and_in_a_pipe() -> None:
    value = {"object": "public.\u202echats\x1b[2J", "café": [1, 2.5, None], "half": "\ud800"}
    terminal, pipe = Terminal(), io.StringIO()
    Voice(out=terminal, err=terminal).json(value)
    Voice(out=pipe, err=pipe).json(value)
    assert terminal.getvalue() == pipe.getvalue()
    assert terminal.getvalue().isascii()
    assert json.loads(terminal.getvalue()) == value


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    Voice(out=shown, err=shown).line("leak", kind="critical")
    assert "\x1b[1;31m" in shown.getvalue()
    for out, colour, variables in (
        (io.StringIO(), True, {}),
        (Terminal(), False, {}),
        (Terminal(), True, {"NO_COLOR": ""}),
        (Terminal(), True, {"TERM": "dumb"}),
    ):
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            Voice(out=out, err=out, colour=colour).line("leak", kind="critical")
        assert out.getvalue() == "leak\n"


def test_a_hostile_name_is_never_obeyed() -> None:
    shown = Terminal()
    voice = Voice(out=shown, err=shown, colour=False)
    voice.line("chats\x1b]0;owned\x07\nnext")
    voice.block("select 1;\x1b[2J\n  -- two\u202e")
    voice.note("\x1b[31mnote")
    voice.error(UsageError("\x9b2J says.", "\x1b remedy."))
    voice.text("a\x1bb\n")
    assert "\x1b" not in shown.getvalue()
    assert "\u202e" not in shown.getvalue()
    assert "chats\\x1b]0;owned\\x07\\nnext" in shown.getvalue()


def test_a_script_is_never_broken() -> None:
    shown = Terminal()
    Voice(out=shown, err=shown).block("select " + "x" * 200, indent=4)
    assert shown.getvalue() == "    select " + "x" * 200 + "\n"


def test_progress_is_shown_on_a_terminal_alone_and_cleared_before_data() -> None:
    shown = Terminal()
    voice = Voice(out=shown, err=shown, colour=False)
    voice.progress("attacking", 3, 3)
    voice.line("done")
    assert shown.getvalue().startswith("\r\x1b[Kattacking 3 of 3")
    assert shown.getvalue().endswith("\r\x1b[Kdone\n")
    pipe = io.StringIO()
    Voice(out=pipe, err=pipe).progress("attacking", 1, 3)
    Voice(out=shown, err=pipe, quiet=True).progress("attacking", 1, 3)
    assert pipe.getvalue() == ""


def test_quiet_silences_remarks_and_never_errors() -> None:
    err = io.StringIO()
    voice = Voice(out=io.StringIO(), err=err, quiet=True)
    voice.note("a remark")
    voice.error(UsageError("what happened.", "What to do."))
    assert err.getvalue() == "stanch: what happened.\n        What to do.\n"


def test_a_terminal_without_unicode_gets_escapes_not_a_crash() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    Voice(out=out, err=out).line("Zürich 東京")
    assert raw.getvalue() == b"Z\\xfcrich \\u6771\\u4eac\n"


def test_head_closes_the_pipe_without_a_traceback() -> None:
    run = "from assistant.faces.cli.say import Voice; v = Voice(); [v.line('x' * 100) for _ in range(5000)]; raise SystemExit(1)"
    reader, writer = os.pipe()
    with subprocess.Popen([sys.executable, "-c", run], stdout=writer, stderr=subprocess.PIPE) as child:
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        assert child.stderr is not None
        assert child.stderr.read() == b""
        assert child.wait(20) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError, Exit.USAGE),
        (CaseFileError, Exit.USAGE),
        (UnreachableError, Exit.UNREACHABLE),
        (ShadowError, Exit.UNREACHABLE),
        (ProofError, Exit.UNPROVEN),
        (NeedsPersonError, Exit.NEEDS_PERSON),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: type[StanchError], code: Exit) -> None:
    assert exit_for(error("says.", "remedy.")) is code
