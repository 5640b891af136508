"""Tries patches of code before they are offered: the files are read as they would be, and a patch that leaves its finding as it was is not one.

Nothing is written. Only the handlers that a patch touches are followed again; everything else is taken from the map that is there.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Fix, NoFix
from assistant.domain.matrix import SEVERITY_RANK
from assistant.propose.code import NOT_CLOSED, Tries, propose_code
from assistant.write.patches import plan_patches


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.collect.code.sources import Sources
    from assistant.domain.catalog import Catalog
    from assistant.domain.code import CodeMap, Decisions
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.write.patches import FilePatch

_CODE: Final = (".ts", ".mts", ".cts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".py")
_HELPED: Final = frozenset({"kept-secret-answered"})
"""Rules that go on asking for what the patch leaves to a person: the secrets are out of the answer, who may read the rest is not said."""
_ROUNDS: Final = 3
"""Ways of mending one finding that are tried."""
_NONE: Final = 1_000
"""Past every alternative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the code."""

    ownership: OwnershipMap | None = None
    matrix: Matrix | None = None
    catalog: Catalog | None = None
    decisions: Decisions | None = None


def propose_tried(
    root: Path,
    code_map: CodeMap,
    findings: Sequence[Finding],
    paths: Sequence[str],
    known: Known,
    *,
    sources: Sources | None = None,
) -> tuple[Fix | NoFix, ...]:
    """Patches after which the rules no longer tell what they close, and reasons for the other findings.

    Args:
        root: top of the repository.
        code_map: what the code says as it lies there now.
        findings: what is to be closed.
        paths: every file of the repository.
        known: what the rules and the patches may ask besides.
        sources: the files as they were read for the map; they are read again without.
    """
    severity = {one.fingerprint: SEVERITY_RANK[one.severity] for one in findings}
    rules = {one.fingerprint: one.rule for one in findings}
    tries = Tries()
    answers: tuple[Fix | NoFix, ...] = ()
    for _ in range(_ROUNDS + 1):
        answers = propose_code(
            findings,
            code_map,
            lambda path: (root / path).read_bytes(),
            ownership=known.ownership,
            matrix=known.matrix,
            catalog=known.catalog,
            paths=paths,
            tries=tries,
        )
        files, planned = _together(root, [one for one in answers if isinstance(one, Fix)])
        if not files:
            return answers
        if sources is None:
            from assistant.collect.code.pool import read_modules

            sources = read_modules(root)
        told = _told(root, code_map, sources, files, known)
        closed = {name for fix in planned for name in fix.findings}
        left = [
            name
            for name in sorted(closed)
            if name in told and told[name] <= severity.get(name, 0) and rules.get(name) not in _HELPED
        ]
        if not left:
            return answers
        for name in left:
            tries.start[name] = tries.taken[name] + 1 if name in tries.taken else _NONE
    return _without(answers, frozenset(left))


def _together(root: Path, fixes: list[Fix]) -> tuple[tuple[FilePatch, ...], list[Fix]]:
    """The files as all the fixes would leave them; of two that want the same bytes the first is taken."""
    kept: list[Fix] = []
    files: tuple[FilePatch, ...] = ()
    with contextlib.suppress(UsageError):
        return plan_patches(root, tuple(fixes)), fixes
    for fix in fixes:
        try:
            files = plan_patches(root, (*kept, fix))
        except UsageError:
            continue
        kept.append(fix)
    return files, kept


def _told(
    root: Path, code_map: CodeMap, sources: Sources, files: tuple[FilePatch, ...], known: Known
) -> dict[str, int]:
    """Findings with their severity, the files being as they would be."""
    from assistant.collect.code.map import follow_code
    from assistant.collect.code.read import read_module
    from assistant.detect.code.run import detect_code

    after = {file.path: (file.after or "").encode() for file in files}
    modules = {path: read_module(path, text) for path, text in after.items() if path.endswith(_CODE)}
    edited = replace(
        sources, modules={**sources.modules, **modules}, manifests={**sources.manifests, **_other(after, sources)}
    )
    touched = {one.id: one for one in code_map.entries if after.keys() & {one.place.file, *one.files}}
    again = follow_code(root, edited, workers=1, within=frozenset(one.place.file for one in touched.values()))
    fresh = {one.id: one for one in again.entries}
    if touched.keys() <= fresh.keys():
        entries = tuple(fresh[one.id] if one.id in touched else one for one in code_map.entries)
    else:
        # an entry that is registered elsewhere, or is one no more: only the whole tells
        entries = follow_code(root, edited, workers=1).entries
    mixed = replace(again, entries=entries, owner_columns=code_map.owner_columns, idioms=code_map.idioms)
    found = detect_code(
        mixed, catalog=known.catalog, ownership=known.ownership, matrix=known.matrix, decisions=known.decisions
    )
    return {one.fingerprint: SEVERITY_RANK[one.severity] for one in found}


def _other(after: Mapping[str, bytes], sources: Sources) -> dict[str, bytes]:
    """Configuration files among what changes."""
    return {path: text for path, text in after.items() if path in sources.manifests}


def _without(answers: tuple[Fix | NoFix, ...], left: frozenset[str]) -> tuple[Fix | NoFix, ...]:
    """What still leaves a finding as it was after the last try closes it no more in words."""
    out: list[Fix | NoFix] = []
    for one in answers:
        if isinstance(one, NoFix) or not left & set(one.findings):
            out.append(one)
            continue
        kept = tuple(name for name in one.findings if name not in left)
        if kept:
            out.append(replace(one, findings=kept))
        out += [NoFix(finding=name, reason=NOT_CLOSED) for name in one.findings if name in left]
    return tuple(out)
