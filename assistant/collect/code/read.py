"""Reads one source file into the intermediate form, whichever language it is in."""

from __future__ import annotations

from typing import Final

from assistant.collect.code.read_lines import line_starts
from assistant.domain.syntax import Gap, Module


_LANGUAGES: Final = {
    "ts": "ts",
    "mts": "ts",
    "cts": "ts",
    "tsx": "tsx",
    "js": "js",
    "jsx": "js",
    "mjs": "js",
    "cjs": "js",
    "py": "py",
}
EXTENSIONS: Final = frozenset(_LANGUAGES)
"""The files that can be read, by the end of their names."""


LARGEST: Final = 1024 * 1024
"""Bytes of the largest file that is read; larger ones are generated."""
_LONGEST_LINE: Final = 20_000
_MOST_SIGNS: Final = 1_000
_SIGNS: Final = b"(){};,"
_MOST_NULS: Final = 16


def read_module(path: str, data: bytes) -> Module:
    """Read one file; nothing is raised for its content: what cannot be read is a ``Gap``.

    ``path`` is relative to the repository with forward slashes and ends in one of ``EXTENSIONS``.
    """
    reason = unreadable(data)
    if reason is not None:
        return Module(
            path, _LANGUAGES[path.rpartition(".")[2]], (), (), (), (), (), (Gap(1, reason),), line_starts(data)
        )
    try:
        return _read(path, data)
    except RecursionError:  # the caller was deep in its own stack already
        return _unread(path, data, "nested too deeply")


def _read(path: str, data: bytes) -> Module:
    if path.endswith(".py"):
        from assistant.collect.code.read_python import read_python

        return read_python(path, data)
    from assistant.collect.code.read_typescript import read_typescript

    return read_typescript(path, data)


def _unread(path: str, data: bytes, reason: str) -> Module:
    language = _LANGUAGES[path.rpartition(".")[2]]
    return Module(path, language, (), (), (), (), (), (Gap(1, reason),), line_starts(data))


def unreadable(data: bytes) -> str | None:
    """Why a file is not worth reading: too large, minified, not text; None when it is."""
    if len(data) > LARGEST:
        return f"larger than {LARGEST // 1024} KB"
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data[:1024].count(0) > _MOST_NULS:
        return "not text in UTF-8"
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        return "stored in Git LFS and not here"
    if len(data) > _LONGEST_LINE:
        for line in data.split(b"\n"):
            # a picture in a string makes a long line too: what is minified is full of signs
            if len(line) > _LONGEST_LINE and sum(line.count(sign) for sign in _SIGNS) > _MOST_SIGNS:
                return "minified"
    return None
