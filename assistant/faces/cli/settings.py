"""Options from three places, in rising order of strength: ``stanch.toml``, ``STANCH_*`` variables, flags."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import UsageError
from assistant.engine.options import Options


if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from assistant.faces.cli.say import Voice

FILE = "stanch.toml"
TABLE = "rehearsal"
VARIABLES = {
    "STANCH_SCHEMA": "schema",
    "STANCH_DATABASE_URL": "database_url",
    "STANCH_SHADOW": "shadow",
    "STANCH_WORKERS": "workers",
    "STANCH_STATEMENT_SECONDS": "statement_seconds",
}
OTHER_VARIABLES = (
    "STANCH_CACHE_DIR",
    "STANCH_COMPILE",
    "STANCH_CONFIG_DIR",
    "STANCH_DEPLOYS_URL",
    "STANCH_PURE",
    "STANCH_TRACE",
)
_FILE_KEYS = ("schema", "shadow", "workers", "statement_seconds")
_MOST_WORKERS = 64


def repository_root(path: Path) -> Path:
    """The top of the git work tree that holds ``path``.

    Raises:
        UsageError: there is no such folder, or it is in no repository.
    """
    try:
        start = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UsageError(f"there is no folder {str(path)!r}.", "Give the path of a repository.") from error
    if not start.is_dir():
        raise UsageError(f"{str(path)!r} is not a folder.", "Give the path of a repository.")
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder
    raise UsageError(
        f"{str(path)!r} is not in a git repository.",
        "Change into the repository of the app, or give its path; `git init` makes one of a folder.",
    )


def history_root(path: Path) -> Path:
    """The top of the work tree that holds ``path``, or the bare repository that it is: a history needs no files.

    Raises:
        UsageError: there is no such folder, or it is in no repository.
    """
    if (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir():
        return path.resolve()
    return repository_root(path)


def options_from(arguments: argparse.Namespace, root: Path, voice: Voice) -> Options:
    """The options of this run.

    Raises:
        UsageError: a value does not fit, in whichever place it stands.
    """
    chosen: dict[str, tuple[Any, str, Path]] = {}
    for key, value in _from_file(root / FILE).items():
        chosen[key] = (value, f"[{TABLE}] {key} in {FILE}", root)
    for variable, key in VARIABLES.items():
        if value := os.environ.get(variable):
            chosen[key] = (value, variable, Path())
    for key in ("schema", "database_url", "shadow", "workers"):
        if (value := getattr(arguments, key, None)) is not None:
            chosen[key] = (value, f"--{key.replace('_', '-')}", Path())
    _warn_of_typos(voice)
    defaults = Options()
    folder = arguments.repo.resolve() if hasattr(arguments, "repo") else root
    return Options(
        folder=folder if folder != root and folder.is_relative_to(root) else None,
        schema_file=_schema(*chosen["schema"]) if "schema" in chosen else None,
        database_url=_url(*chosen["database_url"][:2]) if "database_url" in chosen else None,
        shadow_url=_url(*chosen["shadow"][:2]) if "shadow" in chosen else None,
        leaks_only=bool(getattr(arguments, "leaks_only", False)),
        history=bool(getattr(arguments, "history", False)),
        workers=int(_number(*chosen["workers"][:2], most=_MOST_WORKERS)) if "workers" in chosen else defaults.workers,
        statement_seconds=_number(*chosen["statement_seconds"][:2], most=3600)
        if "statement_seconds" in chosen
        else defaults.statement_seconds,
    )


def keys_of(root: Path) -> Mapping[str, Any]:
    """The operator's own keys, ``[keys]`` of stanch.toml; whether they can work is the terminal interface's to say.

    Raises:
        UsageError: the file cannot be read, or ``[keys]`` is not a table.
    """
    return _table(root / FILE, "keys")


def _table(path: Path, name: str) -> Mapping[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{FILE} is not valid TOML: {error}.", "Correct the line, or move the file away.") from error
    except OSError as error:
        raise UsageError(f"{FILE} cannot be read: {error.strerror}.", "Make it readable, or move it away.") from error
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"[{name}] in {FILE} is not a table.", f"Write [{name}] on a line of its own.")
    return table


def _from_file(path: Path) -> Mapping[str, Any]:
    table = _table(path, TABLE)
    if "database_url" in table:
        raise UsageError(
            f"[{TABLE}] database_url in {FILE} would be committed with its password.",
            "Remove it and set STANCH_DATABASE_URL, or give --database-url.",
        )
    for key in table:
        if key not in _FILE_KEYS:
            near = difflib.get_close_matches(key, _FILE_KEYS, n=1)
            raise UsageError(
                f"[{TABLE}] has no key {key!r} ({FILE}).",
                f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(_FILE_KEYS)}.",
            )
    return table


def _schema(value: str | Path, place: str, base: Path) -> Path:
    path = base / value if isinstance(value, (str, Path)) else None
    if path is None or not path.is_file():
        raise UsageError(
            f"the schema file {str(value)!r} ({place}) is not there.", "Make it with `pg_dump --schema-only`."
        )
    return path


def _url(value: object, place: str) -> str:
    text = str(value)
    if not text.startswith(("postgres://", "postgresql://")):
        # the value may hold a password, so it is not repeated
        raise UsageError(
            f"the address given by {place} is not a postgres:// URL.", "Write it as postgresql://user@host:5432/name."
        )
    return text


def _number(value: object, place: str, *, most: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1
    if not 1 <= number <= most:
        raise UsageError(f"{str(value)!r} ({place}) is not a number from 1 to {most}.", "Correct it, or leave it out.")
    return number


def _warn_of_typos(voice: Voice) -> None:
    known = (*VARIABLES, *OTHER_VARIABLES)
    for variable in sorted(os.environ):
        if variable.startswith("STANCH_") and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            voice.note(f"{variable} is not a variable of stanch" + (f"; did you mean {near[0]}?" if near else "."))
