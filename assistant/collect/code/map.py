"""Assembles the code map of a repository: reads its files, finds its entries, follows each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.boundary import boundary
from assistant.collect.code.entries import called_from_outside, services_beside
from assistant.collect.code.follow.entry import follow, unfollowed, world_of
from assistant.collect.code.follow_apart import apart
from assistant.collect.code.handed_out import kept_back
from assistant.collect.code.links import links, tables
from assistant.collect.code.manifests import exposed, oracle_of, read_builds, told_by_build
from assistant.collect.code.marks import marks
from assistant.collect.code.program import Program
from assistant.collect.code.reached import called_behind_entries, named_nowhere
from assistant.collect.collector import no_collector
from assistant.collect.firebase import documents
from assistant.collect.hosts import hosts
from assistant.collect.prisma import models
from assistant.domain.code import ActKind, CodeMap, Entry, EntryKind, OriginKind, Unresolved
from assistant.domain.code_words import is_callers
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.follow.world import World
    from assistant.collect.code.manifests import Build
    from assistant.collect.code.sources import Sources
    from assistant.domain.syntax import Module

    OnProgress = Callable[[str, int, int], None]

_ONLY_WITH_QUERIES = frozenset(
    {EntryKind.PAGE, EntryKind.COMPONENT, EntryKind.SERVICE, EntryKind.SERVER_PROPS, EntryKind.TOOL}
)
_BY_TOOLS = frozenset({ActKind.FETCH, ActKind.PROVIDER, ActKind.DECRYPT})
"""What a tool does for a model besides querying."""
_FOLLOWING = "following entry points"


def read_code(
    root: Path,
    *,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CodeMap:
    """The code map of a work tree.

    Args:
        root: top of the repository.
        workers: processes that read files.
        on_progress: told what is done, how many are done, of how many; may raise to stop.
        cancelled: asked now and then; True stops.
    """
    from assistant.collect.code.pool import read_modules

    sources = read_modules(root, workers=workers, on_progress=on_progress, cancelled=cancelled)
    return follow_code(root, sources, workers=workers, on_progress=on_progress, cancelled=cancelled)


def follow_code(
    root: Path,
    sources: Sources,
    *,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
    within: frozenset[str] | None = None,
) -> CodeMap:
    """The second half of ``read_code``: the map of files that were read already; ``within`` are the only files whose entries are followed."""
    builds = read_builds(root)
    found = assemble(
        sources.modules,
        sources.manifests,
        builds=builds,
        workers=workers,
        on_progress=on_progress,
        cancelled=cancelled,
        within=within,
    )
    return replace(found, not_read=sources.not_read)


def map_of(files: Mapping[str, str]) -> CodeMap:
    """The code map of files given as text: for examples and tests."""
    from assistant.collect.code.read import read_module

    code = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py")
    modules = {path: read_module(path, text.encode()) for path, text in files.items() if path.endswith(code)}
    manifests = {path: text.encode() for path, text in files.items() if path not in modules}
    manifests |= {
        path: text.encode() for path, text in files.items() if path.rpartition("/")[2].startswith("next.config.")
    }
    return assemble(modules, manifests)


def assemble(
    modules: Mapping[str, Module],
    manifests: Mapping[str, bytes],
    *,
    builds: tuple[Build, ...] = (),
    workers: int = 1,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
    within: frozenset[str] | None = None,
) -> CodeMap:
    """The code map of parsed modules; ``builds`` are Next's own manifests, ``workers`` the processes that follow, ``within`` the files whose entries are."""
    program = Program(modules, manifests)
    with no_collector():
        points = tuple(told_by_build(point, builds) for point in called_from_outside(program))
        beside = cache(lambda: _Beside(program, points))

        def tell(done: int) -> None:
            if on_progress is not None:
                on_progress(_FOLLOWING, done, len(points))

        way = _Way(program, builds, workers, tell, cancelled or (lambda: False), within)
        entries = tuple(_followed(way, points, beside))
        aside = beside()
    partly = tuple(
        Place(file=path, line=module.gaps[0].line, symbol=module.gaps[0].reason)
        for path, module in sorted(modules.items())
        if module.gaps
    )
    unresolved = {(one.says, one.place.file): one for entry in entries for one in entry.unresolved}
    unresolved |= {(one.says, one.place.file): one for one in aside.missing}
    return CodeMap(
        entries=entries,
        browser=aside.browser,
        server=aside.server,
        hosts=hosts(manifests),
        documents=documents(manifests),
        models=(*models(manifests), *tables(program)),
        links=links(program),
        marks=aside.marks,
        owner_columns=_owner_columns(entries),
        files=len(modules),
        partly_read=partly,
        unresolved=tuple(unresolved.values()),
        oracle=oracle_of(builds),
        idioms=_idioms(entries),
    )


class _Beside:
    """What is known of a program without following it: this process finds it out while copies follow."""

    def __init__(self, program: Program, points: tuple[EntryPoint, ...]) -> None:
        services = services_beside(program, points)
        called = called_behind_entries(program, points, frozenset(point.module for point in services))
        self.services = tuple(point for point in services if (point.module, point.symbol) not in called)
        self.uncalled = frozenset(
            point.id for point in self.services if named_nowhere(program, point.module, point.symbol or "")
        )
        self.browser, self.server = boundary(program)
        self.marks = marks(program)
        self.kept_back = kept_back(program)
        self.missing = tuple(_missing(program))


