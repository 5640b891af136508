"""Which cluster a run may use: a pool of folders in the user's cache, one exclusive lease (flock) a run.

Roles belong to a whole cluster, so two runs never share one. The kernel gives a lock back when its holder dies, however
it dies; what the dead left inside is the business of ``assistant.shadow.cluster``.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import ShadowError
from assistant.shadow.binaries import account


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.catalog import PlatformKind


_POOL: Final = 32
_PLENTY: Final = 4 << 30
"""Bytes that must be free, in the memory folder and in memory, before clusters are kept there."""
_SOCKET_NAME: Final = ".s.PGSQL.5432.lock"
_LONGEST_SOCKET: Final = 100  # sun_path holds 107 bytes on Linux and 103 on macOS


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to one cluster folder, valid while the context that gave it is open."""

    root: Path
    """Folder of the cluster: ``data``, ``log``, ``made.json``."""
    sockets: Path
    """Folder (0700) for its socket, short enough for a socket address."""

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server wrote on its standard error."""
        return self.root / "log"


def cache_home() -> Path:
    """The folder for clusters: ``$STANCH_CACHE_DIR``, else memory if there is plenty, else the user's cache; created if needed.

    Raises:
        ShadowError: it cannot be written.
    """
    wanted = _wanted_home()
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        if not os.access(wanted, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(wanted))
        home = wanted if account().may_pass(wanted) else _beside(wanted)
    except OSError as error:
        raise ShadowError(
            f"the cache folder {wanted} cannot be used: {(error.strerror or str(error)).lower()}.",
            "Point STANCH_CACHE_DIR at a folder you can write, with 200 MB free.",
        ) from error
    return home


def memory_folder() -> Path | None:
    """A folder of our own in memory, where there is plenty of it: nothing of a cluster has to outlive a reboot.

    Every database is about 300 files; on a busy disk making them takes longer than everything else (measured: 19 ms in
    memory, 20 to 430 ms on one ext4 volume in the course of a day).
    """
    place = Path(os.sep, "dev", "shm")
    if not sys.platform.startswith("linux") or min(_free_space(place), _free_memory()) < _PLENTY:
        return None
    try:
        return _own_folder(place / f"stanch-{os.geteuid()}", 0o711)
    except OSError:
        return None


def _free_space(place: Path) -> int:
    try:
        free = os.statvfs(place)
    except OSError:
        return 0
    return free.f_bavail * free.f_frsize if os.access(place, os.W_OK | os.X_OK) else 0


def _free_memory() -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(os.sep, "proc", "meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


def _wanted_home() -> Path:
    if told := os.environ.get("STANCH_CACHE_DIR"):
        return Path(told).expanduser().absolute() / "shadow"
    if (memory := memory_folder()) is not None:
        return memory / "shadow"
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif account().uid is not None:  # root: nobody else may pass through its home
        base = Path(os.sep, "var", "cache")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "stanch" / "shadow"


def _beside(wanted: Path) -> Path:
    """A folder of the same identity that the server's account can reach."""
    mark = hashlib.sha256(str(wanted).encode()).hexdigest()[:10]
    return _own_folder(Path(tempfile.gettempdir()) / f"stanch-{os.geteuid()}-{mark}", 0o711)


def _own_folder(path: Path, mode: int) -> Path:
    """Make a folder in a place that everybody can write to, and refuse one that somebody else made there first."""
    path.mkdir(mode=mode, exist_ok=True)
    status = path.lstat()
    if path.is_symlink() or status.st_uid not in {os.geteuid(), account().uid}:
        raise PermissionError(errno.EPERM, "it belongs to somebody else", str(path))
    path.chmod(mode)
    return path


def socket_folder(root: Path) -> Path:
    """A 0700 folder whose socket fits into a socket address: in the cluster, else where the system keeps such things."""
    mark = hashlib.sha256(str(root).encode()).hexdigest()[:10]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "") if account().uid is None else ""
    short = [Path(place) for place in (runtime, tempfile.gettempdir(), os.path.join(os.sep, "tmp")) if place]  # noqa: PTH118 - built, not joined
    for folder in (root / "run", *(place / f"stanch-{os.geteuid()}-{mark}" for place in short)):
        if len(os.fsencode(folder / _SOCKET_NAME)) > _LONGEST_SOCKET or not os.access(folder.parent, os.W_OK):
            continue
        _own_folder(folder, 0o700)
        account().own(folder)
        return folder
    raise ShadowError(
        "there is no folder with a path short enough for the socket of the shadow server.",
        "Point STANCH_CACHE_DIR or TMPDIR at a folder with a short path.",
    )


@contextlib.contextmanager
def lease(platform: PlatformKind) -> Iterator[Lease]:
    """Hold the first free cluster of this platform until the context closes.

    Raises:
        ShadowError: no folder, or every cluster of the pool is in use.
    """
    home = cache_home()
    for number in range(_POOL):
        root = home / f"{platform.value}-{number}"
        try:
            descriptor = _lock(root)
        except OSError as error:
            raise ShadowError(
                f"the cluster folder {root} cannot be used: {(error.strerror or str(error)).lower()}.",
                "Point STANCH_CACHE_DIR at a folder you can write, with 200 MB free.",
            ) from error
        if descriptor is None:
            continue
        try:
            sockets = socket_folder(root)
            try:
                yield Lease(root, sockets)
            finally:
                if sockets.parent != root:  # ours alone, and empty once the server is gone
                    with contextlib.suppress(OSError):
                        sockets.rmdir()
        finally:
            os.close(descriptor)
        return
    raise ShadowError(
        f"{_POOL} runs use the shadow server at once.",
        "Wait for one of them to end, or give this one its own STANCH_CACHE_DIR.",
    )


def _lock(root: Path) -> int | None:
    """A locked file descriptor, or None when another run holds the cluster."""
    import fcntl

    root.mkdir(mode=0o711, exist_ok=True)
    descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
