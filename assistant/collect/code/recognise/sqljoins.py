"""Joins that keep no row away, whatever their conditions say."""

from __future__ import annotations


def keeps_all(words: list[str], number: int, end: int) -> bool:
    """``left join owner o on … and o.id = $1`` (its ``on`` at ``number``, its conditions up to ``end``): every row stays, and nothing else speaks of ``o``."""
    begin = next((n for n in range(number, 0, -1) if words[n].lower() == "join"), 0)
    if "left" not in [word.lower() for word in words[max(0, begin - 2) : begin]]:
        return False
    alias = words[number - 1].strip('"`')
    for n in (*range(begin), *range(end, len(words))):
        whole = words[n] == "*" and (n == 0 or words[n - 1] != ".")
        if whole or words[n].strip('"`') == alias:
            return False
    return True
