"""One PostgreSQL cluster: made once, started for a run, brought back to its first state, stopped with the run.

The server listens on a socket in a 0700 folder and nowhere else. A small shell watches a pipe that only this process
holds: when the run ends, by whatever signal, the pipe closes and the shell stops the server.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from assistant.domain.errors import ShadowError
from assistant.shadow.binaries import account, installation, reachable
from assistant.shadow.reset import clean, snapshot
from assistant.shadow.stand_ins import extension_files
from assistant.shadow.template import TEMPLATE, described, fill_template, make_roles


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.domain.catalog import PlatformKind
    from assistant.shadow.lease import Lease


MAINTENANCE: Final = "stanch"
"""Database in which the superuser works; no other role may connect to it, so no hostile object can be in it."""

_START_SECONDS: Final = 30.0
_ROOM_BYTES: Final = 16 * 1024 * 1024
_MEMORY_KILOBYTES: Final = 4 * 1024 * 1024  # of one backend: a hostile query gets an error, not the machine

_SETTINGS: Final = {
    # nothing here survives a crash of the machine, and nothing needs to
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # no way in but the socket
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # no way out: no replication, no workers, and little room to fill
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "max_logical_replication_workers": "0",
    "max_prepared_transactions": "0",
    "max_wal_size": "64MB",
    "min_wal_size": "4MB",
    "temp_file_limit": "256MB",
    "max_notify_queue_pages": "1024",
    "log_min_messages": "fatal",  # RAISE WARNING in a loop must not fill the disk
    # a role that migrations create may be handed objects, as it may where they run as a superuser
    "createrole_self_grant": "set, inherit",
    # small, quick to start, and the same plan on every machine
    "shared_buffers": "64MB",
    "max_connections": "90",
    "superuser_reserved_connections": "6",
    "max_locks_per_transaction": "512",
    "io_method": "sync",
    "huge_pages": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "lc_messages": "C",
}

_LAUNCHER: Final = """
ulimit -c 0; ulimit -v "$2" 2>/dev/null
pidfile=$1; shift 2
( "$@" </dev/null; kill $$ ) &
read -r _
kill -INT "$(head -n 1 "$pidfile")"; sleep 4; kill -QUIT "$(head -n 1 "$pidfile")"; wait
"""


class Cluster:
    """A running cluster. Open with ``Cluster.start(lease, platform)``, always ``close()`` it."""

    def __init__(self, lease: Lease, platform: PlatformKind) -> None:
        """Remember where; nothing is started yet."""
        self.lease = lease
        self.platform = platform
        self.superuser = ""
        self.owner = "postgres"
        self._launcher: subprocess.Popen[bytes] | None = None
        self._programs = installation()

    @classmethod
    def start(cls, lease: Lease, platform: PlatformKind, on_progress: Callable[[str], None] | None = None) -> Cluster:
        """Start the leased cluster, making or mending it first if it needs that; all of its databases are fresh.

        Raises:
            ShadowError: it cannot be made or started; the log's last line is in the message.
        """
        cluster = cls(lease, platform)
        tell = on_progress or (lambda _: None)
        try:
            cluster._programs = reachable(cluster._programs, lease.root.parent)
            cluster._end_orphan()
            if not cluster._is_current() or not cluster._resume():
                cluster.close()
                cluster._make(tell)
        except OSError as error:
            cluster.close()
            if error.errno == errno.ENOSPC:
                raise no_space(cluster.where) from error
            raise ShadowError(
                f"the cluster folder {cluster.where} cannot be used: {(error.strerror or str(error)).lower()}.",
                "Delete it, or point STANCH_CACHE_DIR at another folder.",
            ) from error
        except BaseException:
            cluster.close()
            raise
        return cluster

    def _resume(self) -> bool:
        """Start a cluster made earlier; False when it is damaged or cannot be brought back to its first state."""
        try:
            self._run()
        except ShadowError as error:
            if "no space" in error.says:
                raise
            return False
        return self.restore()

    # -- life ---------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        settings = _SETTINGS | {
            "unix_socket_directories": str(self.lease.sockets),
            "extension_control_path": f"{self.lease.root}:$system",
        }
        command = [str(self._programs / "bin" / "postgres"), "-D", str(self.lease.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.lease.log.open("wb") as log:
            self._launcher = subprocess.Popen(
                [
                    "sh",
                    "-c",
                    _LAUNCHER,
                    "stanch-shadow",
                    str(self.lease.data / "postmaster.pid"),
                    str(_MEMORY_KILOBYTES),
                    *command,
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to handle
                cwd=os.sep,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                **account().drop(),
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.connect("template1").close()
            except psycopg.OperationalError as error:
                if self._launcher.poll() is not None or time.monotonic() > deadline:
                    raise self._broken("the shadow server did not start") from error
                time.sleep(0.004)
            else:
                return

    def close(self) -> None:
        """Stop the server; safe to call twice, and never raises for a server that is gone already."""
        launcher, self._launcher = self._launcher, None
        if launcher is None:
            return
        if launcher.stdin:
            with contextlib.suppress(BrokenPipeError):
                # a line and not only the end: a forked worker may hold the pipe open
                launcher.stdin.write(b"\n")
                launcher.stdin.close()
        try:
            launcher.wait(10)
        except subprocess.TimeoutExpired:
            self._end_orphan()
            launcher.kill()
            launcher.wait()

    def _end_orphan(self) -> None:
        """Stop a server that a killed run left behind, found by its own pid file and recognised by its data directory."""
        pidfile = self.lease.data / "postmaster.pid"
        for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            pid = _postmaster(pidfile, self.lease.data)
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
            for _ in range(300):
                if _postmaster(pidfile, self.lease.data) is None:
                    break
                time.sleep(0.01)
        pidfile.unlink(missing_ok=True)

    @property
    def where(self) -> str:
        """Its folder, for messages."""
        return str(self.lease.root)

    def is_full(self) -> bool:
        """Whether its disk has no room for another database (a server without room may be gone before it can say so)."""
        return shutil.disk_usage(self.lease.root).free < _ROOM_BYTES

    def _broken(self, says: str) -> ShadowError:
        if self.is_full():
            return no_space(self.where)
        last = ""
        with contextlib.suppress(OSError):
            lines = self.lease.log.read_text("utf-8", "replace").strip().splitlines()
            last = next(
                (line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), lines[-1] if lines else ""
            )
        if "No space left" in last:
            return no_space(self.where)
        reason = f": {last.split('  ')[-1].strip()}" if last else ""
        return ShadowError(f"{says}{reason}.", f"See {self.lease.log}; deleting {self.lease.root} makes a new one.")

    # -- connections --------------------------------------------------------------------------------------------------

    def parameters(self, user: str, database: str) -> dict[str, Any]:
        """Connection parameters for a role and a database of this cluster."""
        return {"host": str(self.lease.sockets), "port": 5432, "user": user, "dbname": database, "connect_timeout": 10}

    def connect(self, database: str = MAINTENANCE) -> psycopg.Connection[Any]:
        """A superuser connection in autocommit; for the maintenance database and the template only."""
        return psycopg.connect(**self.parameters(self.superuser, database), autocommit=True)

    # -- making -------------------------------------------------------------------------------------------------------

    def _is_current(self) -> bool:
        try:
            made = json.loads((self.lease.root / "made.json").read_text("utf-8"))
        except (OSError, ValueError):
            return False
        if made.get("fingerprint") != fingerprint(self.platform):
            return False
        self.superuser = str(made.get("superuser"))
        return (self.lease.data / "PG_VERSION").exists()

    def _make(self, on_progress: Callable[[str], None]) -> None:
        on_progress("preparing the shadow PostgreSQL (once, a few seconds)")
        root = self.lease.root
        (root / "made.json").unlink(missing_ok=True)
        shutil.rmtree(self.lease.data, ignore_errors=True)
        self.lease.data.mkdir(mode=0o700)
        account().own(self.lease.data)
        _copy_extensions(root, _installed_extensions())
        self.superuser = self.superuser or f"stanch_{secrets.token_hex(8)}"
        initdb = [str(self._programs / "bin" / "initdb"), "-D", str(self.lease.data), "-U", self.superuser]
        initdb += [
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]
        initdb += ["--no-sync", "--no-instructions", "--wal-segsize=2", "--no-data-checksums"]
        done = subprocess.run(
            initdb, check=False, capture_output=True, text=True, cwd=os.sep,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **account().drop(),
        )  # fmt: skip
        if done.returncode:
            if "No space left" in done.stderr:
                raise no_space(self.where)
            self.lease.log.write_text(done.stderr, "utf-8")
            raise self._broken("the shadow PostgreSQL could not be set up")
        (self.lease.data / "pg_hba.conf").write_text("local all all trust\n", "utf-8")
        self._first_start()
        with self.connect() as connection:
            state = snapshot(connection)
        made = {"fingerprint": fingerprint(self.platform), "superuser": self.superuser, "state": state}
        (root / "made.new").write_text(json.dumps(made), "utf-8")
        (root / "made.new").replace(root / "made.json")

    def _first_start(self) -> None:
        self._run()
        with self.connect("template1") as connection:
            connection.execute(f"CREATE DATABASE {MAINTENANCE}")
            make_roles(connection, self.platform)
            # migrations speak of the database "postgres"; it belongs to them, and nobody can enter it
            connection.execute("ALTER DATABASE postgres OWNER TO postgres")
            connection.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS false")
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
            for name in (MAINTENANCE, TEMPLATE, "template1"):
                connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        with self.connect(TEMPLATE) as connection:
            fill_template(connection, self.platform)

    def restore(self) -> bool:
        """Bring roles, their settings and databases back to what they were when the cluster was made.

        Returns:
            False when something remains that cannot be undone here; the cluster then has to be made again.
        """
        made = json.loads((self.lease.root / "made.json").read_text("utf-8"))["state"]
        try:
            with self.connect() as connection:
                return clean(connection, made)
        except psycopg.Error:
            return False


def _postmaster(pidfile: Path, data: Path) -> int | None:
    """The pid in ``pidfile`` if that process is alive and a postgres of this data directory."""
    try:
        pid = int(pidfile.read_text("utf-8").splitlines()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    return pid if str(data) in _arguments(pid) else None


def _arguments(pid: int) -> str:
    """What a process was started with; empty when it is gone (or a zombie)."""
    if Path("/proc/self/cmdline").exists():  # slim images have no ps
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return ""
    seen = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return seen.stdout


def no_space(where: str) -> ShadowError:
    """The disk is full."""
    return ShadowError(
        f"there is no space left for the shadow PostgreSQL in {where}.",
        "Free about 200 MB there, or point STANCH_CACHE_DIR at another disk.",
    )


def fingerprint(platform: PlatformKind) -> str:
    """Changes whenever a cluster made earlier would not be what this version makes."""
    said = hashlib.sha256()
    said.update(described(platform).encode())
    for file, text in extension_files(_installed_extensions()).items():
        said.update(file.encode() + text.encode())
    said.update((installation() / "bin" / "postgres").stat().st_size.to_bytes(8, "big"))
    said.update(json.dumps(_SETTINGS).encode())
    return said.hexdigest()


def _copy_extensions(root: Path, installed: Path) -> None:
    """Put the stand-ins where the server's account can read them and nobody else can write them."""
    shutil.rmtree(root / "extension", ignore_errors=True)
    (root / "extension").mkdir(mode=0o755)
    for name, text in extension_files(installed).items():
        (root / "extension" / name).write_text(text, "utf-8")
        (root / "extension" / name).chmod(0o644)


def _installed_extensions() -> Path:
    return installation() / "share" / "postgresql" / "extension"
