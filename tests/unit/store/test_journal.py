"""The journal of a bad night: cut off by kill -9, edited by a hand, shortened, full disk, and never silently mended."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import events as said
from assistant.domain.errors import CaseFileError
from assistant.store import journal as journal_module
from assistant.store.codec import decode_event, encode_event, event_sha
from assistant.store.journal import GENESIS, Journal, read_events, verified
from assistant.store.places import Places


ID = "2026-11-20-0312-a1b2"
AT = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def open_journal(places: Places) -> Journal:
    return Journal(places, ID, now=lambda: AT)


def fill(places: Places, count: int = 5) -> Journal:
    journal = open_journal(places)
    journal.append(said.Opened(incident=ID, playbook="ai-chatbot", head="abc", version="0.1.0"))
    for number in range(count - 1):
        journal.append(said.Noted(text=f"note {number}"), by="dana")
    return journal


def path_of(places: Places) -> Path:
    return places.incident(ID) / "journal.jsonl"


def test_every_event_names_the_line_before(places: Places) -> None:
    fill(places)
    events = read_events(places, ID)
    assert [event.n for event in events] == [1, 2, 3, 4, 5]
    assert events[0].prev == GENESIS
    assert [event.prev for event in events[1:]] == [event_sha(event) for event in events[:-1]]
    assert verified(places, ID)[1].sha == event_sha(events[-1])


EVERYTHING = (
    said.StepStarted(step="intake", intent="x"),
    said.FactTaken(step="s", says="café \u202e 東京", evidence="0" * 64, data={"n": 1, "list": ["a", {"b": None}]}),
    said.Found(
        step="s", fingerprint="f", rule="r", title="t", severity="high", subject="table public.t", executed=True
    ),
    said.CauseNamed(step="s", says="x", commit="c", line="a.sql:1"),
    said.FixProposed(step="s", fix="f", title="t", applies="safe"),
    said.Asked(step="s", question="q", asks="?", choices=("yes", "no")),
    said.Decided(step="s", question="q", answer="yes", by="dana"),
    said.Applied(step="s", says="x", paths=("a", "b")),
    said.Proved(step="s", claim="c", verdict="holds", reason="r", before={"leaks": 3}, after={"leaks": 0}),
    said.Written(step="s", files=(("a.sql", "1" * 64), ("b.sql", "2" * 64))),
    said.Undone(step="s", says="x"),
    said.StepEnded(step="s", state=said.StepState.DONE, says="x"),
    said.Failed(step="s", says="x", remedy="y", kind="UsageError"),
    said.Closed(says="done"),
)


@pytest.mark.parametrize("what", EVERYTHING, ids=lambda what: type(what).__name__)
def test_what_is_read_is_what_was_said(places: Places, what: said.Happening) -> None:
    written = fill(places, 1).append(what)
    assert written.what == what
    assert read_events(places, ID)[-1] == written


@given(st.text(), st.text())
def test_any_text_survives_the_round_trip(text: str, step: str) -> None:
    event = said.Event(n=1, at=AT, by="dana", prev=GENESIS, what=said.Noted(text=text, step=step))
    assert decode_event(encode_event(event)) == event


def test_progress_is_never_kept(places: Places) -> None:
    with pytest.raises(TypeError, match="never journalled"):
        fill(places).append(said.Progressed(step="s", says="x"))


@pytest.mark.parametrize("line", range(5))
def test_an_edited_line_is_found(places: Places, line: int) -> None:
    fill(places)
    lines = path_of(places).read_bytes().split(b"\n")
    lines[line] = lines[line].replace(b'"by":"', b'"by":"x')
    path_of(places).write_bytes(b"\n".join(lines))
    with pytest.raises(CaseFileError, match="changed from outside"):
        open_journal(places)


@pytest.mark.parametrize("kept", [0, 1, 3, 4])
def test_a_shortened_journal_is_noticed_although_its_chain_is_whole(places: Places, kept: int) -> None:
    fill(places)
    lines = path_of(places).read_bytes().splitlines(keepends=True)
    path_of(places).write_bytes(b"".join(lines[:kept]))
    with pytest.raises(CaseFileError, match=f"{5 - kept} of its 5 events are missing"):
        open_journal(places)
    assert path_of(places).read_bytes() == b"".join(lines[:kept]), "nothing is mended"


def test_a_lost_anchor_and_events_from_nowhere_are_noticed(places: Places) -> None:
    fill(places)
    anchor = places.heads / ID
    old = anchor.read_bytes()
    anchor.unlink()
    with pytest.raises(CaseFileError, match="anchored head is missing"):
        open_journal(places)
    anchor.write_text("3 " + event_sha(verify_lines(places)[2]) + "\n")
    with pytest.raises(CaseFileError, match="past the anchored head"):
        open_journal(places)
    anchor.write_text("not an anchor")
    with pytest.raises(CaseFileError, match="cannot be read"):
        open_journal(places)
    anchor.write_bytes(old)
    assert len(open_journal(places).events) == 5


def verify_lines(places: Places) -> list[said.Event]:
    return [decode_event(line) for line in path_of(places).read_bytes().splitlines()]


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_set_aside_and_said(places: Places, cut: int) -> None:
    journal = fill(places)
    torn = encode_event(said.Event(n=6, at=AT, by="x", prev=journal.head.sha, what=said.Noted(text="never confirmed")))[
        :-cut
    ]
    with path_of(places).open("ab") as file:
        file.write(torn)
    mended = open_journal(places)
    assert [event.n for event in mended.events] == [1, 2, 3, 4, 5, 6]
    note = mended.events[-1].what
    assert isinstance(note, said.Noted)
    assert "cut off" in note.text
    kept = list(path_of(places).parent.glob("torn-*.txt"))
    assert [file.read_bytes() for file in kept] == [torn]
    assert kept[0].name in note.text
    assert verified(places, ID)[2] == 0


def test_blocks_of_zeros_after_a_power_cut_are_a_torn_line_too(places: Places) -> None:
    fill(places)
    with path_of(places).open("ab") as file:
        file.write(b"\0" * 512)
    assert "512 bytes" in getattr(open_journal(places).events[-1].what, "text", "")


def test_a_crash_between_the_line_and_its_anchor_loses_nothing(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = fill(places)
    monkeypatch.setattr(Journal, "_write_anchor", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        journal.append(said.Noted(text="on disk, not anchored"))
    monkeypatch.undo()
    assert [event.n for event in open_journal(places).events] == [1, 2, 3, 4, 5, 6]
    assert (places.heads / ID).read_text().startswith("6 ")


def test_a_journal_of_a_newer_stanch_is_left_alone(places: Places) -> None:
    fill(places)
    newer = json.dumps({"v": 2, "kind": "foreseen", "whatever": True}).encode() + b"\n"
    with path_of(places).open("ab") as file:
        file.write(newer)
    before = path_of(places).read_bytes()
    with pytest.raises(CaseFileError, match="newer version") as refused:
        open_journal(places)
    assert "Update stanch" in refused.value.remedy
    assert path_of(places).read_bytes() == before


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "no space left"), (errno.EROFS, "read-only"), (errno.EACCES, "may not write")]
)
def test_a_disk_that_refuses_is_one_sentence_and_the_journal_stays_whole(
    places: Places, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    journal = fill(places)
    before = path_of(places).read_bytes()
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        real(descriptor, data[: len(data) // 2])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(journal_module.os, "write", half)
    with pytest.raises(CaseFileError, match=words):
        journal.append(said.Noted(text="does not fit"))
    monkeypatch.undo()
    assert path_of(places).read_bytes() == before
    assert journal.append(said.Noted(text="fits again")).n == 6


APPENDS = """
import sys
from pathlib import Path
from assistant.domain.events import Noted
from assistant.store.journal import Journal
from assistant.store.places import Places

journal = Journal(Places(Path(sys.argv[1])), sys.argv[2])
while True:
    event = journal.append(Noted(text="x" * 2000))
    print(event.n, flush=True)
"""


@pytest.mark.parametrize("after", [0.05, 0.11, 0.17, 0.23, 0.29])
def test_kill_9_while_appending_loses_no_confirmed_event(places: Places, after: float) -> None:
    fill(places, 1)
    with subprocess.Popen(
        [sys.executable, "-c", APPENDS, str(places.root), ID], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(after)
        child.send_signal(signal.SIGKILL)
        confirmed = [int(line) for line in child.stdout.read().split()]
    journal = open_journal(places)
    assert len(journal.events) >= (confirmed[-1] if confirmed else 1)
    assert verified(places, ID)[1] == journal.head
    assert journal.append(said.Noted(text="goes on")).n == len(journal.events)
