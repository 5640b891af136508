"""What stands behind one ranked commit: its hunks, and what it changed for the actors; read when somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.domain.deploys import Suspect
    from assistant.engine.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Brings what stands behind a commit; both take a while and belong into a worker."""

    hunks: Callable[[], tuple[str, str]]
    """The diff, and what is left out of it."""
    behaviour: Callable[[], str] | None = None
    """What actors can do after it that they could not do before it; None when that cannot be told here."""


def reader(world: World, suspect: Suspect) -> Reader:
    """What can be read of a commit of the incident's repository."""

    def hunks() -> tuple[str, str]:
        from assistant.collect.deploys.patch import patch_of
        from assistant.collect.git import top_of

        first = tuple(reason.file for reason in suspect.reasons if reason.file)
        return patch_of(top_of(world.root).bare(), suspect.commit, first)

    return Reader(hunks=hunks)
