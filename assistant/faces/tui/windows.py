"""The screens that show what the engine knows, each made from the world in a worker; what they save goes through a step like everything."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from assistant.engine.commands import Run


if TYPE_CHECKING:
    from assistant.domain.code import Decisions
    from assistant.domain.ownership import OwnershipMap
    from assistant.engine.world import World
    from assistant.faces.tui.app import StanchApp
    from assistant.faces.tui.screens.bisect import BisectScreen
    from assistant.faces.tui.screens.code import CodeScreen
    from assistant.faces.tui.screens.deploys import DeploysScreen
    from assistant.faces.tui.screens.matrix import MatrixScreen
    from assistant.faces.tui.screens.ownership import OwnershipScreen


def matrix(world: World) -> MatrixScreen:
    """Who can do what to which table."""
    from assistant.faces.tui.screens.matrix import MatrixScreen

    return MatrixScreen(world.rehearsal().attack())


def owners(app: StanchApp, world: World) -> OwnershipScreen:
    """Who owns the rows; the step that saves the map asks for approval like every other."""
    from assistant.faces.tui.screens.ownership import OwnershipScreen

    def save(ownership: OwnershipMap) -> None:
        world.rehearsal().use(ownership)
        app.send(Run(step="ownership-map"))

    rehearsal = world.rehearsal()
    return OwnershipScreen(rehearsal.ownership, rehearsal.catalog, save)


def code(app: StanchApp, world: World) -> CodeScreen:
    """Every way into the code; what is said about routes is saved by the step that asks about them."""
    from assistant.engine.codeview import numbers, rows_of
    from assistant.engine.decisions import load_decisions
    from assistant.faces.tui.screens.code import CodeScreen

    def save(decisions: Decisions) -> None:
        world.decisions = decisions
        app.send(Run(step="public-routes"))

    def close(entry: str) -> None:
        world.closing = (*(one for one in world.closing if one != entry), entry)
        app.send(Run(step="close-routes"))

    half = world.code()
    rows = rows_of(half)
    said = world.decisions or load_decisions(world.root)
    return CodeScreen(rows, numbers(half, rows), said, save, close)


def deploys(app: StanchApp, world: World) -> DeploysScreen:
    """The commits since the last good one, ranked; names of people are shown here and kept nowhere."""
    from assistant.engine.commitview import reader
    from assistant.engine.lookback import beginning
    from assistant.faces.tui.bisect_view import behaviour_words
    from assistant.faces.tui.screens.deploys import DeploysScreen

    assert app.incident is not None
    start = beginning(app.incident, world.root, world.now())
    return DeploysScreen(world.history(start.revision, start.seen), partial(reader, world, behaviour_words))


def bisect(app: StanchApp, first: str, world: World) -> BisectScreen:
    """The leaks that can be looked for, and a search for one of them."""
    from assistant.engine.hunting import hunt_in, stretch_of, wanted
    from assistant.faces.tui.screens.bisect import BisectScreen

    assert app.incident is not None
    leaks = wanted(world)
    good, says = stretch_of(world, app.incident)
    return BisectScreen(leaks, says, hunt_in(world, good), first)