class _Way(NamedTuple):
    """How entries are followed."""

    program: Program
    builds: tuple[Build, ...]
    workers: int
    tell: Callable[[int], None]
    cancelled: Callable[[], bool]
    within: frozenset[str] | None


def _followed(way: _Way, points: tuple[EntryPoint, ...], beside: Callable[[], _Beside]) -> Iterator[Entry]:
    """The entries by place: first those that somebody reaches, then services that nobody behind them calls."""
    visited: set[tuple[str, int]] = set()
    kept: list[tuple[EntryPoint, Entry]] = []
    early = sorted((one for one in points if _is_wanted(way, one)), key=lambda point: point.module)

    def begin() -> Callable[[EntryPoint], tuple[Entry, frozenset[tuple[str, int]]]]:
        return partial(follow, world_of(way.program, points))

    answers = apart(
        early,
        begin,
        workers=way.workers,
        tell=way.tell,
        cancelled=way.cancelled,
        meanwhile=beside,
        lost=lambda point: unfollowed(world_of(way.program, points), point),
    )
    for point, answer in zip(early, answers, strict=True):
        if answer is not None:
            kept.append((point, answer[0]))
            visited |= answer[1]
    late = tuple(one for one in beside().services if _is_wanted(way, one))
    for point, one in zip(late, _followed_late(way, points, late, visited), strict=True):
        kept += [(point, entry) for entry in one or ()]
    told = [(point, _beheld(way, beside(), point, entry)) for point, entry in kept if _matters(entry)]
    told.sort(key=lambda pair: (pair[1].place, pair[1].id))
    yield from (entry for _, entry in told)


def _followed_late(
    way: _Way, points: tuple[EntryPoint, ...], late: tuple[EntryPoint, ...], visited: set[tuple[str, int]]
) -> list[tuple[Entry, ...] | None]:
    """Services: nothing for those that somebody called before; None for those left when it was cancelled."""

    def begin() -> Callable[[EntryPoint], tuple[Entry, ...]]:
        return partial(_unless_visited, world_of(way.program, points), set(visited))

    return apart(
        late,
        begin,
        workers=way.workers,
        tell=lambda _: None,
        cancelled=way.cancelled,
        lost=lambda point: (unfollowed(world_of(way.program, points), point)[0],),
        in_turn=True,
    )


def _unless_visited(world: World, visited: set[tuple[str, int]], point: EntryPoint) -> tuple[Entry, ...]:
    if (point.module, point.at[0]) in visited:
        return ()
    entry, went = follow(world, point)
    visited |= went
    return (entry,)


def _beheld(way: _Way, beside: _Beside, point: EntryPoint, entry: Entry) -> Entry:
    """With what is known of it beside following it."""
    entry = replace(entry, exposed=exposed(point, way.builds)) if way.builds else entry
    entry = replace(entry, uncalled=True) if point.never_runs or entry.id in beside.uncalled else entry
    return replace(entry, kept_back=True) if entry.id in beside.kept_back else entry


def _is_wanted(way: _Way, point: EntryPoint) -> bool:
    return way.within is None or point.module in way.within


def _matters(entry: Entry) -> bool:
    """Pages, props and tools are kept when they query, send people where the request says, keep what they fetch, or act for a model."""
    if entry.queries or entry.kind not in _ONLY_WITH_QUERIES or (entry.guards and entry.is_layout):
        return True
    return any(
        (
            act.kind is ActKind.REDIRECT
            and any(one.kind is OriginKind.REQUEST for part in act.parts for one in part.origins)
        )
        or (act.kind is ActKind.FETCH and bool(act.detail))
        or (entry.kind is EntryKind.TOOL and act.kind in _BY_TOOLS)
        for act in entry.acts
    )


def _missing(program: Program) -> Iterator[Unresolved]:
    """Imports of files that should be in the repository and are not: generated code, packages that were not checked out."""
    for path, module in sorted(program.modules.items()):
        for one in module.imports:
            if not one.type_only and program.target(path, one.source) is None and program.missing(path, one.source):
                place = Place(file=path, line=module.line(one.at), symbol=one.local or None)
                yield Unresolved(says=f'import "{one.source}" is not in the repository', place=place)


def _owner_columns(entries: tuple[Entry, ...]) -> dict[str, tuple[str, ...]]:
    """Columns that the application itself compares with its caller."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for query in entry.queries:
            for each in query.filters:
                if each.operator == "eq" and each.column and any(is_callers(one) for one in each.origins):
                    found[query.table].add(each.column)
    return {table: tuple(sorted(columns)) for table, columns in sorted(found.items()) if table}


def _idioms(entries: tuple[Entry, ...]) -> dict[str, str]:
    """What most entries of the repository do."""
    guards = Counter(
        guard.chain[0] if guard.chain else guard.says
        for entry in entries
        for guard in entry.guards
        if guard.kind == "session" and guard.weakness is None
    )
    validation = Counter(act.detail for entry in entries for act in entry.acts if act.kind == "validate" and act.detail)
    out = {}
    if guards:
        out["guard"] = min(guards, key=lambda name: (-guards[name], name))
    if validation:
        out["validation"] = min(validation, key=lambda name: (-validation[name], name))
    return out
