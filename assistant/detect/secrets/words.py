"""Secrets in words: what they are called, what whoever has one can do, and how bad that is where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.facts import Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.domain.secrets import SecretKind, Standing, Weight
from assistant.text.plural import listed


if TYPE_CHECKING:
    from assistant.domain.secrets import Past, SecretsFound, Sighting

K = SecretKind
_NAMES: Final = {
    K.SUPABASE_SERVICE_ROLE: ("a service-role key of Supabase", "reads and writes every row, past row-level security"),
    K.SUPABASE_SECRET: ("a secret key of Supabase", "reads and writes every row, past row-level security"),
    K.SUPABASE_ACCESS: ("an access token of a Supabase account", "administers every project of the account"),
    K.SUPABASE_JWT: ("the JWT secret of a Supabase project", "signs in as any user, and as the service role"),
    K.DATABASE_URL: ("a database address with its password", "reads and writes the database directly"),
    K.STRIPE_LIVE: ("a live key of Stripe", "reads customers, refunds and charges"),
    K.STRIPE_TEST: ("a test key of Stripe", "reads and writes test data"),
    K.WEBHOOK: ("the signing secret of a webhook", "forges events that the application believes"),
    K.CLERK_LIVE: ("a live secret key of Clerk", "reads, changes and signs in as every user"),
    K.CLERK_TEST: ("a development secret key of Clerk", "reads and changes users of the development instance"),
    K.AUTH_SECRET: ("the secret that signs sessions", "signs in as any user"),
    K.JWT_SECRET: ("the secret that signs tokens", "signs in as any user"),
    K.PRIVATE_KEY: ("a private key", "signs and decrypts as its owner"),
    K.GOOGLE_ACCOUNT: (
        "the key of a Google service account",
        "does what the account may, Firebase and storage included",
    ),
    K.GOOGLE_CLIENT: ("an OAuth client secret of Google", "passes for the application at sign-in"),
    K.AWS: ("a secret access key of AWS", "does what its user may"),
    K.AWS_ID: ("an access key id of AWS", "knows which user it belongs to; its secret was not seen beside it"),
    K.GITHUB: ("a token of GitHub", "reads and writes what its owner can"),
    K.GITLAB: ("a token of GitLab", "reads and writes what its owner can"),
    K.NPM: ("a token of npm", "publishes packages in its owner's name"),
    K.VERCEL: ("a token of Vercel", "deploys, and reads every environment variable"),
    K.VERCEL_BLOB: ("a read-write token of Vercel Blob", "reads, replaces and deletes stored files"),
    K.UPSTASH: ("a token or signing key of Upstash", "reads and writes the cache, or forges queue messages"),
    K.NEON: ("an API key of Neon", "administers every database of the account"),
    K.PLANETSCALE: ("a token or password of PlanetScale", "reads and writes the database"),
    K.OPENAI: ("a key of OpenAI", "spends the budget and reads stored files and threads"),
    K.ANTHROPIC: ("a key of Anthropic", "spends the budget"),
    K.OPENROUTER: ("a key of OpenRouter", "spends the budget"),
    K.GROQ: ("a key of Groq", "spends the budget"),
    K.HUGGING_FACE: ("a token of Hugging Face", "reads and writes models and data of its owner"),
    K.REPLICATE: ("a token of Replicate", "spends the budget and reads predictions"),
    K.PINECONE: ("a key of Pinecone", "reads and writes every index, all customers' text included"),
    K.RESEND: ("a key of Resend", "sends mail in your name and reads what was sent"),
    K.SENDGRID: ("a key of SendGrid", "sends mail in your name"),
    K.MAILGUN: ("a key of Mailgun", "sends mail in your name and reads what was sent"),
    K.TWILIO: ("a token of Twilio", "sends messages and reads what was sent"),
    K.SLACK: ("a token or webhook of Slack", "writes to, or reads, the workspace"),
    K.TELEGRAM: ("the token of a Telegram bot", "reads and writes as the bot"),
    K.NAMED: ("a secret", "gets past what it protects"),
}
_LOWER: Final = {
    Severity.CRITICAL: Severity.HIGH,
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.INFO,
    Severity.INFO: Severity.INFO,
}
_WEIGHTS: Final = {Weight.EVERYTHING: Severity.CRITICAL, Weight.MUCH: Severity.HIGH, Weight.LITTLE: Severity.LOW}


def name_of(kind: SecretKind) -> str:
    """A noun phrase for the kind: ``a live key of Stripe``."""
    return _NAMES[kind][0]


def can_of(kind: SecretKind) -> str:
    """What whoever has one does."""
    return _NAMES[kind][1]


def called(seen: Sighting) -> str:
    """A noun phrase: ``a live key of Stripe``."""
    name = name_of(seen.kind)
    return f"{name} ({seen.where.symbol})" if seen.kind is K.NAMED and seen.where.symbol else name


def can(seen: Sighting) -> str:
    """What whoever has it does: ``reads and writes every row …``."""
    return can_of(seen.kind)


def severity_of(seen: Sighting) -> Severity:
    """By where it stands first, then by how much it opens."""
    little = seen.weight is Weight.LITTLE
    if seen.standing is Standing.BUNDLE or (seen.public_variable and seen.standing is not Standing.HISTORY):
        if little:
            return Severity.LOW if seen.kind is K.AWS_ID else Severity.MEDIUM
        return Severity.CRITICAL
    if seen.standing is Standing.TRACKED:
        found = _WEIGHTS[seen.weight]
        if seen.environment == "development" and seen.shown.startswith("…"):
            return _LOWER[found]  # made for development, as far as names go
        return _LOWER[found] if seen.in_tests else found
    if little:
        return Severity.LOW if seen.standing is Standing.HISTORY else Severity.INFO
    if seen.standing is Standing.HISTORY:
        pushed = seen.past is not None and seen.past.pushed
        found = Severity.HIGH if pushed else Severity.MEDIUM
        return _LOWER[found] if seen.in_tests and seen.kind is not K.SUPABASE_SERVICE_ROLE else found
    return Severity.MEDIUM


def confidence_of(seen: Sighting) -> Confidence:
    """A known form is sure; a name and randomness are less; in tests and examples it is often made up."""
    if seen.in_tests:
        # the payload of a service-role key names its project: few invent that
        return Confidence.MEDIUM if seen.kind is K.SUPABASE_SERVICE_ROLE else Confidence.LOW
    return Confidence.MEDIUM if seen.shown.startswith("…") else Confidence.HIGH


def finding(rule: str, seen: Sighting, title: str, detail: str, severity: Severity | None = None) -> Finding:
    """The finding of one secret in one file.

    Its fingerprint is made of rule, kind, file, variable and mask: the same on every machine, another once the secret was changed.
    """
    subject = Subject(kind="secret", name=f"{seen.kind} {seen.shown}")
    facts = [
        ("kind", str(seen.kind)),
        ("secret", seen.fingerprint),
        ("shown", seen.shown),
        ("standing", str(seen.standing)),
        ("variable", seen.where.symbol or ""),
    ]
    if seen.past is not None:
        facts += [("first-commit", seen.past.first), ("last-commit", seen.past.last)]
    return Finding(
        rule=rule,
        subject=subject,
        title=title,
        severity=severity or severity_of(seen),
        confidence=confidence_of(seen),
        executed=False,
        where=seen.where,
        fingerprint=fingerprint(rule, subject, f"{seen.where.file}\x1f{seen.where.symbol or ''}"),
        detail=detail,
        facts=tuple(sorted(facts)),
    )


def life(past: Past | None, found: SecretsFound) -> str:
    """Since when it stands in the history and who may have it; empty when the history does not say."""
    if past is None:
        return ""
    since = f"It was first committed on {past.first_at.date().isoformat()} in {past.first[:10]}"
    if past.last != past.first:
        since += f" and last touched on {past.last_at.date().isoformat()} in {past.last[:10]}"
    if past.pushed:
        remotes = ", ".join(found.history.remotes) or "a remote"
        return f"{since}; it was pushed: whoever can read {remotes}, or took a clone or fork since, has it."
    if past.pushed is False:
        return f"{since}; no remote-tracking branch contains it, so as far as this clone knows it was not pushed."
    return f"{since}; this clone has no remote-tracking branch to tell whether it was pushed."


def also_in(files: list[str]) -> str:
    """Up to three more files in words."""
    if not files:
        return ""
    return f" Also in {listed(files, 3)}."


def about(seen: Sighting) -> str:
    """What is known of it, in parentheses."""
    return f" ({seen.about})" if seen.about else ""


def first_upper(phrase: str) -> str:
    """The phrase as the beginning of a sentence."""
    return phrase[:1].upper() + phrase[1:]
