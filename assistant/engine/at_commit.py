"""The rules of any commit: its SQL replayed on a shadow, read back, and attacked; the operator's files and index stay as they are.

Equal SQL is replayed and attacked once in a run, however many commits hold it, and a longer history goes on from a copy of a shorter one.
Every commit can be measured with the same stick (``yardstick``): the operator's map, and the owners inferred from the newest schema.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.collect.git import EndedEarlyError
from assistant.domain.errors import UnreachableError, UsageError
from assistant.engine.mapfile import MAP_FILE


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from assistant.collect.deploys.committed import Committed
    from assistant.collect.git import Git
    from assistant.domain.catalog import Catalog, PlatformKind
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.names import Name
    from assistant.domain.ownership import CodeHints, OwnershipMap
    from assistant.domain.replay import Replay
    from assistant.domain.repository import Repository
    from assistant.engine.options import Options
    from assistant.shadow.database import Shadow
    from assistant.shadow.prefixes import Prefixes

    OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The effective rules of a schema: what the database would have done."""

    key: str
    """Equal keys, equal rules: a hash of the SQL, the map and the version of stanch."""
    repository: Repository
    """What was replayed, of the first commit that held it."""
    replay: Replay
    """How the replay went, with the line that last set each object."""
    catalog: Catalog
    """The database as it was read back."""
    ownership: OwnershipMap
    """Who owns each row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Rules that were attacked."""

    rules: Rules
    """What was attacked."""
    matrix: Matrix
    """What the attacks showed."""
    findings: tuple[Finding, ...]
    """What is wrong, worst first."""


