"""Compiles the modules that read and follow code, where a C compiler is at hand; everything else stays Python.

``python hatch_build.py`` compiles for this source tree (``make compile``): into ``build/compiled``, beside nothing that is edited.
``STANCH_COMPILE=1 pip wheel .`` builds a wheel that carries the compiled modules; without it the wheel is Python alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from assistant import compiled  # noqa: E402 - of this tree, which nobody has installed yet


CODE = "assistant/collect/code"
MODULES = (
    *("values.py", "origins.py", "drafts.py", "walking.py", "program.py", "marks.py", "reached.py", "entries_look.py"),
    *("resolve.py", "resolve_files.py", "resolve_graph.py", "resolve_usage.py", "read_typescript*.py"),
    *("follow/[a-z]*.py", "recognise/[a-z]*.py"),
)
"""What a scan spends its time in, as patterns below ``CODE``."""
NEEDS = ("mypy>=1.18", "setuptools>=77")


class CustomBuildHook(BuildHookInterface[Any]):
    """Puts compiled modules into a wheel that is asked for with them."""

    def dependencies(self) -> list[str]:
        """The compiler, and the libraries whose types it looks at; only where it is wanted."""
        return [*NEEDS, *self.metadata.core.dependencies] if os.environ.get("STANCH_COMPILE") else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are gathered; never for an editable install."""
        if version == "editable" or not os.environ.get("STANCH_COMPILE"):
            return
        target = Path(self.root) / "build" / "wheel"
        compile_into(target)
        for made in target.rglob("*"):
            if made.suffix in {".so", ".pyd"}:
                build_data["force_include"][str(made)] = made.relative_to(target).as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def sources() -> list[Path]:
    """The modules that are compiled, in a fixed order."""
    return sorted({found for pattern in MODULES for found in (ROOT / CODE).glob(pattern)})


def compile_into(target: Path) -> None:
    """Compile into a folder that appears whole or not at all; nothing is done when it was made from these very sources.

    Raises:
        SystemExit: the sources do not pass the type checker.
        Exception: whatever the C compiler's driver raises.
    """
    # what is edited while the compiler runs was not compiled: the sources are looked at before
    said = json.dumps({path.relative_to(ROOT).as_posix(): compiled.digest(path) for path in sources()}, indent=1)
    manifest = target / compiled.MANIFEST
    if manifest.is_file() and manifest.read_text("utf-8") == said:
        return
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".compiling-", dir=target.parent) as scratch:
        os.chdir(ROOT)
        extensions = mypycify(
            ["--config-file=pyproject.toml", *(str(path.relative_to(ROOT)) for path in sources())],
            opt_level="1",
            debug_level="0",
            multi_file=True,
            target_dir=scratch,
            group_name="stanch",
        )
        made = Path(scratch) / "made"
        command = build_ext(Distribution({"name": "stanch", "ext_modules": extensions}))
        command.build_lib, command.build_temp = str(made), str(Path(scratch) / "objects")
        command.ensure_finalized()
        command.parallel = os.cpu_count() or 1
        command.run()
        (made / compiled.MANIFEST).write_text(said, "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)


if __name__ == "__main__":
    compile_into(compiled.FOLDER)
