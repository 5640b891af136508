"""Which of the layouts of a repository rebuild its database.

A tool's migrations are what runs in production, so they come before files that describe the same tables. What a chosen layout uses and
does not make is looked for in the rest: a schema.sql that makes it becomes the base. Every layout that is not chosen keeps its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.collect import set_aside
from assistant.domain.repository import AlsoThere
from assistant.sql.survey import Survey, survey


if TYPE_CHECKING:
    from assistant.collect.layouts import Found
    from assistant.domain.replay import Layout


_FEW: Final = 2
_TOOLS: Final = ("supabase", "prisma", "drizzle")


@dataclass(slots=True)
class Choice:
    """The outcome."""

    layouts: list[Layout]
    """In replay order."""
    also_there: list[AlsoThere]
    """The rest."""
    why: str
    """One sentence."""


def choose(found: Found) -> Choice:
    """Choose among the layouts of ``found``."""
    return _Choosing(found).choice()


class _Choosing:
    """One choice, step by step."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.surveys = (
            {id(layout): survey(layout.sources) for layout in found.layouts} if len(found.layouts) > 1 else {}
        )
        self.chosen: list[Layout] = []
        self.also_there: list[AlsoThere] = []
        self.base: list[Layout] = []

    def choice(self) -> Choice:
        layouts = self.found.layouts
        scripts = [layout for layout in layouts if layout.kind == "script"]
        rest = [layout for layout in layouts if layout.kind != "script"]
        groups: list[list[Layout]] = [
            [layout for layout in rest if layout.kind in _TOOLS],
            [layout for layout in rest if layout.kind == "supabase-schemas"],
            [layout for layout in rest if layout.kind == "numbered"],
            [
                layout
                for layout in rest
                if layout.kind in {"schema-file", "dump"} and layout.root not in self.found.pasted
            ],
            [layout for layout in rest if layout.root in self.found.pasted and layout.kind == "schema-file"],
        ]
        left: list[Layout] = []
        for group in groups:
            real = self._without_examples(group)
            if real and (not self.chosen or (group is groups[-1] and self._by_hand())):
                self._take(real)
            else:
                left += real
        self._add_bases(left)
        ordered = [*self.base, *self._ordered()]
        if ordered:
            ordered = [*scripts, *ordered]
        else:
            left += scripts
        for layout in left:
            self.also_there.append(AlsoThere(layout=layout, why=self._why_not(layout)))
        return Choice(ordered, self.also_there, self._why(ordered))

    def _by_hand(self) -> bool:
        """True when only single files are chosen: whoever has no migrations pastes the schema first and the rest after it."""
        return all(layout.kind in {"schema-file", "dump"} for layout in self.chosen)

    def _survey(self, layout: Layout) -> Survey:
        return self.surveys.get(id(layout)) or Survey()

    def _without_examples(self, group: list[Layout]) -> list[Layout]:
        """Leave examples out, unless there is nothing else in the whole repository."""
        if all(set_aside.is_example(f"{layout.root}/") for layout in self.found.layouts):
            return group
        real = []
        for layout in group:
            if set_aside.is_example(f"{layout.root}/"):
                self.also_there.append(
                    AlsoThere(layout=layout, why="It lies in a folder of examples, templates or documentation.")
                )
            else:
                real.append(layout)
        return real

    def _take(self, group: list[Layout]) -> None:
        """Choose each layout of a group that is not another description of the same tables."""
        for layout in sorted(
            group, key=lambda one: (-len(self._survey(one).made), -len(one.sources), one.root.count("/"), one.root)
        ):
            made = self._survey(layout).made
            twin = next((one for one in self.chosen if self._is_twin(layout, one)), None)
            if twin is None:
                self.chosen.append(layout)
            else:
                same = len(made & self._survey(twin).made)
                why = f"{same} of its {len(made)} tables are made by {twin.root} too."
                self.also_there.append(AlsoThere(layout=layout, why=why))

    def _is_twin(self, layout: Layout, other: Layout) -> bool:
        """True when most of what a layout makes ``other`` makes too. Files of one folder may share a table or two: they belong together."""
        same = self._survey(layout).made & self._survey(other).made
        beside = (
            layout.kind == other.kind == "schema-file"
            and layout.root.rpartition("/")[0] == other.root.rpartition("/")[0]
        )
        return bool(same) and len(same) * 2 >= len(self._survey(layout).made) and not (beside and len(same) <= _FEW)

    def _add_bases(self, left: list[Layout]) -> None:
        """Put what makes the missing tables before what uses them."""
        while True:
            made = (
                set().union(*(self._survey(layout).made for layout in (*self.base, *self.chosen)))
                if self.chosen
                else set()
            )
            needed = (
                set().union(*(self._survey(layout).needed for layout in (*self.base, *self.chosen)))
                if self.chosen
                else set()
            )
            # needed before it is made in the same history (a table made in the dashboard, later written down) is missing as well
            early = {name for layout in self.chosen for name in self._survey(layout).needed}
            missing = (needed - made) or (
                early - set().union(*(self._survey(layout).made for layout in self.base), *self._others())
            )
            best = max(
                (layout for layout in left if self._survey(layout).made & missing),
                key=lambda layout: (
                    len(self._survey(layout).made & missing),
                    layout.kind == "dump",
                    -layout.root.count("/"),
                ),
                default=None,
            )
            if best is None:
                return
            left.remove(best)
            self.base.insert(0, best)

    def _others(self) -> list[set[str]]:
        """With several histories, what one needs another may make."""
        return [self._survey(layout).made for layout in self.chosen] if len(self.chosen) > 1 else []

    def _ordered(self) -> list[Layout]:
        """Chosen layouts, those first that make what others need."""
        waiting = list(self.chosen)
        ordered: list[Layout] = []
        while waiting:
            free = [
                layout
                for layout in waiting
                if not any(
                    self._survey(layout).needed & self._survey(other).made for other in waiting if other is not layout
                )
            ]
            following = (free or waiting)[0]
            ordered.append(following)
            waiting.remove(following)
        return ordered

    def _why_not(self, layout: Layout) -> str:
        made = self._survey(layout).made
        by = next((one for one in self.chosen if made & self._survey(one).made), None)
        if by is not None:
            same = len(made & self._survey(by).made)
            return f"{same} of its {len(made)} tables are made by {by.root}, which is what runs."
        if not self.chosen:
            return "It makes no schema of its own."
        return f"{self.chosen[0].root} is what runs, and nothing in it needs this; give it with --schema to replay it alone."

    def _why(self, ordered: list[Layout]) -> str:
        if not ordered:
            return "There is no SQL that makes a schema."
        names = ", then ".join(layout.root for layout in ordered)
        if self.base:
            return f"Replayed: {names}; {self.base[0].root} comes first because it makes tables that the migrations only change."
        if self.also_there:
            return f"Replayed: {names}; {len(self.also_there)} other descriptions of a schema were set aside."
        return f"Replayed: {names}."
