"""Reads the stream of ``git log -p -U0`` block by block and keeps what it says about secrets: never more than a block in memory.

Only at a hit are commit, file and line looked for, backwards from it. Content lines begin with a sign, so a line that begins with
``diff --`` or ``@@`` is always a heading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.collect.git import unquoted
from assistant.collect.secrets.paths import in_tests, left_out
from assistant.collect.secrets.reading import printable
from assistant.collect.secrets.scan import PublicUse, scan, signs_at


if TYPE_CHECKING:
    from assistant.collect.secrets.keys import Fingerprinter
    from assistant.collect.secrets.values import Candidate
    from assistant.domain.secrets import SecretKind, Weight

_BLOCK: Final = 4 << 20
_LONGEST_LINE: Final = 32 << 20
"""A line that does not end within so many bytes is read in pieces."""
_HUNK: Final = re.compile(rb"@@@*(?: -(?P<old>\d+)(?:,\d+)?)+ \+(?P<new>\d+)")
_NAMES: Final = (b"\n" + b"+++ ", b"\n" + b"--- ")
_MOST: Final = 20_000
"""Different secrets that are kept."""


@dataclass(slots=True)
class Trace:
    """One secret in the history."""

    kind: SecretKind
    weight: Weight
    shown: str
    about: str
    file: str = ""
    line: int = 0
    variable: str = ""
    in_tests: bool = True
    first: tuple[int, int, str] = (1 << 62, 0, "")
    """Time, how far from the end of the stream, and commit of the oldest addition; the stream begins with the newest."""
    last: tuple[int, int, str] = (-1, 0, "")
    """The same of the newest change."""
    commits: set[str] = field(default_factory=set)
    """All that touched it."""


class Patches:
    """Traces of secrets in a stream."""

    def __init__(self, fingerprints: Fingerprinter) -> None:
        """Nothing is kept of a value but its fingerprint and mask."""
        self.traces: dict[str, Trace] = {}
        self.seen = 0
        """Commits of which the heading was read."""
        self.commit = ""
        """The last of them."""
        self._fingerprints = fingerprints
        self.begin()

    def begin(self) -> None:
        """A new stream."""
        self._rest: list[bytes] = []
        self._waiting = 0
        self._heading, self._file, self._hunk, self._lines = b"", b"", b"", 0
        self.commit = ""

    def feed(self, data: bytes) -> None:
        """More of the stream."""
        self._rest.append(data)
        self._waiting += len(data)
        if self._waiting < _BLOCK:
            return
        block = b"".join(self._rest)
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) < _LONGEST_LINE:
            self._rest = [block]
            return
        cut = cut or len(block)
        self._rest, self._waiting = [block[cut:]], len(block) - cut
        self._read(block[:cut])

    def end(self) -> None:
        """The stream is over, or died: what is left is read as well."""
        block = b"".join(self._rest)
        self._rest, self._waiting = [], 0
        if block:
            self._read(block)

    def _read(self, block: bytes) -> None:
        text = b"\n" + block  # so that the first line is found like any other
        for found in scan(text, lambda at: self._place(text, at)[1], diff=True):
            if not isinstance(found, PublicUse):
                self._keep(text, found)
        self.seen += text.count(b"\n\x01")
        self._remember(text)

    def _remember(self, text: bytes) -> None:
        """What the next block needs to know when it begins in the middle of a commit."""
        end = len(text)
        commit = text.rfind(b"\n\x01")
        file = text.rfind(b"\ndiff --")
        hunk = text.rfind(b"\n@@")
        if commit >= 0:
            self._heading = _line(text, commit + 1)
            self.commit = self._heading[1:41].decode("ascii", "replace")
            self._file = self._hunk = b""
        if file > commit:
            self._file = _heading_of_file(text, file + 1)
            self._hunk = b""
        if hunk > max(file, commit):
            self._hunk = _line(text, hunk + 1)
            self._lines = 0
        start = max(hunk + 1, 0) if hunk > max(file, commit) else 0
        self._lines += text.count(b"\n+", start, end) if self._hunk else 0

    def _place(self, text: bytes, at: int) -> tuple[bytes, str, int]:
        """Heading of the commit, path, and line at a position."""
        commit = text.rfind(b"\n\x01", 0, at)
        file = text.rfind(b"\ndiff --", max(commit, 0), at)
        hunk = text.rfind(b"\n@@", max(commit, file, 0), at)
        heading = _line(text, commit + 1) if commit >= 0 else self._heading
        of_file = _heading_of_file(text, file + 1) if file >= 0 else (self._file if commit < 0 else b"")
        path = _path(of_file)
        if hunk >= 0:
            match, before = _HUNK.match(_line(text, hunk + 1)), text.count(b"\n+", hunk, at)
        else:
            match, before = _HUNK.match(self._hunk), self._lines + text.count(b"\n+", 0, at)
        return heading, path, (int(match["new"]) + max(0, before - 1) if match else 1)

    def _keep(self, text: bytes, found: Candidate) -> None:
        line = text.rfind(b"\n", 0, found.at[0]) + 1
        sign = signs_at(text, line, self._hunk)
        if not {*sign} & {*b"+-"}:
            return
        heading, path, at_line = self._place(text, found.at[0])
        if left_out(path) or (found.wordy and in_tests(path)):
            return
        fingerprint = self._fingerprints.of("key", found.value.reveal())
        trace = self.traces.get(fingerprint)
        if trace is None:
            if len(self.traces) >= _MOST:
                return
            trace = self.traces[fingerprint] = Trace(found.kind, found.weight, found.shown, found.about)
        commit = heading[1:41].decode("ascii", "replace")
        time = int(heading[42:].strip() or b"0")
        trace.commits.add(commit)
        moment = (time, -self.seen - text.count(b"\n\x01", 0, found.at[0]), commit)
        trace.last = max(trace.last, moment)
        if b"-" in sign and trace.file:
            return
        if b"+" in sign:
            trace.first = min(trace.first, moment)
        tests = in_tests(path)
        if not trace.file or (trace.in_tests and not tests):
            trace.file, trace.line, trace.variable, trace.in_tests = printable(path), at_line, found.variable, tests


def _line(text: bytes, start: int) -> bytes:
    end = text.find(b"\n", start)
    return text[start : end if end >= 0 else len(text)]


def _heading_of_file(text: bytes, start: int) -> bytes:
    end = text.find(b"\n@@", start, start + 20_000)
    return text[start : end if end >= 0 else start + 2000]


def _path(heading: bytes) -> str:
    """The path of a file's heading: where it went, or where it was when it is gone."""
    for mark in _NAMES:
        at = heading.rfind(mark)
        if at < 0:
            continue
        name = _line(heading, at + len(mark)).rstrip(b"\t\r")
        if name != b"/dev/null":
            return unquoted(name)[2:].decode("utf-8", "surrogateescape")
    return ""
