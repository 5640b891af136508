"""Lays out the file of a new rule: ``python -m assistant.detect.new_rule shared-inbox``. It never writes over one that exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from assistant.domain.errors import UsageError


FOLDER: Final = Path(__file__).parent / "rules"
LAYOUT: Final = '''\
"""One line: what is wrong with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.judge import lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="{id}",
    title="What is wrong, without a full stop",
    why="What happens and who can do it.",
    remedy="What to do instead.",
)

EXAMPLES = (Example(setup="", leak="", mend=""),)


def find(context: Context) -> Iterator[Finding]:
    """What it reports, and what it leaves alone."""
    for table in context.tables():
        if table.comment == "{id}":
            yield report(RULE, Subject(kind="table", name=str(table.name)), "One sentence.", lint(), context.table_place(table))
'''


def lay_out(id_: str, folder: Path = FOLDER) -> Path:
    """Write the file and give its path.

    Raises:
        UsageError: the id is not kebab-case, or the rule exists.
    """
    if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", id_):
        raise UsageError(f"{id_!r} is not a kebab-case id.", "Name the rule like rls-off.")
    path = folder / f"{id_.replace('-', '_')}.py"
    if path.exists():
        raise UsageError(f"{path.name} exists already.", "Edit it, or choose another id.")
    path.write_text(LAYOUT.replace("{id}", id_), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{lay_out(sys.argv[1])}\n")
