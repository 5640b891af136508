"""Whatever is wrong with what stanch is given: one sentence, one remedy, the right exit code, and nothing lost."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path

import pytest

from assistant.engine.entry import enter
from assistant.engine.options import Options
from assistant.store.lock import hold
from assistant.store.places import Places
from tests.journeys.desk import LEAKY, STANCH, Desk, desk, leaky


__all__ = ["desk", "leaky"]
pytestmark = pytest.mark.shadow


@pytest.mark.parametrize("verb", ["prove", "scan", "own", "fix", "runbook"])
def test_not_a_repository(tmp_path: Path, verb: str) -> None:
    Desk(tmp_path).type(verb).says(2, "is not in a git repository", "git init")


def test_no_folder_and_no_verb(tmp_path: Path) -> None:
    Desk(tmp_path).type("prove", "nowhere").says(2, "no folder")
    Desk(tmp_path).type("pruve").says(2, "Did you mean `stanch prove`?")
    Desk(tmp_path).type("prove", "--frob").says(2, "stanch prove --help")


@pytest.mark.parametrize("verb", ["prove", "scan", "own", "fix"])
def test_no_migrations(desk: Desk, verb: str) -> None:
    desk.type(verb).says(2, "no migrations", "--schema FILE")


def test_migrations_that_make_nothing_are_not_called_safe(desk: Desk) -> None:
    desk.write("20240101000000_empty.sql", "create schema later;\n")
    done = desk.type("prove")
    assert done.code == 4
    assert "nothing could be tested" in done.err


def test_sql_that_is_not_text_costs_itself_and_no_other_file(leaky: Desk) -> None:
    leaky.write("20240102000000_image.sql", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00")
    leaky.write("20240103000000_latin.sql", "comment on table public.notes is 'caf\xe9';".encode("latin-1"))
    done = leaky.type("prove", "--json")
    assert done.code == 1
    said = json.loads(done.out)
    left_out = {each["file"] for each in said["not_read"]} | {each["file"] for each in said["replay"]["skipped"]}
    assert "supabase/migrations/20240102000000_image.sql" in left_out
    assert any(leak["object"] == "public.notes" for leak in said["leaks"])
    assert all(each["reason"] for each in said["not_read"])


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(leaky: Desk) -> None:
    leaky.write("20240102000000_secret.sql", "select 1;").chmod(0)
    said = json.loads(leaky.type("prove", "--json").out)
    assert [each["file"] for each in said["not_read"]] == ["supabase/migrations/20240102000000_secret.sql"]


def test_an_endless_statement_and_one_that_waits_are_stopped_and_said(leaky: Desk) -> None:
    leaky.write("20240102000000_endless.sql", "do $$ begin loop null; end loop; end $$;\nselect pg_sleep(3600);\n")
    began = time.monotonic()
    done = leaky.type("prove", "--json", STANCH_STATEMENT_SECONDS="1")
    assert time.monotonic() - began < 60
    assert done.code == 1
    skipped = json.loads(done.out)["replay"]["skipped"]
    assert [each["line"] for each in skipped] == [1, 2]


def test_statements_that_drop_things_or_name_unknown_roles_cost_themselves(leaky: Desk) -> None:
    leaky.write(
        "20240102000000_odd.sql",
        "grant select on public.notes to nobody_here;\n"
        "copy public.notes to program 'touch escaped';\n"
        "drop database template1;\n"
        "do $$ begin execute 'drop schema auth cascade'; exception when others then null; end $$;\n",
    )
    done = leaky.type("prove", "--json")
    assert done.code in {0, 1, 4}
    said = json.loads(done.out)
    assert {each["line"] for each in said["replay"]["skipped"]} >= {1, 2, 3}
    assert not list(leaky.root.rglob("escaped"))
    leaky.migrations.joinpath("20240102000000_odd.sql").unlink()
    assert leaky.type("prove").code == 1, "and the next run is as if nothing had been"


@pytest.mark.slow
def test_a_migration_of_50_mb(leaky: Desk) -> None:
    rows = "".join(f"-- row {number} {'x' * 80}\n" for number in range(560_000))
    assert len(rows) > 50_000_000
    leaky.write("20240102000000_dump.sql", rows + "select 1;\n")
    began = time.monotonic()
    done = leaky.type("prove", "--json")
    assert time.monotonic() - began < 90
    assert done.code == 1
    said = json.loads(done.out)
    assert said["replay"]["files"] == 2 or any("20240102000000_dump" in each["file"] for each in said["not_read"])


@pytest.mark.parametrize("flag", ["--database-url", "--shadow"])
def test_a_database_that_does_not_answer(leaky: Desk, flag: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        done = leaky.type("prove", flag, f"postgres://app:s3cr3t@127.0.0.1:{port}/app")
    done.says(3, "does not answer")
    assert "s3cr3t" not in done.err


@pytest.mark.parametrize("flag", ["--database-url", "--shadow"])
def test_a_database_that_accepts_and_says_nothing(leaky: Desk, flag: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        done = leaky.type("prove", flag, f"postgres://app:s3cr3t@127.0.0.1:{silent.getsockname()[1]}/app")
    assert time.monotonic() - began < 45
    done.says(3)
    assert "s3cr3t" not in done.err


def test_an_address_that_is_none(leaky: Desk) -> None:
    leaky.type("prove", "--database-url", "mysql://app:s3cr3t@host/app").says(2, "--database-url", "postgres://")
    done = leaky.type("prove", STANCH_SHADOW="s3cr3t@somewhere")
    done.says(2, "STANCH_SHADOW")
    assert "s3cr3t" not in done.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rehearsal\n", "TOML"),
        ("[rehearsal]\nworkrs = 1\n", "Did you mean 'workers'"),
        ('[ownership."public.notes"]\nkind = "nobody"\n', "stanch.toml"),
        ('[ownership."public.notes"]\nkind = "user"\ncolumns = ["nowhere"]\n', "stanch.toml"),
    ],
)
def test_a_broken_map_is_said_and_not_guessed(leaky: Desk, text: str, words: str) -> None:
    (leaky.root / "stanch.toml").write_text(text)
    for verb in ("prove", "fix"):
        leaky.type(verb).says(2, words)
    assert (leaky.root / "stanch.toml").read_text() == text


def test_two_fixes_at_once(leaky: Desk) -> None:
    with hold(Places(leaky.root)):
        leaky.type("fix", "--yes").says(2, "another stanch", str(os.getpid()), "nothing is lost")
    assert leaky.type("fix", "--yes").code == 0


def test_two_proofs_at_once_do_not_disturb_each_other(leaky: Desk) -> None:
    done: list[dict[str, object]] = []

    def prove() -> None:
        said = json.loads(leaky.type("prove", "--json").out)
        said.pop("seconds")
        done.append(said)

    running = [threading.Thread(target=prove) for _ in range(3)]
    for each in running:
        each.start()
    for each in running:
        each.join()
    assert len(done) == 3
    assert done[0] == done[1] == done[2]


def test_a_link_where_the_case_file_belongs(leaky: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (leaky.root / ".stanch").symlink_to(elsewhere)
    leaky.type("fix", "--yes").says(2, "symbolic link")
    assert list(elsewhere.iterdir()) == []
    assert leaky.type("prove").code == 1, "looking needs no case file"


def test_a_journal_of_a_newer_stanch_and_one_that_was_shortened(leaky: Desk) -> None:
    with enter(leaky.root, Options()) as session:
        assert session.incident is not None
        identity = session.incident.id
    journal = leaky.root / ".stanch" / "incidents" / identity / "journal.jsonl"
    good = journal.read_bytes()
    journal.write_bytes(good + b'{"v":9,"kind":"foreseen"}\n')
    for arguments in (("incident", "verify"), ("runbook",), ("fix", "--yes")):
        leaky.type(*arguments).says(2, "newer version", "Update stanch")
    journal.write_bytes(b"")
    leaky.type("incident", "verify").says(2, "missing at the end")
    listed = leaky.type("incident", "list")
    assert listed.code == 2
    assert "damaged" in listed.out


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_repository_that_cannot_be_written(leaky: Desk) -> None:
    leaky.root.chmod(0o555)
    try:
        assert leaky.type("prove").code == 1
        leaky.type("fix", "--yes").says(2, "may not write")
    finally:
        leaky.root.chmod(0o755)


def test_no_incident_yet(desk: Desk) -> None:
    desk.type("runbook").says(2, "no incident yet")
    desk.type("incident", "show", "--id", "../../etc").says(2, "not the id")
    desk.type("incident", "show", "--id", "2026-01-01-0000-abcd").says(2, "no incident")


def test_the_interface_without_a_terminal_and_in_one_of_20_by_5(leaky: Desk) -> None:
    leaky.type().says(2, "needs a terminal")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 20, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}} | {
        "TERM": "xterm"
    }
    done = subprocess.run(
        STANCH,
        cwd=leaky.root,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        env=environment,
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert b"20 by 5" in done.stderr


def test_a_hostile_name_never_reaches_the_terminal_as_it_is(leaky: Desk) -> None:
    leaky.write("20240102000000_odd.sql", LEAKY.replace("public.notes", 'public."no\x1b[2Jtes\u202e"'))
    done = leaky.type("prove")
    assert done.code == 1
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out + done.err
