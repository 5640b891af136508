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


def asked_apart(words: list[str]) -> list[range]:
    """The places of ``exists (…)`` that choose none of the outer rows: those behind a ``not``, and those that name no table outside."""
    low = [word.lower() for word in words]
    out: list[range] = []
    for number, word in enumerate(low):
        if word != "exists" or low[number + 1 : number + 2] != ["("]:
            continue
        end, depth = number + 2, 1
        while end < len(low) and depth:
            depth += (low[end] == "(") - (low[end] == ")")
            end += 1
        inside = range(number + 2, end)
        outside = _named(words, (*range(number), *range(end, len(words)))) - _named(words, tuple(inside))
        speaks = any(words[n].strip('"`') in outside and words[n + 1 : n + 2] == ["."] for n in inside)
        if low[number - 1 : number] == ["not"] or not speaks:
            out.append(inside)
    return out


def _named(words: list[str], places: tuple[int, ...]) -> set[str]:
    """Tables and their other names behind ``from``, ``join``, ``update`` and ``into``."""
    found: set[str] = set()
    for n in places:
        if words[n].lower() in {"from", "join", "update", "into"}:
            found |= {
                word.strip('"`') for word in words[n + 1 : n + 6] if word.isidentifier() or word[:1] in {'"', "`"}
            }
    return found
