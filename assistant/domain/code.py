"""The code map: who can call what, who the caller is, which rows the call reaches through which client, and what guards it.

Everything here is a fact with its place. Whether it is a leak is decided in ``assistant.detect.code``, together with the attack matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.facts import Place


class EntryKind(StrEnum):
    """How code is reached from outside."""

    ROUTE = "route"
    """A verb of ``app/**/route.*``."""
    PAGES_API = "pages-api"
    """Default export below ``pages/api``."""
    ACTION = "action"
    """A server action: file level, inline, or through a builder."""
    PAGE = "page"
    """A server component that is a page, its ``generateMetadata`` or a layout or template."""
    SERVER_PROPS = "server-props"
    """``getServerSideProps``, ``getStaticProps``, ``getInitialProps``."""
    PROCEDURE = "procedure"
    """A tRPC or oRPC procedure."""
    MIDDLEWARE = "middleware"
    """``middleware.ts`` or ``proxy.ts``."""
    EDGE_FUNCTION = "edge-function"
    """A Supabase Edge Function (``Deno.serve``)."""
    ENDPOINT = "endpoint"
    """A handler registered on a server object: Hono, Express, Fastify, FastAPI, Flask, Django."""
    JOB = "job"
    """A cron or queue handler that no browser calls directly (Trigger.dev, Inngest, BullMQ, Celery)."""
    TOOL = "tool"
    """The ``execute`` of a tool that a language model may call."""
    SERVICE = "service"
    """An exported function that is told who the caller is by an argument and that no entry of the repository was seen to call."""
    COMPONENT = "component"
    """A client component or hook that queries the database from the browser."""


class ClientKind(StrEnum):
    """As whom a query reaches its store."""

    USER = "user"
    """Supabase with the caller's session: row-level security decides."""
    ANON = "anon"
    """Supabase on a server with the public key and no session: the rights of a guest."""
    BROWSER = "browser"
    """Supabase from the browser: row-level security decides."""
    SERVICE = "service"
    """Supabase with the service role: row-level security does not apply."""
    POOL = "pool"
    """An ORM or driver with the application's own database user: nothing but the code decides."""
    PROVIDER = "provider"
    """An external service that holds customers' objects: Stripe, Paddle, Trigger.dev, Pinecone."""
    UNKNOWN = "unknown"
    """Could not be told."""

    @property
    def bypasses(self) -> bool:
        """True when the rules of the database do not stop this client."""
        return self in {ClientKind.SERVICE, ClientKind.POOL, ClientKind.PROVIDER}


class OriginKind(StrEnum):
    """Where a value comes from."""

    REQUEST = "request"
    """The outside chooses it: path, query, body, form, header, cookie, action argument, procedure input."""
    CALLER = "caller"
    """The verified identity of the caller: user id, tenant of the session, wrapper-supplied workspace."""
    CLAIMED = "claimed"
    """An identity that nobody verified: ``getSession()`` on a server, a decoded and unverified token, ``user_metadata``."""
    ROW = "row"
    """A column of a row that a query of the same entry read."""
    SIGNED = "signed"
    """Content of a message whose signature was verified."""
    ENVIRONMENT = "environment"
    """An environment variable."""
    CONSTANT = "constant"
    """Written in the code."""
    GENERATED = "generated"
    """Made here: now, a random id, a hash of a constant."""
    UNKNOWN = "unknown"
    """Could not be told."""


class Origin(NamedTuple):
    """Where a value comes from, and which part of it."""

    kind: OriginKind
    path: str = ""
    """``path.id``, ``query.chatId``, ``body.user_id``, ``header.authorization``, ``argument.userId``, ``session.user.id``, the variable's name."""
    row: int = -1
    """For ``row``: ``Query.id`` of the query that read it."""

    def __str__(self) -> str:
        """``request body.userId``."""
        return f"{self.kind} {self.path}".strip()


class GuardKind(StrEnum):
    """What a guard asks."""

    SESSION = "session"
    """Is somebody signed in?"""
    API_KEY = "api-key"
    """Does the request carry a key that names its owner?"""
    ROLE = "role"
    """Has the caller the role, scope or permission?"""
    MEMBERSHIP = "membership"
    """Does the caller belong to the tenant that the request names?"""
    OWNER = "owner"
    """Does the row belong to the caller? (compare after the fetch, or an access function of row and caller)"""
    SIGNATURE = "signature"
    """Was the message signed by the sender it claims? (webhooks, queues, signed links)"""
    SECRET = "secret"
    """Does the request carry a shared secret? (cron, internal)"""
    CAPABILITY = "capability"
    """Is the row found by an unguessable token meant to be shared?"""
    ENVIRONMENT = "environment"
    """Is this not production?"""
    RATE = "rate"
    """Not too often? Never counts as a guard of rows."""
    VALIDATION = "validation"
    """Has the input the expected shape? Never counts as a guard of rows."""
    MIDDLEWARE = "middleware"
    """Middleware or proxy whose matcher covers the path. Does not count alone."""
    NAME = "name"
    """Only a name says so (``requireAuth`` from a package that is not in the repository): asked, not believed."""


