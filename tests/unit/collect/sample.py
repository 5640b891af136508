"""Small repositories, made in a second, and what a reader says of them."""

from __future__ import annotations

import subprocess


T = "create table {0} (id int primary key);\n"


def git(root, *arguments):
    return subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def make(root, files, *, commit=True):
    root.mkdir(exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    if commit:
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "all", "--allow-empty")
    return root


def replayed(repository):
    return [source.path for source in repository.sources]


def kinds(repository):
    return [(layout.kind, layout.root) for layout in repository.layouts]


def left_out(repository):
    return {one.file: one.reason for one in repository.not_read}
