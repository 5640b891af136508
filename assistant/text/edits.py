"""Edits of a text as byte ranges: applied, put one after another, and told against what was there first.

Nothing here guesses: hunks that overlap are refused, and what a hunk replaces is known by its place, never by its look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.domain.fixes import Hunk


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class OverlapError(ValueError):
    """Two hunks want the same bytes."""


class _Piece(NamedTuple):
    """A run of the first text (``text`` is None), or something that was put in."""

    at: int
    end: int
    text: bytes | None
    says: tuple[str, ...] = ()
    supports: bool = True

    @property
    def size(self) -> int:
        """Bytes it holds."""
        return self.end - self.at if self.text is None else len(self.text)


def apply_hunks(source: bytes, hunks: Iterable[Hunk]) -> bytes:
    """The source with every hunk in its place.

    Raises:
        OverlapError: two hunks want the same bytes, or one lies outside the source.
    """
    out: list[bytes] = []
    kept = 0
    for hunk in sorted(hunks, key=lambda hunk: (hunk.at, hunk.end)):
        if hunk.at < kept or hunk.end < hunk.at or hunk.end > len(source):
            raise OverlapError(f"bytes {hunk.at} to {hunk.end} are wanted twice or do not exist")
        out += (source[kept : hunk.at], hunk.text.encode())
        kept = hunk.end
    return b"".join((*out, source[kept:]))


def moved(at: int, hunks: Iterable[Hunk]) -> int:
    """Where a byte of the source stands after the hunks; one inside a replaced range is at the start of its replacement.

    What is inserted at ``at`` itself counts as standing before it.
    """
    shift = 0
    for hunk in sorted(hunks, key=lambda hunk: (hunk.at, hunk.end)):
        if hunk.end <= at:
            shift += len(hunk.text.encode()) - (hunk.end - hunk.at)
        elif hunk.at < at:
            return hunk.at + shift
    return at + shift


def moved_end(end: int, hunks: Iterable[Hunk]) -> int:
    """Like ``moved`` for the end of a range: what is inserted exactly there stays outside."""
    shift = 0
    for hunk in sorted(hunks, key=lambda hunk: (hunk.at, hunk.end)):
        if hunk.at >= end:
            break
        shift += len(hunk.text.encode()) - (hunk.end - hunk.at)
    return end + shift


def eol_of(source: bytes) -> str:
    """The line end most lines have."""
    windows = source.count(b"\r\n")
    return "\r\n" if windows * 2 > source.count(b"\n") else "\n"


class Edited:
    """A text under successive edits, each in the coordinates of the text before it."""

    def __init__(self, source: bytes) -> None:
        """Args: source: the first text, to which ``hunks`` refers in the end."""
        self._source = source
        self._pieces: list[_Piece] = [_Piece(0, len(source), None)]

    def __copy__(self) -> Edited:
        """The same text, to be edited apart."""
        other = Edited(self._source)
        other._pieces = list(self._pieces)
        return other

    @property
    def text(self) -> bytes:
        """As it stands now."""
        return b"".join(
            self._source[piece.at : piece.end] if piece.text is None else piece.text for piece in self._pieces
        )

    def edit(self, hunks: Sequence[Hunk]) -> None:
        """Apply hunks that were computed from ``text``.

        Raises:
            OverlapError: two of them want the same bytes.
        """
        apply_hunks(self.text, hunks)
        for hunk in sorted(hunks, key=lambda hunk: (hunk.at, hunk.end), reverse=True):
            before, rest = _split(self._pieces, hunk.at)
            _, after = _split(rest, hunk.end - hunk.at)
            placed = _Piece(0, 0, hunk.text.encode(), (hunk.says,), hunk.supports)
            gone = rest[: len(rest) - len(after)] if after else rest
            says = tuple(word for piece in gone if piece.text is not None for word in piece.says)
            self._pieces = [*before, placed._replace(says=(*says, hunk.says)), *after]

    def hunks(self) -> tuple[Hunk, ...]:
        """What changed, told against the first text; neighbours are one hunk."""
        out: list[Hunk] = []
        kept = 0
        run: list[_Piece] = []
        for piece in [*self._pieces, _Piece(len(self._source), len(self._source), None)]:
            if piece.text is not None:
                run.append(piece)
                continue
            if piece.at == piece.end and piece.at != len(self._source):
                continue
            if run or piece.at > kept:
                out += self._hunk(kept, piece.at, run)
            kept, run = piece.end, []
        return tuple(out)

    def _hunk(self, at: int, end: int, run: list[_Piece]) -> list[Hunk]:
        text = b"".join(piece.text or b"" for piece in run)
        if self._source[at:end] == text:
            return []
        says = tuple(dict.fromkeys(word for piece in run for word in piece.says if word))
        supports = bool(run) and all(piece.supports for piece in run)
        return [Hunk(at=at, end=end, text=text.decode(), says=" ".join(says), supports=supports)]


def _split(pieces: list[_Piece], at: int) -> tuple[list[_Piece], list[_Piece]]:
    """Pieces before and from byte ``at`` on; one that holds it is cut."""
    seen = 0
    for number, piece in enumerate(pieces):
        size = piece.size
        if seen + size > at:
            cut = at - seen
            if cut == 0:
                return pieces[:number], pieces[number:]
            if piece.text is None:
                first = piece._replace(end=piece.at + cut)
                second = piece._replace(at=piece.at + cut)
            else:
                first = piece._replace(text=piece.text[:cut])
                second = piece._replace(text=piece.text[cut:])
            return [*pieces[:number], first], [second, *pieces[number + 1 :]]
        seen += size
    return list(pieces), []
