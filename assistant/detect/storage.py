"""Buckets and the policies of ``storage.objects`` that speak of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.context import STORAGE_OBJECTS
from assistant.detect.judge import forms, is_deny
from assistant.domain.facts import Place, Subject
from assistant.domain.matrix import Verdict


if TYPE_CHECKING:
    from assistant.detect.context import Context
    from assistant.domain.matrix import Cell

_BUCKET: Final = re.compile(
    r"bucket_id\s*(?:=|~~)\s*'([^']+)'|bucket_id\s*=\s*ANY\s*\(\s*ARRAY\s*\[([^\]]+)\]|bucket_id\s+IN\s*\(([^)]+)\)",
    re.IGNORECASE,
)


def buckets_named(text: str | None) -> tuple[str, ...]:
    """Buckets that a predicate names, sorted; none when it speaks of all."""
    found: set[str] = set()
    for match in _BUCKET.finditer(text or ""):
        if match.group(1):
            found.add(match.group(1))
        else:
            found.update(re.findall(r"'([^']+)'", match.group(2) or match.group(3) or ""))
    return tuple(sorted(found))


def bucket_cells(context: Context, bucket: str, verdict: Verdict = Verdict.LEAKS) -> tuple[Cell, ...]:
    """Attacks on one bucket with that outcome: its id is part of the cell's variant."""
    return tuple(
        cell
        for cell in context.cells(STORAGE_OBJECTS)
        if cell.verdict is verdict and is_deny(cell) and cell.kind == "bucket" and bucket in forms(cell)
    )


def bucket_subject(bucket: str) -> Subject:
    """The bucket as provenance and the map call it."""
    return Subject(kind="bucket", name=f"storage.{bucket}")


def bucket_place(context: Context, bucket: str) -> Place | None:
    """Where the bucket was made, or a policy that names it."""
    place = context.where(bucket_subject(bucket), Subject(kind="bucket", name=bucket))
    table = context.catalog.tables.get(STORAGE_OBJECTS)
    if place is not None or table is None:
        return place
    for policy in table.policies:
        if bucket in buckets_named(policy.using) + buckets_named(policy.check):
            return context.policy_place(policy)
    return None
