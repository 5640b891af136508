"""What stands behind one ranked commit: its hunks, and what it changed for the actors; read when somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.deploys import Lane


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.domain.deploys import Suspect
    from assistant.engine.behaviour import Behaviour
    from assistant.engine.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Brings what stands behind a commit; both take a while and belong into a worker."""

    hunks: Callable[[], tuple[str, str]]
    """The diff, and what is left out of it."""
    behaviour: Callable[[], str] | None = None
    """What actors can do after it that they could not do before it; None when it changed no rule of the database."""


def reader(world: World, words: Callable[[Behaviour], str], suspect: Suspect) -> Reader:
    """What can be read of a commit of the incident's repository.

    Args:
        world: of the incident; its rehearsal stays as it is, the commits get their own.
        words: how a behaviour is told.
        suspect: the commit.
    """
    commit = suspect.commit

    def hunks() -> tuple[str, str]:
        from assistant.collect.deploys.patch import patch_of
        from assistant.collect.git import top_of

        first = tuple(reason.file for reason in suspect.reasons if reason.file)
        return patch_of(top_of(world.root).bare(), commit, first)

    def behaviour() -> str:
        from assistant.collect.git import top_of
        from assistant.engine.behaviour import behaviour as difference

        git = top_of(world.root)
        folder = world.options.folder
        below = "" if folder is None else f"{folder.relative_to(git.folder).as_posix()}/"
        spec = f"{commit.parents[0]}..{commit.sha}"
        return words(difference(git, spec, world.options, lambda _says, _done, _total: None, below=below))

    touches_rules = Lane.MIGRATIONS in commit.lanes() and commit.parents
    return Reader(hunks=hunks, behaviour=behaviour if touches_rules else None)
