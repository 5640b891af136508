"""Flags win over variables, variables over stanch.toml; whatever does not fit is said with its place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from assistant.domain.errors import UsageError
from assistant.engine.options import Options
from assistant.faces.cli.arguments import VERBS, flags, parse
from assistant.faces.cli.say import Voice
from assistant.faces.cli.settings import options_from, repository_root


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STANCH_SCHEMA", "STANCH_DATABASE_URL", "STANCH_SHADOW", "STANCH_WORKERS", "STANCH_STATEMENT_SECONDS"):
        monkeypatch.delenv(name, raising=False)


def options(root: Path, *arguments: str, err: io.StringIO | None = None) -> Options:
    return options_from(
        parse(["prove", str(root), *arguments]), root, Voice(out=io.StringIO(), err=err or io.StringIO())
    )


def test_rising_order_of_strength(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert options(tmp_path) == Options()
    (tmp_path / "stanch.toml").write_text('[rehearsal]\nworkers = 3\nshadow = "postgres://file/x"\n')
    assert options(tmp_path).workers == 3
    monkeypatch.setenv("STANCH_WORKERS", "4")
    assert options(tmp_path).workers == 4
    assert options(tmp_path, "--workers", "5").workers == 5
    assert options(tmp_path).shadow_url == "postgres://file/x"


def test_a_schema_in_the_file_is_relative_to_it_and_a_flag_to_where_you_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "schema.sql").write_text("")
    (tmp_path / "stanch.toml").write_text('[rehearsal]\nschema = "db/schema.sql"\n')
    assert options(tmp_path).schema_file == tmp_path / "db" / "schema.sql"
    monkeypatch.chdir(tmp_path / "db")
    assert options(tmp_path, "--schema", "schema.sql").schema_file == Path("schema.sql")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rehearsal\n", "not valid TOML"),
        ("[rehearsal]\nworkrs = 2\n", "no key 'workrs'"),
        ("[rehearsal]\nworkers = 0\n", "not a number from 1"),
        ("[rehearsal]\nworkers = 'many'\n", "'many'"),
        ("[rehearsal]\nshadow = 'mysql://x'\n", "not a postgres:// URL"),
        ("[rehearsal]\nschema = 'nowhere.sql'\n", "is not there"),
        ("[rehearsal]\nschema = 7\n", "is not there"),
        ("rehearsal = 3\n", "is not a table"),
        ("[rehearsal]\ndatabase_url = 'postgres://u:p@h/d'\n", "committed with its password"),
    ],
)
def test_a_broken_file_is_said_and_never_guessed(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "stanch.toml").write_text(text)
    with pytest.raises(UsageError, match=words) as refused:
        options(tmp_path)
    assert refused.value.remedy
    assert "u:p@h" not in str(refused.value)


def test_a_file_that_is_not_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "stanch.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not valid TOML"):
        options(tmp_path)


def test_a_misspelt_variable_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCH_SHADW", "x")
    err = io.StringIO()
    options(tmp_path, err=err)
    assert "did you mean STANCH_SHADOW?" in err.getvalue()


def test_a_bad_url_is_refused_without_repeating_its_password(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        options(tmp_path, "--database-url", "http://app:s3cr3t@host")
    assert "s3cr3t" not in str(refused.value)


def test_the_root_is_found_from_a_folder_inside(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert repository_root(tmp_path / "a" / "b") == tmp_path
    (tmp_path / "file").touch()
    for bad in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            repository_root(bad)


def test_every_verb_has_a_module_and_the_voice_flags() -> None:
    import importlib

    for verb in VERBS:
        assert callable(importlib.import_module(f"assistant.faces.cli.verbs.{verb}").run)
        assert {"--json", "--quiet", "--no-color"} <= set(flags(verb))


@pytest.mark.parametrize("typed", ["pruve", "scann", "incidents"])
def test_a_misspelt_verb_is_answered_with_the_right_one(typed: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse([typed])
    assert "Did you mean `stanch" in refused.value.remedy
