"""Migrations that came later than others and sort before them: they run in another order in a new database than they did in production."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from assistant.domain.deploys import Lane, Reason


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.collect.deploys.history import Change

_WEIGHT: Final = 0.7


def out_of_order(changes: Sequence[Change], paths: Iterable[str]) -> Mapping[str, tuple[Reason, ...]]:
    """By commit, the migrations that it put before ones that were there already.

    Args:
        changes: newest first.
        paths: all files of the newest commit.
    """
    there: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, name = _ordered(path)
        if name:
            there[folder].add(name)
    found: dict[str, tuple[Reason, ...]] = {}
    for change in changes:
        added = [file.path for file in change.files if file.lane is Lane.MIGRATIONS and file.status == "added"]
        for path in added:
            folder, name = _ordered(path)
            there[folder].discard(name)
        for path in sorted(added):
            folder, name = _ordered(path)
            later = [one for one in there[folder] if name and one > name]
            if later:
                says = f"it sorts before {max(later)}, which was there already"
                reason = Reason(kind="migration-out-of-order", says=says, file=path, line=1, weight=_WEIGHT)
                found[change.commit.sha] = (*found.get(change.commit.sha, ()), reason)
    return found


def _ordered(path: str) -> tuple[str, str]:
    """Folder of the migrations and the name that orders it; the name is empty for SQL that is no migration."""
    folder, _, name = path.rpartition("/")
    if name == "migration.sql":  # Prisma: the folder is the migration
        folder, _, name = folder.rpartition("/")
    return (folder, name) if name[:1].isdigit() and "migration" in folder.lower() else (folder, "")
