"""A code map as the faces are given it: one entry of every verdict, hostile names included."""

from __future__ import annotations

from assistant.detect.code.verdict import EntryVerdict, Word
from assistant.domain.code import (
    ClientKind,
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
    Unresolved,
    Weakness,
)
from assistant.domain.facts import Place
from assistant.engine.codeview import Row


HOSTILE = "GET /api/ch[bold]ats\x1b[2J/[id]"


def at(file: str, line: int, symbol: str | None = None) -> Place:
    return Place(file=file, line=line, symbol=symbol)


def query(table: str, client: ClientKind, verb: str = "select", **more: object) -> Query:
    place = at("lib/db/queries.ts", 12, "getChat")
    base = {"id": 0, "place": place, "reached_at": place, "via": (), "engine": "supabase"}
    return Query(**{**base, "client": client, "verb": verb, "table": table, **more})  # type: ignore[arg-type]


def entry(id_: str, file: str, **more: object) -> Entry:
    verb, _, path = id_.partition(" ")
    base = {"kind": EntryKind.ROUTE, "verb": verb, "path": path, "place": at(file, 7, verb), "at": (0, 0)}
    return Entry(**{"id": id_, **base, **more})  # type: ignore[arg-type]


def rows() -> tuple[Row, ...]:
    """Worst first, as the engine sorts them."""
    session = Guard(kind=GuardKind.SESSION, says="withSession", place=at("lib/auth.ts", 3), order=0)
    weak = Guard(
        kind=GuardKind.SESSION, says="getSession", place=at("lib/auth.ts", 30), order=0, weakness=Weakness.GET_SESSION
    )
    mine = Filter(column="user_id", operator="eq", origins=(Origin(OriginKind.CALLER, "session.user.id"),))
    theirs = Filter(column="id", operator="eq", origins=(Origin(OriginKind.REQUEST, "path.id"),))
    tie = Tie(kind=TieKind.FILTER, says="user_id = session.user.id", order=1)
    table = (
        (
            Word.LEAKS,
            "Anyone who is signed in can read any chat by its id",
            "(getSession: get session)",
            entry(
                HOSTILE,
                "app/api/chats/[id]/route.ts",
                guards=(weak,),
                queries=(query("chats", ClientKind.SERVICE, filters=(theirs,), via=("getChat",), returned=("*",)),),
            ),
        ),
        (
            Word.OPEN,
            "Nobody is asked who they are before rows are reached.",
            "",
            entry(
                "DELETE /api/teams/[teamId]/dataroom-invitations/[invitationId]/documents",
                "app/api/teams/[teamId]/dataroom-invitations/[invitationId]/documents/route.ts",
                queries=(query("DataroomInvitation", ClientKind.POOL, "delete"),),
            ),
        ),
        (
            Word.ASKED,
            "No session is asked for: public on purpose?",
            "",
            entry(
                "GET /api/share/[token]", "app/api/share/[token]/route.ts", queries=(query("links", ClientKind.POOL),)
            ),
        ),
        (
            Word.PARTLY_READ,
            "Not followed: handlers[name]() is chosen at run time.",
            "withSession",
            entry(
                "action app/chat/actions.ts#rename",
                "app/chat/actions.ts",
                kind=EntryKind.ACTION,
                path="",
                guards=(session,),
                unresolved=(Unresolved(says="handlers[name]() is chosen at run time", place=at("lib/x.ts", 4)),),
            ),
        ),
        (
            Word.GUARDED,
            "The caller is known and the rows are tied to them.",
            "withSession",
            entry(
                "POST /api/chats",
                "app/api/chats/route.ts",
                guards=(session,),
                queries=(query("chats", ClientKind.USER, "insert", filters=(mine,), tie=tie),),
            ),
        ),
        (Word.NOTHING, "It reaches no rows.", "", entry("GET /api/health", "app/api/health/route.ts")),
    )
    return tuple(
        Row(entry=one, verdict=EntryVerdict(word=word, says=says, guards=guards, findings=()))
        for word, says, guards, one in table
    )


NUMBERS = (
    "6 ways into 42 source files: 1 leaks, 1 open, 1 asked, 1 partly read, 1 guarded, 1 nothing to protect.",
    "Not known: 1 file partly read, 3 imports and calls not followed.",
)
