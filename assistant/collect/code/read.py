"""Reads one source file into the intermediate form, whichever language it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from assistant.domain.syntax import Module


EXTENSIONS: Final = frozenset({"ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "py"})
"""The files that can be read, by the end of their names."""


def read_module(path: str, data: bytes) -> Module:
    """Read one file; nothing is raised for its content: what cannot be read is a ``Gap``.

    ``path`` is relative to the repository with forward slashes and ends in one of ``EXTENSIONS``.
    """
    if path.endswith(".py"):
        from assistant.collect.code.read_python import read_python

        return read_python(path, data)
    from assistant.collect.code.read_typescript import read_typescript

    return read_typescript(path, data)
