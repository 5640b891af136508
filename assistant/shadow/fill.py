"""What is made in a shadow before the first file: tables that the files use and no file makes, as the generated types describe them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.shadow.generated import GeneratedTable, read_generated
from assistant.sql.survey import referred_columns, survey


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.replay import Source


_DIMENSIONS: Final = re.compile(r"\bvector\s*\(\s*(\d{1,5})\s*\)", re.IGNORECASE)
_LARGE: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """The statements, in order."""

    enums: tuple[str, ...] = ()
    """Statements that make the types of their columns."""
    vector: bool = False
    """Some column is a vector."""
    tables: tuple[tuple[GeneratedTable, tuple[str, ...]], ...] = ()
    """Each with the statements that make it."""

    @property
    def text(self) -> str:
        """All of it: when it differs, so may everything that is replayed after it."""
        made = [statement for _, statements in self.tables for statement in statements]
        keys = [statement for table, _ in self.tables for statement in table.foreign_keys()]
        return "\n".join([str(self.vector), *self.enums, *made, *keys])


def plan_fill(sources: Sequence[Source], generated: Sequence[Source]) -> Fill:
    """Which tables ``generated`` has to lend to ``sources``."""
    if not generated:
        return Fill()
    tables, enums = read_generated(source.text for source in generated)
    known = survey(sources)
    wanted = sorted((known.needed - known.made) & tables.keys())
    needed_types = {column.type for name in wanted for column in tables[name].columns}
    keys = referred_columns(sources)
    sizes = Counter(size for source in sources for size in _DIMENSIONS.findall(source.text[:_LARGE]))
    vector = f"vector({sizes.most_common(1)[0][0]})" if sizes else "text"
    return Fill(
        enums=tuple(enum.statement() for enum in enums.values() if enum.type in needed_types),
        vector="vector" in needed_types,
        tables=tuple(
            (tables[name], tuple(tables[name].statements(unique=keys.get(name, ()), vector=vector))) for name in wanted
        ),
    )
