"""The code map: who can call what, who the caller is, which rows the call reaches through which client, and what guards it.

Everything here is a fact with its place. Whether it is a leak is decided in ``assistant.detect.code``, together with the attack matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assistant.domain.code_around import (
    BrowserModule,
    DataModel,
    Decisions,
    DocumentRule,
    HostRule,
    Mark,
    Reach,
    ServerModule,
)
from assistant.domain.code_words import (
    ActKind,
    ClientKind,
    EntryKind,
    GuardKind,
    Origin,
    OriginKind,
    TieKind,
    Weakness,
)


BY_MIDDLEWARE = " of the middleware"
"""End of what a guard says that is a header in which the middleware hands the caller on."""
REFUSES = " refuses strangers"
"""End of what a guard says that answers 401 by something that was not understood."""
NAMED_OPEN = "open"
"""What middleware asks at a path that its code names and lets everybody reach."""

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.facts import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One check on the way to the rows."""

    kind: GuardKind
    """What it asks."""
    says: str
    """Short, as people correct a chain faster than a boolean: ``withWorkspace``, ``session.user compared``, ``row.userId = caller``."""
    place: Place
    """Where it stands."""
    order: int
    """Position in the run of the entry; guards and queries share the count."""
    subjects: tuple[Origin, ...] = ()
    """What it checked: the request values that are proven afterwards, the row that was compared."""
    chain: tuple[str, ...] = ()
    """Functions on the way from the entry to it, outermost first."""
    roles: tuple[str, ...] = ()
    """Roles, scopes or permissions named."""
    weakness: Weakness | None = None
    """Why it does not count; None when it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition of a query."""

    column: str
    """Column as written; a path for nested conditions (``team.users.some.userId``); empty when it could not be read."""
    operator: str
    """eq, neq, in, like, contains, gt ..., ``alternative`` beside another way in that the outside chooses, or ``match`` for anything else."""
    origins: tuple[Origin, ...]
    """What it is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One column that a query writes."""

    column: str
    """Column; ``*`` for a spread of a whole object."""
    origins: tuple[Origin, ...]
    """What is written."""
    among: tuple[str, ...] = ()
    """All that the request may say there, where the code writes it down; empty where it does not, or where the request says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What binds a query to its caller."""

    kind: TieKind
    """How."""
    says: str
    """Short: ``user_id = session.user.id``."""
    order: int
    """Position at which it was bound; larger than the query's own for a compare after the fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One access to rows, or to a provider's objects, seen from one entry."""

    id: int
    """Number in its entry; ``Origin.row`` refers to it."""
    place: Place
    """Where it stands; ``symbol`` is the function it stands in."""
    reached_at: Place
    """Line of the entry's own file that leads there (the same as ``place`` when it stands in the entry), or of the handler's, with its name,
    when that is registered in the entry's file and stands in another one."""
    via: tuple[str, ...]
    """Functions on the way, outermost first; empty when it stands in the entry itself."""
    engine: str
    """supabase, prisma, drizzle, kysely, sql, stripe, paddle, pinecone, weaviate, storage, firestore, mongo, other."""
    client: ClientKind
    """As whom."""
    verb: str
    """select, insert, update, delete, upsert, call (rpc or function), vector, upload, sign (a link), admit (a token for somewhere else)."""
    table: str
    """Table, model, rpc, bucket or index as written; empty when it could not be read."""
    at: tuple[int, int] = (0, 0)
    """Byte range of the whole expression in ``place.file``, for patches."""
    columns: tuple[str, ...] | None = None
    """Columns asked for; None is whole rows."""
    filters: tuple[Filter, ...] = ()
    """Conditions."""
    written: tuple[Written, ...] = ()
    """Columns written."""
    tie: Tie | None = None
    """What binds it to the caller; None when nothing was seen."""
    order: int = 0
    """Position in the run."""
    returned: tuple[str, ...] = ()
    """Fields that reach the response or the props of a client component; ``*`` for whole rows; empty when none do."""
    known: tuple[str, ...] = ()
    """What was known of the caller on the branch it stands on: ``caller``, ``role admin``, ``secret``, ``signed``."""
    passed_by: tuple[int, ...] = ()
    """Positions of guards that stand on another branch: who gets here was asked by none of them."""
    told_caller: bool = False
    """True when an identity of the caller was handed to the function it stands in (and perhaps not used)."""
    branch: bool = False
    """True when it runs on one branch only."""
    at_start: bool = False
    """True when only the first request runs it, because what it makes is kept."""
    text: str = ""
    """For raw SQL: the statement with ``$n`` or ``?`` in place of values, at most 2,000 characters."""


