"""A table may be named like an escape sequence; the terminal must never obey it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.screen import screen


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("chats\x1b[2J\x1b[31m", "chats\\x1b[2J\\x1b[31m"),
        ("a\rb", "a\\rb"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("half \ud800", "half \\ud800"),
        ("line\nfeed\tand tab", "line\\nfeed\\tand tab"),
        ("Zürich 東京 🙂", "Zürich 東京 🙂"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(hostile: str, shown: str) -> None:
    assert screen(hostile) == shown


def test_a_block_keeps_its_lines() -> None:
    assert screen("SELECT 1;\n\tSELECT 2;\x07", lines=True) == "SELECT 1;\n\tSELECT 2;\\x07"


@given(st.text(st.characters()))
def test_nothing_invisible_is_left_and_twice_is_once(text: str) -> None:
    shown = screen(text)
    assert not [
        character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    ]
    assert screen(shown) == shown
