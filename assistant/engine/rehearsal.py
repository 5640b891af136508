"""The whole line from a repository to a proof, for the headless verbs and for the steps alike.

Opening a rehearsal replays the schema on the shadow and reads it back; attacks, findings, fixes and proof are computed
when first asked for, and once. Its database is dropped when the block ends, however it ends.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Fix, NoFix
from assistant.domain.ownership import OwnerKind
from assistant.engine.mapfile import MAP_FILE
from assistant.engine.urgent import only_urgent


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from assistant.domain.catalog import Catalog
    from assistant.domain.findings import Finding
    from assistant.domain.fixes import Proof
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import CodeHints, OwnershipMap
    from assistant.domain.replay import Replay
    from assistant.domain.repository import Repository
    from assistant.engine.options import Options
    from assistant.shadow.database import Shadow

    OnProgress = Callable[[str, int, int], None]


class NothingToRehearseError(UsageError):
    """The repository has no schema; its code may still be looked at."""


class Rehearsal:
    """The products of one repository, each computed once."""

    def __init__(
        self,
        *,
        repository: Repository,
        shadow: Shadow,
        replay: Replay,
        catalog: Catalog,
        ownership: OwnershipMap,
        options: Options,
        on_progress: OnProgress,
        seconds: dict[str, float],
    ) -> None:
        """Built by ``rehearse``."""
        self.repository = repository
        self.shadow = shadow
        self.replay = replay
        self.catalog = catalog
        self.ownership = ownership
        self.seconds = seconds
        """Wall time of each product so far, by name."""
        self._options = options
        self._on_progress = on_progress
        self._matrix: Matrix | None = None
        self._findings: tuple[Finding, ...] | None = None
        self._fixes: tuple[Fix | NoFix, ...] | None = None
        self._proof: Proof | None = None

    def attack(self) -> Matrix:
        """Seed, attack and judge."""
        if self._matrix is None:
            from assistant.attack.run import attack
            from assistant.attack.unseen import without_unseen

            with _timing(self.seconds, "attack"):
                attacked = attack(
                    self.shadow,
                    self.catalog,
                    self.ownership,
                    workers=self._options.workers,
                    on_progress=self._on_progress,
                )
                self._matrix = without_unseen(attacked, self.replay.filled_in, self.catalog)
        return self._matrix

    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, worst first."""
        if self._findings is None:
            matrix = self.attack()
            from assistant.detect.run import detect

            with _timing(self.seconds, "detect"):
                self._on_progress("naming what is wrong", 0, 0)
                self._findings = detect(self.catalog, self.ownership, matrix, self.replay)
        return self._findings

    def proposals(self) -> tuple[Fix | NoFix, ...]:
        """Fixes in application order, and the findings that get none."""
        if self._fixes is None:
            findings = self.findings()
            from assistant.propose.run import propose

            with _timing(self.seconds, "propose"):
                self._on_progress("writing fixes", 0, 0)
                self._fixes = propose(findings, self.catalog, self.ownership, self.attack())
                if self._options.leaks_only:
                    self._fixes = only_urgent(self._fixes, findings)
        return self._fixes

    def fixes(self) -> tuple[Fix, ...]:
        """The fixes alone."""
        return tuple(fix for fix in self.proposals() if isinstance(fix, Fix))

    def not_fixed(self) -> tuple[NoFix, ...]:
        """The findings that get none, with the reason."""
        return tuple(fix for fix in self.proposals() if isinstance(fix, NoFix))

    def proof(self) -> Proof:
        """The fixes tried on a clone."""
        if self._proof is None:
            fixes = self.fixes()
            from assistant.prove.run import prove

            with _timing(self.seconds, "prove"):
                self._on_progress("proving the fixes on a clone", 0, 0)
                self._proof = prove(
                    self.shadow,
                    fixes,
                    before=self.attack(),
                    ownership=self.ownership,
                    catalog=self.catalog,
                    findings=self.findings(),
                    on_progress=lambda says: self._on_progress(says, 0, 0),
                    tidy=not self._options.leaks_only,
                )
        return self._proof

    def proof_of(self, files: Mapping[str, str]) -> Proof:
        """Migration files as they read (path to text), tried on a clone in the order of their names."""
        fixes = self.proof().fixes
        from assistant.domain.replay import Source
        from assistant.prove.files import prove_files

        sources = [Source(path=path, text=text) for path, text in sorted(files.items())]
        with _timing(self.seconds, "prove"):
            return prove_files(
                self.shadow,
                sources,
                before=self.attack(),
                ownership=self.ownership,
                catalog=self.catalog,
                fixes=fixes,
            )

    def use(self, ownership: OwnershipMap) -> None:
        """Go on with another map: everything derived from the old one is forgotten."""
        self.ownership = ownership
        self._matrix = self._findings = self._fixes = self._proof = None


