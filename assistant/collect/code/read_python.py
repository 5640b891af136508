"""Reads one file of Python into the intermediate form, with the parser of the standard library.

A file of another Python version or with a syntax error is one gap: that parser reads all or nothing. Nothing is raised for the content.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from assistant.collect.code.read_lines import line_starts
from assistant.collect.code.read_python_modules import export_of_names
from assistant.collect.code.read_python_state import PythonReading
from assistant.collect.code.read_python_statements import statements_of
from assistant.domain.syntax import Gap, Module


if TYPE_CHECKING:
    from assistant.domain.syntax import Statement


_BOM = b"\xef\xbb\xbf"
_SEVERAL = re.compile(rb"^([ \t]*)except[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)([ \t]*):", re.MULTILINE)


def read_python(path: str, data: bytes) -> Module:
    """Read a file; ``path`` is relative to the repository."""
    starts = line_starts(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes of other people's strings
            tree = _parsed(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = min(max(getattr(error, "lineno", None) or 1, 1), len(starts))
        return Module(path, "py", (), (), (), (), (), (Gap(line, "not understood"),), starts)
    reading = PythonReading(data, starts, bom=len(_BOM) if data.startswith(_BOM) else 0)
    body: tuple[Statement, ...] = statements_of(reading, tree.body)
    gaps = [Gap(line, "nested too deeply") for line in sorted(set(reading.nested))]
    exports = export_of_names(tree, body, reading.imports)
    return Module(path, "py", (), tuple(reading.imports), exports, body, tuple(reading.lazy), tuple(gaps), starts)


def _parsed(data: bytes) -> ast.Module:
    try:
        return ast.parse(data)
    except SyntaxError:
        older = _SEVERAL.sub(_in_parentheses, data)
        if older == data:
            raise
        return ast.parse(older)


def _in_parentheses(found: re.Match[bytes]) -> bytes:
    """``except A, B:`` of Python 3.14 as older parsers read it, in as many bytes: everything else stays where it is."""
    whole = found[0]
    names = b",".join(name.strip() for name in found[2].split(b","))
    written = found[1] + b"except(" + names + b")"
    return written + b" " * (len(whole) - 1 - len(written)) + b":" if len(written) < len(whole) else whole
