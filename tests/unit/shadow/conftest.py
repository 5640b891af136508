"""A cache of one test's own, and a second PostgreSQL that plays the operator's: its superuser is called postgres."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

import psycopg
import pytest

from assistant.shadow.binaries import account, installation, reachable
from assistant.shadow.lease import cache_home, socket_folder


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache that no run has used yet."""
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "cache"))
    shutil.rmtree(cache_home(), ignore_errors=True)


@pytest.fixture(scope="module")
def operators_server(own_cache):
    """The address of a freshly made server; what tests make in it they drop."""
    home = cache_home()
    root = home / "operator"
    root.mkdir(mode=0o711)
    data, sockets = root / "data", socket_folder(root)
    data.mkdir(mode=0o700)
    account().own(data)
    older = installation().with_name("pginstall")  # another major version, where the wheel has one
    programs = reachable(older if older.is_dir() else installation(), home) / "bin"
    as_account = {"cwd": os.sep, "env": {"PATH": os.defpath, "LC_ALL": "C"}, **account().drop()}
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, **as_account)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}", "-c", "fsync=off"]
    server = subprocess.Popen([programs / "postgres", "-D", data, *options], stderr=subprocess.DEVNULL, **as_account)
    url = f"postgresql://postgres@/postgres?host={sockets}"
    for _ in range(500):
        try:
            psycopg.connect(url).close()
            break
        except psycopg.OperationalError:
            time.sleep(0.02)
    yield url
    server.terminate()
    server.wait(20)
    shutil.rmtree(root, ignore_errors=True)