@contextmanager
def rehearse(
    path: Path, options: Options, on_progress: OnProgress, hints: Callable[[], CodeHints] | None = None
) -> Iterator[Rehearsal]:
    """Replay a repository on a shadow and read it back.

    Args:
        path: the operator's repository.
        options: where the schema comes from and where it is rehearsed.
        on_progress: told what is done, how many are done, of how many (0 when unknown); may raise to stop.
        hints: brings the owner columns that the code names; called only when the schema leaves an owner open.

    Raises:
        NothingToRehearseError: no migrations, or none that can be read.
        UsageError: not a repository, a broken stanch.toml.
        UnreachableError: the live database or the shadow does not answer.
    """
    from assistant.collect.repository import read_repository

    seconds: dict[str, float] = {}
    on_progress("reading the repository", 0, 0)
    with _timing(seconds, "repository"):
        repository = read_repository(options.folder or path, options.schema_file)
    if not repository.sources and options.database_url is None:
        if unread := [left for left in repository.not_read if left.unreadable and left.file.endswith(".sql")]:
            raise NothingToRehearseError(
                f"no SQL file of this repository could be read; the first is {unread[0].file}: {unread[0].reason}",
                "Mend that file, or give a schema with --schema FILE (pg_dump --schema-only).",
            )
        raise NothingToRehearseError(
            "there are no migrations or schema files in this repository.",
            "Give a schema with --schema FILE (pg_dump --schema-only), or a database with --database-url URL.",
        )
    from assistant.ownership.file import load
    from assistant.shadow.open import open_shadow

    on_progress("starting the rehearsal database", 0, 0)
    with ExitStack() as stack:
        with _timing(seconds, "shadow"):
            shadow = stack.enter_context(open_shadow(url=options.shadow_url, platform=repository.platform))
        with _timing(seconds, "replay"):
            replayed = _replay(repository, shadow, options, on_progress)
        with _timing(seconds, "catalog"):
            on_progress("reading the rules back", 0, 0)
            catalog = read_back(repository, shadow)
            ownership = load(repository.root / MAP_FILE, owners(catalog, hints), catalog)
        yield Rehearsal(
            repository=repository,
            shadow=shadow,
            replay=replayed,
            catalog=catalog,
            ownership=ownership,
            options=options,
            on_progress=on_progress,
            seconds=seconds,
        )


def _replay(repository: Repository, shadow: Shadow, options: Options, on_progress: OnProgress) -> Replay:
    if options.database_url is not None:
        from assistant.shadow.live import copy_schema

        return copy_schema(
            options.database_url, shadow, on_progress=lambda done, total: on_progress("copying the schema", done, total)
        )
    from assistant.shadow.replay import replay

    return replay(
        shadow,
        repository.sources,
        statement_seconds=options.statement_seconds,
        on_progress=lambda done, total: on_progress("replaying", done, total),
        generated=repository.generated_types,
        not_read=repository.not_read,
    )


def read_back(repository: Repository, shadow: Shadow) -> Catalog:
    """The effective rules of a shadow to which the repository's SQL was replayed."""
    from assistant.collect.catalog import read_catalog

    with shadow.connect("admin") as connection:
        return read_catalog(
            connection,
            repository.platform,
            text_subject=repository.text_subject,
            exposed_schemas=repository.exposed_schemas,
        )


def owners(catalog: Catalog, hints: Callable[[], CodeHints] | None) -> OwnershipMap:
    """By the schema; where it leaves an owner open, by what the code compares with the caller as well."""
    from assistant.ownership.infer import infer

    inferred = infer(catalog)
    # a database that guards nothing is not attacked, and need not wait for the code
    if (
        hints is None
        or catalog.guards_nothing
        or all(entry.kind is not OwnerKind.UNKNOWN for entry in inferred.entries.values())
    ):
        return inferred
    return infer(catalog, hints())


@contextmanager
def _timing(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Add the wall time of the block to ``seconds[name]``."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began
