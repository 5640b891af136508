"""What follows ``b!.c`` binds as it is written, whatever the grammar makes of it."""

from __future__ import annotations

import pytest

from tests.unit.collect.code.test_read_typescript import same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("loan.owner !== auth.user!.id", "loan.owner !== auth.user.id"),
        ("a.x !== b!.id && a.y !== b!.id", "a.x !== b.id && a.y !== b.id"),
        ("a ?? b!.c.d(e)", "a ?? b.c.d(e)"),
        ("x ? y : z!.k", "x ? y : z.k"),
        ('s!.role === "A" && s!.org === null', 's.role === "A" && s.org === null'),
        ('x === "A" && s!.org === y.id', 'x === "A" && s.org === y.id'),
        ("!first && s!.org !== id", "!first && s.org !== id"),
        ("a === 1 || b!.c === 2 && d!.e !== 3", "a === 1 || b.c === 2 && d.e !== 3"),
        ("a || b!.c && d!.e === f", "a || b.c && d.e === f"),
        ("a && (b || c)!.e === d", "a && (b || c).e === d"),
        ("a && (b || c)! === d", "a && (b || c) === d"),
        ("(a && b!.c) === d", "(a && b.c) === d"),
        ("a === b! && c", "a === b && c"),
        ("x + s!.n * 2 + t!.m", "x + s.n * 2 + t.m"),
        ("q(a && b![0] === 1)", "q(a && b[0] === 1)"),
        ("(!a ? b : c!.d === e)", "(!a ? b : c.d === e)"),
        ("a && typeof b!.c === 'x'", "a && typeof b.c === 'x'"),
        ("rows.filter((r) => r.x === 1 && r!.y === s!.id)", "rows.filter((r) => r.x === 1 && r.y === s.id)"),
    ],
)
def test_what_is_surely_there_does_not_take_the_comparison_along(one, other):
    """The grammar reads ``(loan.owner !== auth.user)!.id``, and every owner check in that spelling was lost."""
    same(one, other)
