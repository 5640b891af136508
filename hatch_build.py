"""Compiles the modules that read and follow code, where a C compiler is at hand; everything else stays Python.

``python hatch_build.py`` compiles for this source tree (``make compile``): into ``build/compiled``, beside nothing that is edited.
``python hatch_build.py --aside`` begins the same and does not wait for it (what ``make`` does when it has set everything up).
``STANCH_COMPILE=1 pip wheel .`` builds a wheel that carries the compiled modules; without it the wheel is Python alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


if TYPE_CHECKING:
    from collections.abc import Iterator

    from setuptools import Extension
    from setuptools.command.build_ext import build_ext

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
        _several_at_once(command)
        command.run()
        (made / compiled.MANIFEST).write_text(said, "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)


def _several_at_once(command: build_ext) -> None:
    """Of the sources of a module, as many are compiled at a time as there are processors."""
    build = command.build_extension

    def build_extension(extension: Extension) -> None:
        one_by_one = command.compiler.compile

        def together(sources: list[str], *arguments: object, **options: object) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                made = list(pool.map(lambda source: one_by_one([source], *arguments, **options), sources))
            return [name for names in made for name in names]

        command.compiler.compile = together
        build(extension)

    command.build_extension = build_extension


def can_compile() -> bool:
    """Whether there is a C compiler, and what it needs to know of this Python."""
    command = (sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(command) is not None and (Path(sysconfig.get_path("include")) / "Python.h").is_file()


def begin_aside() -> None:
    """Compile in a process of its own, which gives way to all others; what it says is kept in a file beside its result.

    Nothing is said where it cannot be done: everything works without it.
    """
    if (
        os.name != "posix"
        or os.environ.get("STANCH_PURE")
        or os.environ.get("STANCH_COMPILE") == "0"
        or not can_compile()
    ):
        return
    log = compiled.FOLDER.parent / "compile.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as said:
        subprocess.Popen(
            ["nice", "-n", "19", sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    sys.stdout.write(
        "What reads code is being compiled in the background for a minute or three; scans of large repositories are faster then.\n"
    )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for another process that compiles into the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".compiling").open("wb") as lock:
        if os.name == "posix":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    if sys.argv[1:] == ["--aside"]:
        begin_aside()
    else:
        with _alone(compiled.FOLDER.parent):
            compile_into(compiled.FOLDER)