class Replays:
    """The database half of any commits of one repository. Opened by ``replays``."""

    def __init__(
        self,
        git: Git,
        options: Options,
        on_progress: OnProgress,
        stack: ExitStack,
        hints: Callable[[], CodeHints] | None = None,
        below: str = "",
    ) -> None:
        """Built by ``replays``; ``stack`` ends the servers."""
        from assistant.collect.deploys.committed import Committed

        self.yardstick: OwnershipMap | None = None
        """The map that every schema replayed from now on is measured with; set once the newest is known."""
        self.replayed = 0
        """Schemas that were replayed; equal ones count once."""
        self._committed: Committed = Committed(git)
        self._root: Path = git.folder
        self._map = _text_of(git.folder / MAP_FILE)
        self._map_fits = False
        self._options, self._on_progress, self._hints, self._below = options, on_progress, hints, below
        self._stack = stack
        self._servers: dict[PlatformKind, Prefixes] = {}
        self._read: dict[str, tuple[str, Repository]] = {}
        self._rules: dict[str, Rules] = {}
        self._proven: dict[tuple[str, frozenset[str] | None], Proven] = {}

    def read(self, commit: str) -> tuple[str, Repository]:
        """The SQL of a commit, and the key of what it comes to; nothing is replayed.

        Raises:
            UnreachableError: the commit or one of its trees is not in this clone.
        """
        if commit not in self._read:
            try:
                repository = self._committed.repository(commit, self._below)
            except EndedEarlyError as error:
                raise UnreachableError(
                    f"the files of commit {commit[:12]} are not in this clone: {error.said}",
                    "Fetch the whole history with `git fetch --unshallow` (or `git fetch --refetch` in a partial clone).",
                ) from error
            self._read[commit] = (self._key(repository), repository)
        return self._read[commit]

    def rules(self, commit: str) -> Rules | None:
        """The effective rules at a commit; None when it has no schema.

        Raises:
            ShadowError: the rehearsal server is gone.
            UnreachableError: the commit is not in this clone.
        """
        key, repository = self.read(commit)
        if key not in self._rules and repository.sources:
            with self._database(key, repository):
                pass
        return self._rules.get(key)

    def proven(self, commit: str, objects: frozenset[str] | None = None) -> Proven | None:
        """Rules, matrix and findings at a commit; None when it has no schema.

        Args:
            commit: full hash.
            objects: attack these alone, functions without their arguments and buckets as ``storage.objects``; None for everything.

        Raises:
            ShadowError: the rehearsal server is gone.
            UnreachableError: the commit is not in this clone.
        """
        key, repository = self.read(commit)
        whole = self._proven.get((key, None))
        if whole is not None or not repository.sources:
            return whole
        if (key, objects) not in self._proven:
            from assistant.attack.run import attack
            from assistant.attack.unseen import without_unseen
            from assistant.detect.run import detect

            with self._database(key, repository) as (shadow, rules):
                attacked = attack(
                    shadow,
                    rules.catalog,
                    rules.ownership,
                    workers=self._options.workers,
                    on_progress=self._on_progress if objects is None else None,
                    only=None if objects is None else named(rules.catalog, objects),
                )
            matrix = without_unseen(attacked, rules.replay.filled_in, rules.catalog)
            findings = detect(rules.catalog, rules.ownership, matrix, rules.replay)
            self._proven[key, objects] = Proven(rules=rules, matrix=matrix, findings=findings)
        return self._proven[key, objects]

    @contextmanager
    def _database(self, key: str, repository: Repository) -> Iterator[tuple[Shadow, Rules]]:
        """A shadow with the schema, for as long as the block runs, and its rules."""
        shadow, replay = self._prefixes(repository.platform).replay(
            repository.sources, generated=repository.generated_types, not_read=repository.not_read
        )
        self.replayed += 1
        with shadow:
            rules = self._rules.get(key)
            if rules is None:
                from assistant.engine.rehearsal import read_back

                catalog = read_back(repository, shadow)
                rules = Rules(
                    key=key,
                    repository=repository,
                    replay=replay,
                    catalog=catalog,
                    ownership=self._owners(catalog),
                )
                self._rules[key] = rules
            yield shadow, rules

    def _prefixes(self, platform: PlatformKind) -> Prefixes:
        if platform not in self._servers:
            from assistant.shadow.prefixes import Prefixes
            from assistant.shadow.server import open_server

            self._on_progress("starting the rehearsal database", 0, 0)
            server = self._stack.enter_context(open_server(self._options.shadow_url, platform=platform))
            self._servers[platform] = Prefixes(server, statement_seconds=self._options.statement_seconds)
        return self._servers[platform]

    def _owners(self, catalog: Catalog) -> OwnershipMap:
        from assistant.engine.rehearsal import owners

        inferred = owners(catalog, self._hints)
        mapped = self._mapped(inferred, catalog)
        if self.yardstick is None:
            return mapped
        from assistant.ownership.yardstick import measured

        return measured(mapped, self.yardstick, catalog)

    def _mapped(self, inferred: OwnershipMap, catalog: Catalog) -> OwnershipMap:
        """The operator's map of today over what is inferred; what speaks of columns that an older schema had not yet is left out there."""
        from assistant.engine.mapfile import map_from

        if not self._map:
            return inferred
        try:
            mapped = map_from(self._map, inferred, catalog)
        except UsageError:
            if not (self._map_fits or self.yardstick):
                raise  # the newest schema is read first: there it is a mistake of whoever wrote it
            return inferred
        self._map_fits = True
        return mapped

    def _key(self, repository: Repository) -> str:
        digest = hashlib.sha256()
        about = (__version__, self._map, repository.platform, repository.text_subject, repository.exposed_schemas)
        digest.update(repr(about).encode("utf-8", "surrogatepass"))
        for source in (*repository.sources, *repository.generated_types):
            digest.update(f"\0{source.path}\0{source.first_line}\0".encode("utf-8", "surrogateescape"))
            digest.update(source.text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


@contextmanager
def replays(
    git: Git,
    options: Options,
    on_progress: OnProgress,
    hints: Callable[[], CodeHints] | None = None,
    below: str = "",
) -> Iterator[Replays]:
    """Replays of the commits of a repository; its servers are stopped when the block ends.

    Args:
        git: at the top of the work tree, or in a bare repository.
        options: where it is rehearsed.
        on_progress: told what is done; may raise to stop.
        hints: brings the owner columns that the code of the newest commit names; called only when the schema leaves an owner open.
        below: in a monorepo, the folder whose migrations count, ending with a slash.
    """
    with ExitStack() as stack:
        yield Replays(git, options, on_progress, stack, hints, below)


def named(catalog: Catalog, objects: Iterable[str]) -> frozenset[Name]:
    """The objects of a catalog that are called so; of a column, the table."""
    called = set(objects) | {name.rpartition(".")[0] for name in objects}
    everything = (*catalog.tables, *catalog.views, *catalog.functions, *(one.name for one in catalog.sequences))
    return frozenset(name for name in everything if str(name).partition("(")[0] in called)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
