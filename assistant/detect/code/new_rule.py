"""Lays out the file of a new rule about code: ``python -m assistant.detect.code.new_rule shared-inbox``. It never writes over one that exists."""

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

from assistant.detect.code.access import accesses
from assistant.detect.code.judge import report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import confidence_of, facts_of, key_of
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="{id}",
    title="What is wrong, without a full stop",
    why="What happens and who can do it.",
    remedy="What to do instead.",
)

EXAMPLES = (CodeExample(quiet={}, leak={}),)


def find(context: CodeContext) -> Iterator[Finding]:
    """What it reports, and what it leaves alone."""
    for access in accesses(context):
        if access.query.table == "{id}":
            yield report(
                RULE,
                access.entry,
                "One sentence.",
                severity=Severity.LOW,
                confidence=confidence_of(access),
                queries=(access.query,),
                key=key_of(access.query),
                facts=facts_of(access),
            )
'''


def lay_out(id_: str, folder: Path = FOLDER) -> Path:
    """Write the file and give its path.

    Raises:
        UsageError: the id is not kebab-case, or the rule exists.
    """
    if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", id_):
        raise UsageError(f"{id_!r} is not a kebab-case id.", "Name the rule like id-only-lookup.")
    path = folder / f"{id_.replace('-', '_')}.py"
    if path.exists():
        raise UsageError(f"{path.name} exists already.", "Edit it, or choose another id.")
    path.write_text(LAYOUT.replace("{id}", id_), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{lay_out(sys.argv[1])}\n")
