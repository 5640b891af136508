"""A query while the run goes on that came upon it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import Facts
from assistant.domain.code import ClientKind, Filter, Origin, Query, Tie, Written
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Callable

OF_SOMEBODY = frozenset({"office", "caller", "role", "secret", "signed"})
_OF_CALLER = OF_SOMEBODY | {"proven", "outside"}


@dataclass(slots=True, kw_only=True)
class QueryRecord:
    """A query while the run goes on: later compares may still bind it."""

    id: int
    place: Place
    reached_at: Place
    via: tuple[str, ...]
    engine: str
    client: ClientKind
    verb: str
    table: str
    at: tuple[int, int]
    columns: tuple[str, ...] | None
    filters: tuple[Filter, ...]
    written: tuple[Written, ...]
    order: int
    told_caller: bool
    branch: bool
    text: str
    facts: Facts
    under: tuple[int, ...]
    single: bool
    at_start: bool = False
    """It runs when the first request comes, and never again."""
    may_be_empty: bool = False
    """No error tells that there was no row."""
    below: tuple[tuple[str, Filter], ...] = ()
    """Conditions on rows that were read along, with the path of their relation."""
    filled: tuple[str, ...] = ()
    """Columns that are never empty."""
    tie: Tie | None = None
    returned: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    """Columns that the code takes out of the row before it goes on: ``({ token, ...rest }) => rest``."""

    @property
    def reads(self) -> bool:
        """True when nothing is changed by it."""
        return self.verb in {"select", "vector", "sign", "admit"}

    def compared(self) -> tuple[Origin, ...]:
        """Every origin its equality conditions compare with."""
        return tuple(
            origin for each in self.filters if each.operator in {"eq", "in", "match"} for origin in each.origins
        )

    def moved(self, moved: Callable[[Place], Place]) -> QueryRecord:
        """The same query of another run, in which it may be bound by other compares."""
        return replace(
            self,
            place=moved(self.place),
            reached_at=moved(self.reached_at),
            returned=set(self.returned),
            left_out=set(self.left_out),
        )

    def _columns(self) -> tuple[str, ...] | None:
        """What was asked for, with what was taken out behind a minus, as query builders spell it."""
        if not self.left_out or self.columns == ():
            return self.columns
        return (*(self.columns or ("*",)), *sorted(f"-{name}" for name in self.left_out))

    def finished(self, passed: tuple[int, ...], answered: Facts) -> Query:
        """The value of the code map.

        Args:
            passed: guards of branches that it does not stand on.
            answered: what was known wherever its rows were answered; of rows that are only read, that is what counts.
        """
        facts = self.facts | answered if self.reads else self.facts
        return Query(
            id=self.id,
            place=self.place,
            reached_at=self.reached_at,
            via=self.via,
            engine=self.engine,
            client=self.client,
            verb=self.verb,
            table=self.table,
            at=self.at,
            columns=self._columns(),
            filters=self.filters,
            written=self.written,
            tie=self.tie,
            order=self.order,
            returned=tuple(sorted(self.returned)),
            known=tuple(sorted({" ".join(map(str, fact)) for fact in facts if fact[0] in _OF_CALLER})),
            passed_by=passed,
            told_caller=self.told_caller,
            branch=self.branch,
            at_start=self.at_start,
            text=self.text,
        )
