"""Small code maps by hand, and small repositories followed by the real follower."""

from __future__ import annotations

import textwrap
from itertools import count

from assistant.detect.code.run import report_code
from assistant.domain.code import (
    ClientKind,
    CodeMap,
    Entry,
    EntryKind,
    Filter,
    Guard,
    GuardKind,
    Origin,
    OriginKind,
    Query,
    Tie,
    TieKind,
    Written,
)
from assistant.domain.facts import Place
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind, Ownership, OwnershipMap


_order = count(1)


def asked(path):
    return Origin(OriginKind.REQUEST, path)


def caller(path="session.user.id"):
    return Origin(OriginKind.CALLER, path)


def where(column, *origins, operator="eq"):
    return Filter(column=column, operator=operator, origins=origins)


def sets(column, *origins):
    return Written(column=column, origins=origins)


def tied(kind=TieKind.FILTER, says="user_id = caller", order=0):
    return Tie(kind=kind, says=says, order=order)


def a_guard(kind=GuardKind.SESSION, *, says="auth()", order=None, file="app/api/chats/route.ts", line=3, **more):
    place = Place(file=file, line=line)
    return Guard(kind=kind, says=says, place=place, order=order or 0, **more)


def a_query(
    table,
    verb="select",
    *filters,
    client=ClientKind.POOL,
    engine="prisma",
    file="app/api/chats/route.ts",
    line=9,
    **more,
):
    place = more.pop("place", Place(file=file, line=line, symbol=more.pop("symbol", "GET")))
    made = next(_order)
    return Query(
        id=more.pop("id", made),
        place=place,
        reached_at=more.pop("reached_at", place),
        via=(),
        engine=engine,
        client=client,
        verb=verb,
        table=table,
        filters=filters,
        order=more.pop("order", made),
        **more,
    )


def an_entry(
    path="/api/chats",
    verb="GET",
    *,
    kind=EntryKind.ROUTE,
    guards=(),
    queries=(),
    file="app/api/chats/route.ts",
    symbol=None,
    name=None,
    **more,
):
    return Entry(
        id=name or f"{verb} {path}",
        kind=kind,
        verb=verb,
        path=path,
        place=Place(file=file, line=1, symbol=symbol or verb or "GET"),
        at=(0, 0),
        guards=tuple(guards),
        queries=tuple(queries),
        **more,
    )


def look(*entries, leaking=(), owned=(), decisions=None, **more):
    """The report on a map of these entries; ``leaking`` and ``owned`` are tables of the database."""
    map_ = CodeMap(entries=entries, **more)
    return report_code(
        map_,
        ownership=an_ownership(*leaking, *owned) if (*leaking, *owned) else None,
        matrix=a_matrix(*leaking) if leaking else None,
        decisions=decisions,
    )


def an_ownership(*tables, kind=OwnerKind.USER):
    names = [Name("public", table.rpartition(".")[2]) for table in tables]
    return OwnershipMap(entries={name: Ownership(name=name, kind=kind, columns=("user_id",)) for name in names})


def a_matrix(*tables):
    cells = [
        Cell(
            object=f"public.{table.rpartition('.')[2]}",
            kind="table",
            verb=verb,
            actor=Actor.OTHER_TENANT,
            verdict=Verdict.LEAKS,
            severity=Severity.HIGH,
        )
        for table in tables
        for verb in (Verb.SELECT, Verb.INSERT, Verb.UPDATE, Verb.DELETE)
    ]
    return Matrix(cells=tuple(cells), seeding=Seeding(tables=1, seeded=1))


def rules_of(report, *, least=Severity.MEDIUM):
    ranks = list(Severity)
    return [one.rule for one in report.findings if ranks.index(one.severity) <= ranks.index(least)]


def followed(files, *, leaking=()):
    """The report on a small repository."""
    from assistant.collect.code.map import map_of

    return report_code(
        map_of({path: textwrap.dedent(text) for path, text in files.items()}),
        ownership=an_ownership(*leaking) if leaking else None,
        matrix=a_matrix(*leaking) if leaking else None,
    )