class Weakness(StrEnum):
    """Why a guard does not count."""

    MIDDLEWARE_ONLY = "middleware-only"
    NOT_AWAITED = "not-awaited"
    ASYNC_FILTER = "async-filter"
    OPTIONAL_SECRET = "optional-secret"
    """``if (secret && header !== secret)``: open when the variable is missing."""
    UNSET_SECRET = "unset-secret"
    """Compared with a template of a variable that may be undefined."""
    IN_CATCH = "in-catch"
    AFTER_WRITE = "after-write"
    ONE_BRANCH = "one-branch"
    FAIL_OPEN = "fail-open"
    """Passes when an id or list is empty."""
    FROM_REQUEST = "from-request"
    """The identity that is checked comes from the request itself."""
    GET_SESSION = "get-session"
    """Supabase ``getSession()`` on a server: the cookie is not verified."""
    USER_METADATA = "user-metadata"
    """Decided by metadata that the user can edit."""
    OTHER_ID = "other-id"
    """One id is proven and another is used."""
    NEW_TENANT = "new-tenant"
    """The write check does not bind the tenant that is written."""
    NO_EXIT = "no-exit"
    """The result is looked at and nothing stops."""


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
    """eq, neq, in, like, contains, gt ..., or ``match`` for anything else."""
    origins: tuple[Origin, ...]
    """What it is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One column that a query writes."""

    column: str
    """Column; ``*`` for a spread of a whole object."""
    origins: tuple[Origin, ...]
    """What is written."""


class TieKind(StrEnum):
    """How a query is bound to its caller."""

    FILTER = "filter"
    """A condition compares a column with the caller."""
    COMPARED = "compared"
    """The row is compared with the caller after it was read, before it is used."""
    PROVEN = "proven"
    """Its id was proven before: membership, an access function, a row of the caller's with the same id."""
    CHILD = "child"
    """Found through a row that is itself bound."""
    SIGNED = "signed"
    """Its keys come from a verified message."""
    CAPABILITY = "capability"
    """Found by an unguessable token."""
    RULES = "rules"
    """Row-level security decides: see the matrix."""
    CREATED = "created"
    """The row was made in this same run."""


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
    """Line of the entry's own file that leads there (the same as ``place`` when it stands in the entry)."""
    via: tuple[str, ...]
    """Functions on the way, outermost first; empty when it stands in the entry itself."""
    engine: str
    """supabase, prisma, drizzle, kysely, sql, stripe, paddle, pinecone, weaviate, storage, firestore, mongo, other."""
    client: ClientKind
    """As whom."""
    verb: str
    """select, insert, update, delete, upsert, call (rpc or function), vector, upload, sign."""
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
    told_caller: bool = False
    """True when an identity of the caller was handed to the function it stands in (and perhaps not used)."""
    branch: bool = False
    """True when it runs on one branch only."""
    text: str = ""
    """For raw SQL: the statement with ``$n`` or ``?`` in place of values, at most 2,000 characters."""


