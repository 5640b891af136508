"""What lies around the entries: modules that reach the browser, rules of hosts and of Firebase, marks no run shows, the operator's decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.facts import Place


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
class DataModel:
    """A model of an ORM's schema file."""

    name: str
    """As the schema spells it: ``ApiKey``."""
    columns: tuple[str, ...]
    """Fields that are columns."""
    relations: Mapping[str, str] = field(default_factory=dict)
    """Fields that lead to other models, with the model."""
    filled: tuple[str, ...] = ()
    """Columns of text that a row always has."""
    documents: tuple[str, ...] = ()
    """Columns that hold JSON."""


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
class Decisions:
    """What the operator decided about the code and keeps in ``[code]`` of stanch.toml."""

    public: Mapping[str, str] = field(default_factory=dict)
    """Route group (``/api/share``), or the id of one entry, to the reason why it needs no session."""
    private: frozenset[str] = frozenset()
    """Route groups and entries of which the operator said that they must not be public."""
