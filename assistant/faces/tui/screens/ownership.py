"""The ownership map: who owns the rows of each table, with the evidence; Enter edits, ``w`` saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from assistant.domain.ownership import OwnerKind
from assistant.faces.tui.map_view import ASKS, SURE, change, edited, says, table_of, with_entry
from assistant.faces.tui.screens.dialogs import Choose, Say, Write
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.lists import Owners
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from assistant.domain.catalog import Catalog
    from assistant.domain.ownership import Ownership, OwnershipMap

KEEP = "keep it"
LEAVE = "leave it as it was"


class OwnershipScreen(Frame):
    """Doubtful entries come first: they are what the operator has to look at."""

    BINDINGS: ClassVar = keys("map")

    def __init__(self, ownership: OwnershipMap, catalog: Catalog, save: Callable[[OwnershipMap], None]) -> None:
        """Edit ``ownership``; ``save`` is called with the whole map when the operator says so."""
        super().__init__()
        self.ownership, self.catalog, self.save = ownership, catalog, save
        self.changed = False
        self.order: tuple[Ownership, ...] = ()

    def body(self) -> Iterable[Widget]:
        """The table, and the evidence of the entry under the cursor."""
        yield Static("", id="summary", classes="line", markup=False)
        yield Owners(id="map", cursor_type="row", zebra_stripes=True)
        with VerticalScroll(classes="page", id="evidence-page"):
            yield Static("", id="evidence", markup=False)

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one("#map", Owners)
        for column in ("object", "owner", "columns", "sure"):
            table.add_column(column, key=column)
        self._fill()
        table.focus()

    def _fill(self) -> None:
        table = self.query_one("#map", Owners)
        cursor = table.cursor_row
        ranks = {OwnerKind.UNKNOWN: 0}
        sure = list(SURE)
        self.order = tuple(
            sorted(
                self.ownership.entries.values(),
                key=lambda entry: (ranks.get(entry.kind, 1), -sure.index(entry.confidence), str(entry.name)),
            )
        )
        table.clear()
        for entry in self.order:
            mark = "confirmed" if entry.confirmed else SURE[entry.confidence]
            table.add_row(plain(str(entry.name)), plain(entry.kind.value), plain(", ".join(entry.columns)), plain(mark))
        table.move_cursor(row=cursor)
        asked = sum(entry.kind is OwnerKind.UNKNOWN for entry in self.order)
        state = "changed, not saved" if self.changed else "confirmed" if self.ownership.confirmed else "inferred"
        self.query_one("#summary", Static).update(
            plain(f"{len(self.order)} objects, {asked} to be said by you; {state}")
        )

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show why."""
        if event.cursor_row < len(self.order):
            entry = self.order[event.cursor_row]
            lines = [says(entry), *(f"- {evidence}" for evidence in entry.evidence)]
            for name, columns in (("sensitive", entry.sensitive), ("not for the owner to write", entry.privileged)):
                if columns:
                    lines.append(f"{name}: {', '.join(columns)}")
            self.query_one("#evidence", Static).update(plain("\n".join(lines)))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter on a row."""
        event.stop()
        self.action_edit_owner()

    @work(exclusive=True, group="edit")
    async def action_edit_owner(self) -> None:
        """Ask for the kind, then for what that kind needs, then whether to keep it."""
        row = self.query_one("#map", Owners).cursor_row
        if row >= len(self.order):
            return
        entry = self.order[row]
        kind = await self.app.push_screen_wait(
            Choose(f"Who owns a row of {entry.name}?", [kind.value for kind in OwnerKind], says(entry))
        )
        if kind is None:
            return
        answer: str | None = ""
        if OwnerKind(kind) in ASKS:
            start = (
                ", ".join(entry.columns)
                if OwnerKind(kind) not in {OwnerKind.PUBLIC, OwnerKind.SERVICE, OwnerKind.CONDITIONAL}
                else ""
            )
            answer = await self.app.push_screen_wait(Write(ASKS[OwnerKind(kind)], value=start))
        if answer is None:
            return
        after = edited(entry, OwnerKind(kind), answer, table_of(self.catalog, entry), self.ownership)
        if isinstance(after, str):
            await self.app.push_screen_wait(Say(f"That does not fit {entry.name}.", after))
            return
        if await self.app.push_screen_wait(Choose("Keep this?", [KEEP, LEAVE], change(entry, after))) == KEEP:
            self.ownership = with_entry(self.ownership, after)
            self.changed = True
            self._fill()

    def action_save_map(self) -> None:
        """Write stanch.toml."""
        self.changed = False
        self._fill()
        self.save(self.ownership)

    def action_back(self) -> None:
        """Leave, but never lose an edit without asking."""
        self._leave()

    @work(exclusive=True, group="edit")
    async def _leave(self) -> None:
        if self.changed:
            answer = await self.app.push_screen_wait(
                Choose("The map was changed and not saved.", ["save it", "drop the changes", "stay"])
            )
            if answer in {None, "stay"}:
                return
            if answer == "save it":
                self.action_save_map()
        self.app.pop_screen()
