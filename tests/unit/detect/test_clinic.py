"""The clinic: each of its leaks is in some finding, and its locked twin gives a frightened reader nothing to read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.detect.run import detect
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import SEVERITY_RANK, Severity, Verdict
from assistant.domain.replay import Source
from assistant.ownership.infer import infer
from assistant.shadow.replay import replay


CLINIC = Path(__file__).parents[2] / "worlds" / "clinic"


def look(shadow, world):
    files = sorted((CLINIC / world / "supabase" / "migrations").glob("*.sql"))
    sources = [Source(path=file.name, text=file.read_text(encoding="utf-8")) for file in files]
    replayed = replay(shadow, sources)
    with shadow.connect("admin") as connection:
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    ownership = infer(catalog)
    matrix = attack(shadow, catalog, ownership)
    return matrix, detect(catalog, ownership, matrix, replayed)


@pytest.mark.shadow
def test_every_leak_of_the_clinic_is_in_some_finding_with_a_line(shadow):
    matrix, found = look(shadow, "leaky-helper")
    explained = {key for finding in found for key in finding.cells}
    assert {cell.key for cell in matrix.of(Verdict.LEAKS)} <= explained
    loud = [finding for finding in found if finding.executed]
    assert all(finding.where is not None for finding in loud)
    spoken = " ".join([finding.title for finding in found] + [key[0] for finding in found for key in finding.cells])
    for leak in tomllib.loads((CLINIC / "leaks.toml").read_text(encoding="utf-8"))["leak"]:
        assert leak["object"] in spoken, leak["id"]
    first = found[: len(loud)]
    assert all(finding.executed for finding in first), "what was executed stands before what is suspected"


@pytest.mark.shadow
def test_the_locked_clinic_is_quiet(shadow):
    _, found = look(shadow, "locked-inline")
    assert [finding.title for finding in found if SEVERITY_RANK[finding.severity] < SEVERITY_RANK[Severity.LOW]] == []