class ActPart(NamedTuple):
    """One argument of an act."""

    name: str
    """Position or key path: ``0``, ``0.email``, ``key``, ``customer``, ``line_items.price``."""
    origins: tuple[Origin, ...]
    text: str
    """The expression as written, at most 120 characters, strings masked by the redactor when shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One such thing."""

    kind: ActKind
    """What."""
    name: str
    """Normalised callee or header name."""
    place: Place
    """Where it stands."""
    order: int
    """Position in the run."""
    parts: tuple[ActPart, ...] = ()
    """Arguments."""
    detail: str = ""
    """See the kind."""
    at: tuple[int, int] = (0, 0)
    """Byte range in ``place.file``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """Something the analysis could not follow: counted and shown, never taken for safe."""

    says: str
    """``import "@acme/auth" is not in the repository``, ``handlers[name]() is chosen at run time``."""
    place: Place
    """Where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way into the program."""

    id: str
    """Stable: ``GET /api/chats/[id]``, ``action app/chat/actions.ts#rename``; unique in the map."""
    kind: EntryKind
    """How it is reached."""
    verb: str
    """GET, POST ..., ``*`` for any, ``query`` or ``mutation`` for procedures, empty otherwise."""
    path: str
    """URL with ``[id]`` segments, or the procedure's dotted path; empty when it has none."""
    place: Place
    """Where the handler's own code starts; ``symbol`` is its name (GET, handler, updateOrder)."""
    at: tuple[int, int]
    """Byte range of the handler's function in ``place.file``."""
    guards: tuple[Guard, ...] = ()
    """In the order they run; weak ones included."""
    queries: tuple[Query, ...] = ()
    """In the order they run."""
    acts: tuple[Act, ...] = ()
    """In the order they run."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Route settings of its module: dynamic, revalidate, runtime, fetchCache; ``use cache`` when the function or file says so."""
    wrappers: tuple[str, ...] = ()
    """Wrappers and builders around the handler, outermost first."""
    unresolved: tuple[Unresolved, ...] = ()
    """What could not be followed."""
    covered_by: str = ""
    """Middleware or proxy that matches its path, as ``middleware.ts: /api/:path*``; empty when none does."""
    asked_before: tuple[str, ...] | None = None
    """What that middleware asks whoever wants this very path, as kinds of guards; empty when it asks nobody, ``NAMED_OPEN`` alone when the code names the path and asks nobody, None when that is not known."""
    exposed: bool | None = None
    """What Next's own manifest says of an action: True really exposed, False built away, None unknown."""
    kept_back: bool = False
    """A server action that nothing hands to a browser, in an application where nobody can know its identifier then."""
    uncalled: bool = False
    """A function of a service that no other file of its application names: nobody can call it yet."""
    webhook: bool = False
    """Called by a provider and not by a person."""
    truncated: bool = False
    """True when the analysis gave up on it because it was too large."""
    files: tuple[str, ...] = ()
    """Files of the functions it runs through, sorted."""

    def line_to(self, query: Query) -> int:
        """The line of the entry's own file that leads to a query; where the handler is registered when it stands in another file."""
        reached = query.reached_at
        return reached.line if reached.file == self.place.file else self.place.line

    @property
    def is_layout(self) -> bool:
        """The frame around the pages of its folder, ``app/admin/layout.tsx``: its guard stands before theirs."""
        return self.kind is EntryKind.PAGE and self.place.file.rpartition("/")[2].startswith("layout.")

    @property
    def on_one_branch(self) -> frozenset[int]:
        """Positions of guards that stand on one branch: some query further down is reached without them."""
        return frozenset(order for query in self.queries for order in query.passed_by if order < query.order)

    @property
    def group(self) -> str:
        """Route group for "public on purpose?": the first two fixed segments of the path, or the file's folder."""
        if self.path.startswith("/"):
            fixed = [part for part in self.path.split("/") if part and not part.startswith(("[", ":"))]
            return "/" + "/".join(fixed[:2])
        return self.path.rpartition(".")[0] or self.place.file.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMap:
    """Everything the code says, with its denominator."""

    entries: tuple[Entry, ...]
    """By file and line."""
    browser: tuple[BrowserModule, ...] = ()
    """Private modules that reach the browser."""
    server: tuple[ServerModule, ...] = ()
    """Modules that must stay on the server."""
    hosts: tuple[HostRule, ...] = ()
    """Rules of configuration files."""
    documents: tuple[DocumentRule, ...] = ()
    """Grants of Firebase rules files."""
    models: tuple[DataModel, ...] = ()
    """Models of the ORM's schema, by name."""
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Table to its columns that refer to another table, with that table, by the schema that the code keeps."""
    marks: tuple[Mark, ...] = ()
    """What functions and pages do that no run of an entry shows."""
    owner_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Table to columns compared with the caller, for ``CodeHints``."""
    files: int = 0
    """Source files read."""
    partly_read: tuple[Place, ...] = ()
    """Files with parts that could not be parsed, at the first such line; ``symbol`` is the reason."""
    not_read: Mapping[str, str] = field(default_factory=dict)
    """Files not read at all, with the reason."""
    unresolved: tuple[Unresolved, ...] = ()
    """Imports and calls that could not be followed, of the whole repository."""
    oracle: str = ""
    """Sentence about Next's build output: used, older than the sources, absent."""
    idioms: Mapping[str, str] = field(default_factory=dict)
    """What this repository uses, for patches: ``guard`` (most used session check, as an import line and a call), ``validation`` (zod, valibot, yup ...), ``client`` (user client factory)."""


__all__ = [
    "Act",
    "ActKind",
    "ActPart",
    "BrowserModule",
    "ClientKind",
    "CodeMap",
    "DataModel",
    "Decisions",
    "DocumentRule",
    "Entry",
    "EntryKind",
    "Filter",
    "Guard",
    "GuardKind",
    "HostRule",
    "Mark",
    "Origin",
    "OriginKind",
    "Query",
    "Reach",
    "ServerModule",
    "Tie",
    "TieKind",
    "Unresolved",
    "Weakness",
    "Written",
]
