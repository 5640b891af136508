"""The words of the code map: how code is reached, as whom it queries, where a value comes from, what a guard asks and why one does not count."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple


LISTED_KEYS: Final = ".[listed]"
"""Ends the path of an origin: what the request has under keys that the code lists."""


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


_PREFERENCE: Final = re.compile(
    r"(?:^|[._])(?:time_?zone|tz|locale|lang|language|currency|theme|(?:utc|time_?zone)_?offset|date_?format)$"
    r"|[a-z](?:Time[zZ]one|Locale|Language|Currency|Theme)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def is_preference(path: str) -> bool:
    """How somebody wants to be answered, which many share: ``ctx.timezone`` says nothing of whose a row is."""
    return _PREFERENCE.search(path) is not None


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


def is_callers(origin: Origin) -> bool:
    """The value names the caller, and not how the caller wants to be answered."""
    return origin.kind is OriginKind.CALLER and not is_preference(origin.path)


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
    IN_CODE = "in-code"
    """Compared with a text that is written in the code."""
    IN_CATCH = "in-catch"
    AFTER_WRITE = "after-write"
    ONE_BRANCH = "one-branch"
    FAIL_OPEN = "fail-open"
    """Passes when an id or list is empty."""
    EMPTY_LIST = "empty-list"
    """``if (!rows)``: a list is there when nothing is in it."""
    WITHOUT_TENANT = "without-tenant"
    """``if (mine && row.tenantId !== mine)``: asked only of whoever has one."""
    FROM_REQUEST = "from-request"
    """The identity that is checked comes from the request itself."""
    FORGED_HEADER = "forged-header"
    """Whoever sends the header is believed to be whom it names; nothing before the handler writes it."""
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
