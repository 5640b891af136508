"""Two first runs on a bare machine, at the same moment, as root: one account is added, and both use it."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

from assistant.shadow import binaries


def test_two_runs_that_need_the_account_at_once_add_one(monkeypatch):
    added: list[int] = []
    both = Barrier(2)

    def getpwnam(name: str) -> SimpleNamespace:
        if name == "pgserver" and added:
            return SimpleNamespace(pw_uid=added[-1], pw_gid=added[-1])
        raise KeyError(name)

    def useradd(command: list[str], **_: object) -> None:
        assert command[0] == "useradd"
        time.sleep(0.05)  # as slow as the real one, which gives each of two callers a number of their own
        added.append(999 - len(added))

    def first_run() -> binaries.Account:
        both.wait(5)
        return binaries.account.__wrapped__()

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    monkeypatch.setattr(binaries.shutil, "which", lambda _: "useradd")
    monkeypatch.setattr(subprocess, "run", useradd)
    with ThreadPoolExecutor(2) as pool:
        one, other = (pool.submit(first_run) for _ in range(2))

    assert added == [999]
    assert one.result() == other.result() == binaries.Account(999, 999)
