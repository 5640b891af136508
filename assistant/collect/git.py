"""Asks git about files and commits, streamed and read-only: nothing is fetched, nothing of the repository's configuration is run.

``GIT_NO_LAZY_FETCH`` and an empty list of protocols keep a partial clone from downloading its history behind the operator's back.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from assistant.domain.errors import UnreachableError, UsageError


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

_OPTIONS: Final = (
    "core.fsmonitor=false",
    "core.quotePath=false",
    "core.untrackedCache=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "diff.renames=false",
    "log.showRoot=true",
    "log.showSignature=false",
    "log.mailmap=false",
)
_SURROUNDINGS: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "C",
}
_BLOCK: Final = 1 << 18
_PIPE: Final = 1 << 20
"""Bytes that git may be ahead of whoever reads, where the system lets a pipe hold so much: both work at the same time."""
_ESCAPED: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_MOST_COMPLAINTS: Final = 4


class Git:
    """A runner of git in one folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Args: folder: anywhere in a work tree, or a git directory; options: of git itself, before the command."""
        self.folder, self._options = folder, options

    def stream(self, arguments: Sequence[str], *, told: Iterable[str] = ()) -> Iterator[bytes]:
        """Blocks of standard output as they come; the command is ended when the iterator is closed.

        Args:
            arguments: a command of git and its arguments.
            told: lines for its standard input.

        Raises:
            EndedEarlyError: git stopped with an error; what it had written was yielded.
            UnreachableError: git cannot be started.
        """
        with tempfile.TemporaryFile() as lines:
            lines.writelines(line.encode() + b"\n" for line in told)
            lines.seek(0)
            process = self._started(arguments, cast("BinaryIO", lines))
            complaints: list[bytes] = []
            listener = threading.Thread(target=_drain, args=(process.stderr, complaints), daemon=True)
            listener.start()
            try:
                output = process.stdout
                _widen(output)
                while block := output.read(_BLOCK):
                    yield block
                code = process.proc.wait()
            finally:
                self._end(process)
                listener.join()
        if code:
            raise EndedEarlyError(b"".join(complaints).decode("utf-8", "replace"))

    def whole(self, arguments: Sequence[str], *, told: Iterable[str] = ()) -> bytes:
        """All of standard output.

        Raises:
            EndedEarlyError: git stopped with an error.
            UnreachableError: git cannot be started.
        """
        return b"".join(self.stream(arguments, told=told))

    def told(self, *options: str) -> Git:
        """The same folder with further options of git itself."""
        return Git(self.folder, *self._options, *options)

    def bare(self) -> Git:
        """The same repository without its work tree: no .gitattributes of it can declare a file unfit for diffs."""
        directory = self.line(["rev-parse", "--absolute-git-dir"])
        return Git(Path(directory), f"--git-dir={directory}", "--bare") if directory else self

    def line(self, arguments: Sequence[str]) -> str:
        """The answer without its line break, empty when git says no."""
        try:
            return self.whole(arguments).decode("utf-8", "replace").strip("\n")
        except EndedEarlyError:
            return ""

    def _started(self, arguments: Sequence[str], lines: BinaryIO) -> Any:  # noqa: ANN401 - GitPython types it as a union of everything
        try:
            from git import Git as Runner
            from git.exc import GitCommandNotFound
        except ImportError as error:  # GitPython refuses to be imported where there is no git
            raise UnreachableError("git cannot be started.", "Install git and put it on PATH.") from error
        options = [word for option in _OPTIONS for word in ("-c", option)]
        try:
            return Runner(self.folder).execute(
                ["git", *options, *self._options, *arguments], istream=lines, as_process=True, env=dict(_SURROUNDINGS)
            )
        except GitCommandNotFound as error:
            raise UnreachableError("git cannot be started.", "Install git and put it on PATH.") from error
        except (OSError, ValueError) as error:
            raise UnreachableError(
                f"git could not be asked about {self.folder}.", "Run `git status` there and mend what it says."
            ) from error

    @staticmethod
    def _end(process: Any) -> None:  # noqa: ANN401 - see above
        proc = getattr(process, "proc", None)
        if proc is None:
            return
        with contextlib.suppress(OSError):
            if proc.poll() is None:
                proc.terminate()
                proc.wait()
            for pipe in (proc.stdout, proc.stdin):  # the listener closes the third
                if pipe is not None:
                    pipe.close()


def _widen(pipe: BinaryIO) -> None:
    """Let more wait in a pipe, where that can be asked for."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)


def _drain(pipe: BinaryIO, complaints: list[bytes]) -> None:
    """Keep the beginning of what git complains about, and let it go on complaining: a full pipe would stop it."""
    with contextlib.suppress(OSError, ValueError), pipe:
        while block := pipe.read(_BLOCK):
            if len(complaints) < _MOST_COMPLAINTS:
                complaints.append(block)


class EndedEarlyError(Exception):
    """git stopped with an error; ``said`` is what it wrote about it."""

    def __init__(self, said: str) -> None:
        """Keep the first line that says something."""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        self.said = next((line for line in lines if line.startswith(("fatal", "error"))), lines[0] if lines else "")
        super().__init__(self.said)


def top_of(folder: Path) -> Git:
    """A runner at the top of the work tree that holds ``folder``, or in the bare repository that it is.

    Raises:
        UsageError: it is no git repository, or git refuses it.
        UnreachableError: git cannot be started.
    """
    git = Git(folder)
    try:
        top = git.whole(["rev-parse", "--show-toplevel"]).decode("utf-8", "surrogateescape").rstrip("\n")
    except EndedEarlyError as error:
        if "work tree" in error.said:
            return git
        if "dubious ownership" in error.said:
            raise UsageError(
                f"git refuses {folder}, because it belongs to another user.",
                f"Run `git config --global --add safe.directory {folder}`.",
            ) from None
        raise UsageError(
            f"{folder} is not a git repository.", "Run stanch inside the repository of the application."
        ) from None
    return Git(Path(top)) if top else git


def unquoted(name: bytes) -> bytes:
    """A path that git wrote as C would, because quotes or control characters are in it."""
    if not name.startswith(b'"'):
        return name
    return _ESCAPED.sub(
        lambda found: bytes([int(found[1], 8)]) if found[1][:1].isdigit() else _ESCAPES.get(found[1], found[1]),
        name[1:-1],
    )
