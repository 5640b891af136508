"""Paths of files as texts."""

from __future__ import annotations


def shared_parts(one: str, other: str) -> int:
    """How many leading parts two paths have in common."""
    parts = 0
    for mine, theirs in zip(one.split("/"), other.split("/"), strict=False):
        if mine != theirs:
            break
        parts += 1
    return parts
