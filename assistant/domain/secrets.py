"""Secrets that stand where others can read them: what kind, where, since when, and in which order to change them.

A value here never holds a secret itself: only a keyed fingerprint, and a mask of a public prefix and, for long ones, four last characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assistant.domain.facts import Place


class SecretKind(StrEnum):
    """What opens what; the value is the word people see."""

    SUPABASE_SERVICE_ROLE = "supabase-service-role"
    SUPABASE_SECRET = "supabase-secret-key"  # noqa: S105 - the name of a kind
    SUPABASE_ACCESS = "supabase-access-token"
    SUPABASE_JWT = "supabase-jwt-secret"
    DATABASE_URL = "database-url"
    STRIPE_LIVE = "stripe-live"
    STRIPE_TEST = "stripe-test"
    WEBHOOK = "webhook-signing-secret"
    CLERK_LIVE = "clerk-live"
    CLERK_TEST = "clerk-test"
    AUTH_SECRET = "auth-secret"  # noqa: S105 - the name of a kind
    JWT_SECRET = "jwt-secret"  # noqa: S105 - the name of a kind
    PRIVATE_KEY = "private-key"
    GOOGLE_ACCOUNT = "google-service-account"
    GOOGLE_CLIENT = "google-client-secret"
    AWS = "aws-key"
    AWS_ID = "aws-key-id"
    GITHUB = "github-token"
    GITLAB = "gitlab-token"
    NPM = "npm-token"
    VERCEL = "vercel-token"
    VERCEL_BLOB = "vercel-blob-token"
    UPSTASH = "upstash-token"
    NEON = "neon-api-key"
    PLANETSCALE = "planetscale-token"
    OPENAI = "openai-key"
    ANTHROPIC = "anthropic-key"
    OPENROUTER = "openrouter-key"
    GROQ = "groq-key"
    HUGGING_FACE = "hugging-face-token"
    REPLICATE = "replicate-token"
    PINECONE = "pinecone-key"
    RESEND = "resend-key"
    SENDGRID = "sendgrid-key"
    MAILGUN = "mailgun-key"
    TWILIO = "twilio-token"
    SLACK = "slack-token"
    TELEGRAM = "telegram-bot-token"
    NAMED = "named-secret"
    """No known form, but its name says that it is one and its value is random."""


class Standing(StrEnum):
    """Where a secret stands, the most exposed first."""

    BUNDLE = "bundle"
    """In what browsers download: public now."""
    BUILT = "built"
    """In other build output: whoever gets the artifact has it."""
    TRACKED = "tracked"
    """In a file that git tracks."""
    UNTRACKED = "untracked"
    """In a file that one ``git add`` would track."""
    IGNORED = "ignored"
    """In a file that git ignores: where an environment file belongs."""
    HISTORY = "history"
    """In a commit, and no longer in the work tree."""


class Weight(StrEnum):
    """How much a secret opens, for severity and for the order of changing them."""

    EVERYTHING = "everything"
    """Past every rule: service role, database, cloud account, live payments, tokens for the account itself."""
    MUCH = "much"
    """One service, for real."""
    LITTLE = "little"
    """Test mode, or only half of a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The life of a secret in the commits that are local."""

    first: str
    """Full hash of the oldest commit that added it."""
    first_at: datetime
    """Its author's time, aware UTC."""
    last: str
    """Full hash of the newest commit that added or removed it."""
    last_at: datetime
    """Its author's time, aware UTC."""
    commits: int
    """How many commits touched it."""
    pushed: bool | None
    """A remote-tracking branch contains one of them; None when there is no remote-tracking branch to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One secret in one place."""

    kind: SecretKind
    """What it opens."""
    weight: Weight
    """How much it opens."""
    fingerprint: str
    """HMAC-SHA256 of its value under the key of this installation, 32 hexadecimal digits; equal for equal secrets."""
    shown: str
    """Mask for people: a public prefix, and the last four characters of a long one."""
    where: Place
    """File and line; ``symbol`` is the variable it is given to, None when there is none."""
    standing: Standing
    """Where it stands."""
    public_variable: bool = False
    """The variable has a prefix that bundlers put into the browser."""
    in_tests: bool = False
    """The path says test, fixture, example or documentation."""
    environment: str = ""
    """``production``, ``preview``, ``development`` …; empty outside environment files."""
    about: str = ""
    """What is known and harmless to say: ``project abcd…``, ``host db.example.com``, ``expired 2024-03-01``."""
    past: Past | None = None
    """Its life in the history; None when the history was not read or does not hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicName:
    """A variable that bundlers inline for browsers although its name says that it is secret; no value was seen."""

    variable: str
    """NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY."""
    where: Place
    """First use."""
    uses: int
    """How many lines name it."""
    in_tests: bool = False
    """All of them are tests, examples or documentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentValue:
    """A secret or a database as one environment has it; environment files that git ignores take part."""

    environment: str
    """production, preview, staging, development, test."""
    what: str
    """``key`` or ``database``."""
    fingerprint: str
    """Of the key, or of the database without its password."""
    shown: str
    """``sk_live_…a1b2``, ``supabase project abc…``, ``host/name``."""
    where: Place
    """File, line, variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The same key or database in production and somewhere else."""

    what: str
    """``key`` or ``database``."""
    fingerprint: str
    """See ``EnvironmentValue``."""
    shown: str
    """See ``EnvironmentValue``."""
    environments: tuple[str, ...]
    """Sorted; production is one of them."""
    places: tuple[Place, ...]
    """Sorted, production first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRead:
    """How much of the history was read."""

    asked: bool
    """False when the caller left the history out."""
    commits: int = 0
    """Commits that refs, reflogs and stashes lead to."""
    read: int = 0
    """Commits whose changes were read to the end."""
    says: tuple[str, ...] = ()
    """Sentences about what was not read; empty when everything was."""
    remotes: tuple[str, ...] = ()
    """``origin (github.com/owner/name)``, without credentials."""

    @property
    def whole(self) -> bool:
        """Only then may a reader say that the history is clean."""
        return self.asked and self.read == self.commits and not self.says


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsFound:
    """What was seen, with its denominators."""

    sightings: tuple[Sighting, ...] = ()
    """In the order of standing, file and line."""
    public_names: tuple[PublicName, ...] = ()
    """Sorted by variable."""
    shared: tuple[Shared, ...] = ()
    """Sorted."""
    files: int = 0
    """Files of the work tree and of build output that were read."""
    not_read: Mapping[str, str] = field(default_factory=dict)
    """Path to reason, for files that could not be read."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Reason to number of files that were left out on purpose: binary, lock file."""
    history: HistoryRead = HistoryRead(asked=False)
    """How much of the history was read."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Fingerprints that ``stanch.toml`` declares known, with the reason."""
    lasting_key: bool = True
    """False when the key of this installation could not be kept: the fingerprints are good for this run only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationStep:
    """One secret to change, after the code no longer shows it."""

    order: int
    """1-based."""
    kind: SecretKind
    """What it opens."""
    fingerprint: str
    """See ``Sighting``."""
    shown: str
    """Mask."""
    why_now: str
    """What puts it at this place of the list."""
    places: tuple[Place, ...]
    """Where it stands or stood."""
    console: str
    """Where to click."""
    commands: tuple[str, ...]
    """What to type; no argument holds a secret."""
    then: str
    """What else stops working, and how to see that the old one is dead."""
    as_of: str
    """When the path and the commands were looked up: ``2026-11``."""
    docs: str
    """Public address."""
