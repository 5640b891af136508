"""Possessive quantifiers and atomic groups match wrongly in Python 3.11.0 to 3.11.4, which Debian 12 still ships."""

from __future__ import annotations

import re
from pathlib import Path


ROOT = Path(__file__).parents[2]
POSSESSIVE = re.compile(r"(?<!\\)(?:[*+?}]\+|\(\?>)")


def test_no_pattern_is_possessive() -> None:
    faults = []
    for folder in ("assistant", "codemods"):
        for path in (ROOT / folder).rglob("*.py"):
            for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if POSSESSIVE.search(line) and '"+++' not in line:
                    faults.append(f"{path.relative_to(ROOT)}:{n}")
    assert not faults