class ActKind(StrEnum):
    """Other things an entry does that may show data or let somebody in."""

    LOG = "log"
    """console.*, logger.*, captureException, analytics: arguments in ``parts``."""
    RESPOND = "respond"
    """A response: body in ``parts``, status in ``detail``."""
    HEADER = "header"
    """A response header: ``name`` is the header in lower case, ``detail`` its literal value."""
    CACHE = "cache"
    """A shared cache read, filled or declared: unstable_cache, 'use cache', redis/kv get or set, React cache excluded; key in ``parts``."""
    FETCH = "fetch"
    """An outgoing request; ``detail`` the cache mode, ``parts`` url and headers."""
    REDIRECT = "redirect"
    """redirect(), rewrite: target in ``parts``."""
    PROVIDER = "provider"
    """A call on a provider's client: ``name`` is ``stripe.checkout.sessions.create``."""
    PROMPT = "prompt"
    """A call to a language model: ``parts`` prompt, tools."""
    DECRYPT = "decrypt"
    """A stored secret is decrypted."""
    VALIDATE = "validate"
    """A schema parsed the input; ``detail`` the library."""


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
    exposed: bool | None = None
    """What Next's own manifest says of an action: True really exposed, False built away, None unknown."""
    webhook: bool = False
    """Called by a provider and not by a person."""
    truncated: bool = False
    """True when the analysis gave up on it because it was too large."""

    @property
    def group(self) -> str:
        """Route group for "public on purpose?": the first two fixed segments of the path, or the file's folder."""
        if self.path.startswith("/"):
            fixed = [part for part in self.path.split("/") if part and not part.startswith(("[", ":"))]
            return "/" + "/".join(fixed[:2])
        return self.path.rpartition(".")[0] or self.place.file.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserModule:
    """A module that reaches the browser although it should not."""

    place: Place
    """The module, at the line of what makes it private (the service client, the secret)."""
    says: str
    """What it holds: ``service-role client``, ``STRIPE_SECRET_KEY``."""
    chain: tuple[str, ...]
    """Files from the ``use client`` root to it."""
    variable: str = ""
    """The environment variable that holds the secret; only one that begins like ``NEXT_PUBLIC_`` is in the bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerModule:
    """A module that must stay on the server: it makes a privileged client or reads a secret."""

    place: Place
    """At the line that makes it so; ``symbol`` the exported name."""
    says: str
    """``service-role client``, ``STRIPE_SECRET_KEY``."""
    server_only: bool
    """True when it (or a module it imports) imports ``server-only``, says ``use server``, or lies where no browser code can import it."""
    public_variable: str = ""
    """The ``NEXT_PUBLIC_`` variable that holds the secret; empty when none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """One caching, CORS, redirect or rewrite rule of a host's or framework's configuration file."""

    place: Place
    """Where."""
    source: str
    """Path pattern."""
    header: str
    """Header in lower case; ``redirect``, ``rewrite``, ``image`` (host pattern of an image proxy), ``cron`` or ``script`` for those."""
    value: str
    """Value or target."""
    when: str = ""
    """Conditions it holds under (``has header authorization``, ``missing cookie session``); empty when it always holds."""


class Reach(StrEnum):
    """Whom one grant of a Firebase rules file lets in."""

    NOBODY = "nobody"
    """``if false``."""
    TIED = "tied"
    """The caller is compared with the path or the document, or a role, claim or membership is asked for."""
    SIGNED_IN = "signed-in"
    """Anybody with an account."""
    DATED = "dated"
    """Everybody until a date: test mode."""
    PUBLIC = "public"
    """Everybody."""
    SHARED = "shared"
    """A property of the document decides and nobody is asked who they are: ``resource.data.published == true``."""
    UNKNOWN = "unknown"
    """The condition could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRule:
    """One grant of a Firebase rules file: Firestore, Storage or the Realtime Database."""

    place: Place
    """Line of the ``allow`` or of the ``.read`` / ``.write``; ``symbol`` is the match path."""
    service: str
    """firestore, storage or realtime."""
    path: str
    """Path from the documents' root, wildcards kept: ``/users/{userId}/notes/{note}``; ``{x=**}`` is everything below."""
    verbs: tuple[str, ...]
    """get, list, create, update, delete: read and write are spelled out."""
    condition: str
    """As written with white space folded, at most 400 characters; empty when there is none."""
    reach: Reach
    """Whom it lets in."""
    until: str = ""
    """For a date: ``2026-01-31``."""
    binds: bool = True
    """For create and update of ``tied``: True when the written document is held to its owner (``request.resource``), or the path does it."""
    at: tuple[int, int] = (0, 0)
    """Byte range of the condition in ``place.file``; empty where none is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something a function or a page does that no run of an entry shows."""

    kind: str
    """``amount-compared`` (two amounts are compared), ``tolerance`` (a signature's age is not looked at), ``signature-checked``, ``cors-any`` (every origin with cookies), ``script`` (a script of somebody else)."""
    place: Place
    """Where; ``symbol`` is the function it stands in."""
    detail: str = ""
    """The tolerance as written, the script's address."""
    at: tuple[int, int] = (0, 0)
    """Byte range in ``place.file``."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the operator decided about the code and keeps in ``[code]`` of stanch.toml."""

    public: Mapping[str, str] = field(default_factory=dict)
    """Route group (``/api/share``), or the id of one entry, to the reason why it needs no session."""
    private: frozenset[str] = frozenset()
    """Route groups and entries of which the operator said that they must not be public."""
