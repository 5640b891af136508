"""Edits keep their place: applied together, one after another, and told against the first text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.fixes import Hunk
from assistant.text.diff import unified
from assistant.text.edits import Edited, OverlapError, apply_hunks, eol_of, moved, moved_end


def hunk(at: int, end: int, text: str, says: str = "why") -> Hunk:
    return Hunk(at=at, end=end, text=text, says=says)


def test_hunks_are_applied_in_place_and_not_in_order_of_arrival() -> None:
    assert apply_hunks(b"abcdef", [hunk(4, 5, "E"), hunk(0, 0, "> "), hunk(1, 3, "")]) == b"> adEf"


def test_two_hunks_for_the_same_bytes_are_refused() -> None:
    with pytest.raises(OverlapError):
        apply_hunks(b"abcdef", [hunk(1, 4, "x"), hunk(3, 5, "y")])
    with pytest.raises(OverlapError):
        apply_hunks(b"abc", [hunk(1, 9, "x")])


def test_a_range_is_followed_through_an_edit() -> None:
    edits = [hunk(0, 0, "import x\n"), hunk(3, 5, "longer")]
    text = apply_hunks(b"abcdefgh", edits)
    assert text[moved(5, edits) : moved_end(8, edits)] == b"fgh"
    assert moved(0, edits) == 9


def test_edits_of_edits_are_one_hunk_of_the_first_text() -> None:
    edited = Edited(b"where: { id }")
    edited.edit([hunk(8, 12, " id, userId ", "owner")])
    edited.edit([hunk(13, 19, "teamId", "tenant")])
    assert edited.text == b"where: { id, teamId }"
    only = edited.hunks()
    assert apply_hunks(b"where: { id }", only) == edited.text
    assert len(only) == 1
    assert "owner" in only[0].says


@given(st.binary(max_size=30).map(lambda raw: raw.hex().encode()), st.data())
def test_what_is_told_against_the_first_text_gives_the_last(source: bytes, data: st.DataObject) -> None:
    edited = Edited(source)
    for _ in range(3):
        size = len(edited.text)
        at = data.draw(st.integers(0, size))
        end = data.draw(st.integers(at, size))
        edited.edit([hunk(at, end, data.draw(st.text("xyz", max_size=4)))])
    assert apply_hunks(source, edited.hunks()) == edited.text


def test_line_ends_are_those_of_most_lines() -> None:
    assert eol_of(b"a\r\nb\r\nc\n") == "\r\n"
    assert eol_of(b"a\nb\n") == "\n"


def test_a_diff_keeps_windows_line_ends_and_says_when_the_last_is_missing() -> None:
    text = unified("a.ts", "one\r\ntwo", "one\r\nthree")
    assert "-two\n\\ No newline at end of file\n+three\n\\ No newline" in text
    assert " one\r\n" in text
    assert unified("a.ts", "same", "same") == ""
    assert "new file mode 100644" in unified("a.ts", None, "x\n")
