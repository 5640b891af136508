"""A repository made of a few texts, for tests that ask what its names mean and how it is entered."""

from __future__ import annotations

import json

from assistant.collect.code.entries import find_entries
from assistant.collect.code.program import Program
from assistant.collect.code.read import EXTENSIONS, read_module


def program(files: dict[str, str | dict]) -> Program:
    texts = {path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}
    modules = {p: read_module(p, t.encode()) for p, t in texts.items() if p.rpartition(".")[2] in EXTENSIONS}
    return Program(modules, {p: t.encode() for p, t in texts.items() if p not in modules})


def entries(files: dict[str, str | dict]):
    return {entry.id: entry for entry in find_entries(program(files))}


def text_at(files, entry):
    """The source of an entry's handler."""
    return files[entry.module].encode()[entry.at[0] : entry.at[1]].decode()
