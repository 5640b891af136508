"""Reading in worker processes: the same result as without, and no file, however bad, stops or hangs it."""

from __future__ import annotations

import signal
import sys
import textwrap

import pytest

from assistant.collect.code import pool
from assistant.collect.code.pool import Stopped, read_modules


MANY = 130


@pytest.fixture
def repository(tmp_path):
    for number in range(MANY):
        folder = tmp_path / "src" / f"part{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{number:03}.ts").write_text(f"export const a{number} = f({number})\n" * 20)
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "src" / "minified.js").write_text("a(b,c);" * 20_000)
    return tmp_path


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(pool, "_CHUNK_FILES", 10)


def test_workers_and_no_workers_read_the_same(repository, small_chunks):
    together, alone = read_modules(repository, workers=2), read_modules(repository, workers=1)
    assert together == alone
    assert list(together.modules) == sorted(together.modules)
    assert len(together.modules) == MANY
    assert together.not_read == {"src/minified.js": "minified"}
    assert together.manifests == {"package.json": b"{}"}


def test_progress_counts_up_to_all_files(repository, small_chunks):
    told = []
    read_modules(repository, workers=2, on_progress=lambda says, done, total: told.append((says, done, total)))
    assert told[0][1] == 0
    assert told[-1][1:] == (MANY + 1, MANY + 1)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


@pytest.fixture
def hired(monkeypatch):
    """Every worker that is started."""
    started = []

    class Noted(pool._Worker):
        def __init__(self):
            super().__init__()
            started.append(self)

    monkeypatch.setattr(pool, "_Worker", Noted)
    return started


def test_progress_may_raise_and_nobody_is_left_behind(repository, small_chunks, hired):
    def stop(_says, done, _total):
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_modules(repository, workers=2, on_progress=stop)
    assert len(hired) == 2
    assert all(worker.process.poll() is not None for worker in hired)


def test_cancelled_ends_it(repository, small_chunks):
    with pytest.raises(Stopped):
        read_modules(repository, workers=2, cancelled=lambda: True)


def worker_that(monkeypatch, does):
    """Replace what a worker starts with: it runs ``does`` before it reads a file called f042."""
    code = textwrap.dedent(f"""
        import json, os, signal, sys, time
        sys.path[:] = json.loads(sys.argv[1])
        from assistant.collect.code import pool_worker
        real = pool_worker.read_file
        def read_file(root, path):
            if "f042" in path:
                {does}
            return real(root, path)
        pool_worker.read_file = read_file
        pool_worker.main()
    """)
    monkeypatch.setattr(pool, "_START", code)


@pytest.mark.parametrize("does", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)"])
def test_a_file_that_kills_its_reader_is_the_only_one_not_read(repository, small_chunks, monkeypatch, does):
    worker_that(monkeypatch, does)
    found = read_modules(repository, workers=2)
    assert len(found.modules) == MANY - 1
    assert found.not_read["src/part0/f042.ts"] == "the process that read it ended"


def test_a_file_that_takes_forever_is_given_up(repository, small_chunks, monkeypatch):
    worker_that(monkeypatch, "time.sleep(600)")
    monkeypatch.setattr(pool, "_CHUNK_SECONDS", 2.0)
    found = read_modules(repository, workers=2)
    assert len(found.modules) == MANY - 1
    assert "longer than" in found.not_read["src/part0/f042.ts"]


@pytest.mark.parametrize("start", ["raise SystemExit(1)", "import nothing_of_that_name"])
def test_where_no_worker_can_start_this_process_reads(repository, small_chunks, monkeypatch, start):
    monkeypatch.setattr(pool, "_START", start)
    assert len(read_modules(repository, workers=2).modules) == MANY


def test_modules_of_the_repository_are_never_run(repository, small_chunks, monkeypatch):
    """Whoever scans stands in the repository, and Python would look there first."""
    for name in ("json", "pickle", "struct", "sitecustomize", "tree_sitter"):
        (repository / f"{name}.py").write_text(f"open('ran-{name}', 'w')\nraise SystemExit(1)\n")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PYTHONPATH", str(repository))
    found = read_modules(repository, workers=2)
    assert len(found.modules) == MANY + 5
    assert not list(repository.glob("ran-*"))


def test_few_files_start_no_worker(tmp_path, monkeypatch):
    (tmp_path / "a.ts").write_text("export const a = 1")
    monkeypatch.setattr(sys, "executable", "nothing")
    assert list(read_modules(tmp_path).modules) == ["a.ts"]


def test_a_file_that_vanishes_is_told(repository, monkeypatch):
    real = pool.list_sources

    def list_then_lose(root):
        listing = real(root)
        (root / "src" / "part0" / "f000.ts").unlink()
        return listing

    monkeypatch.setattr(pool, "list_sources", list_then_lose)
    found = read_modules(repository, workers=1)
    assert "No such file" in found.not_read["src/part0/f000.ts"]


def test_a_stop_key_in_the_terminal_does_not_kill_the_workers(repository, small_chunks, hired):
    """The program decides what the key means, and may go on."""

    def press(_says, done, _total):
        if done:
            for worker in hired:
                if worker.is_there:  # before it says so it is still Python that starts
                    worker.process.send_signal(signal.SIGINT)

    assert len(read_modules(repository, workers=2, on_progress=press).modules) == MANY
    assert len(hired) == 2
