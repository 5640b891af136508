"""A production branch made in a second: commits with a message, a time and the files they write."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


WHO = {
    "GIT_AUTHOR_NAME": "Night Shift",
    "GIT_AUTHOR_EMAIL": "night@parley.example",
    "GIT_COMMITTER_NAME": "Night Shift",
    "GIT_COMMITTER_EMAIL": "night@parley.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
START = 1_760_000_000
HOUR = 3_600


class Line:
    """A repository whose commits are an hour apart."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.made = 0

    def git(self, *arguments: str) -> str:
        """Run git here as the night shift, at the hour of the next commit."""
        at = f"{START + self.made * HOUR} +0000" if hasattr(self, "made") else f"{START} +0000"
        surroundings = {**os.environ, **WHO, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        ran = subprocess.run(["git", *arguments], cwd=self.root, env=surroundings, check=True, capture_output=True)
        return ran.stdout.decode("utf-8", "replace").strip()

    def commit(self, says: str, files: dict[str, str | bytes | None]) -> str:
        """Write the files (None removes one), commit, and give the hash."""
        for path, content in files.items():
            target = self.root / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", says)
        self.made += 1
        return self.git("rev-parse", "HEAD")
