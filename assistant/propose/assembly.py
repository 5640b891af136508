"""Several fixes as one migration: each statement once, what others need first, and the undo the other way round.

Fixes are complete in themselves, so that an operator may approve some of them; here what they share is written once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.fixes import Fix, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What a migration holds."""

    together: tuple[tuple[Fix, tuple[Statement, ...]], ...]
    """Fixes in order with those of their statements that belong into one transaction and were not written before."""
    alone: tuple[Statement, ...]
    """Statements that need a file (and no transaction) of their own."""
    undo: tuple[Statement, ...]
    """Backward, in order: an object is dropped after the last one that uses it."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Everything forward, in order."""
        return (*(statement for _, part in self.together for statement in part), *self.alone)


def assemble(fixes: Iterable[Fix]) -> Assembly:
    """Put fixes together in application order."""
    ordered = sorted(fixes, key=lambda fix: (fix.order, fix.id))
    seen: set[str] = set()
    together: list[tuple[Fix, tuple[Statement, ...]]] = []
    alone: list[Statement] = []
    for fix in ordered:
        part: list[Statement] = []
        for statement in fix.statements:
            # a policy is dropped and created in pairs: leaving half of a second pair out would break the other half
            if statement.sql in seen and " POLICY " not in statement.sql.partition("\n")[0]:
                continue
            seen.add(statement.sql)
            (alone if statement.own_file else part).append(statement)
        together.append((fix, tuple(part)))
    backward = [statement for fix in reversed(ordered) for statement in fix.undo]
    last: dict[str, Statement] = {}
    for statement in backward:
        last.pop(statement.sql, None)
        last[statement.sql] = statement
    return Assembly(together=tuple(together), alone=tuple(alone), undo=tuple(last.values()))
