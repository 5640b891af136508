"""What names say: which tables and columns are private, secret, public or an owner's, however a code base spells them.

A name is weak evidence: the ownership map, the catalog and what other handlers of the same repository do come first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from assistant.detect.code.spellings import key_of, stands_ahead


if TYPE_CHECKING:
    from collections.abc import Iterable


_SPLIT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TRAIL: Final = frozenset({"table", "schema", "model", "entity", "collection"})
_SAME: Final = frozenset(
    {"address", "status", "access", "business", "process", "news", "analysis", "series", "bus", "alias"}
)


def named(text: str) -> frozenset[str]:
    """A set of names, written as a sentence."""
    return frozenset(text.split())


CALLER_COLUMNS: Final = named("""user_id owner_id author_id account_id profile_id member_id customer_id created_by created_by_id owner userid uid
    clerk_id clerk_user_id auth_id auth_user_id subject_id user_email owner_email builder_id student_id seller_id buyer_id
    vendor_id client_id patient_id teacher_id creator_id uploader_id sender_id requester_id""")
"""Columns that name a person whose row it is."""
_SELF: Final = named(
    """user_id userid uid owner_id account_id clerk_id clerk_user_id auth_id auth_user_id user_email owner_email customer_id student_id
    patient_id profile_id member_id subject_id"""
)
_AUTHORS: Final = named("created_by created_by_id creator_id author_id added_by uploaded_by")
TENANT_COLUMNS: Final = named("""team_id tenant_id organization_id organisation_id org_id workspace_id company_id business_id project_id space_id
    account_id school_id agency_id store_id shop_id restaurant_id salon_id gym_id club_id firm_id community_id group_id household_id clinic_id environment_id
    email_account_id tenant workspace team organization""")
"""Columns that name the tenant a row belongs to."""
_HOUSES: Final = TENANT_COLUMNS - named("project_id space_id account_id environment_id email_account_id group_id")
"""Those that name a customer of the application, and not a thing that one person may own."""
_OWNERS: Final = CALLER_COLUMNS | TENANT_COLUMNS
CAPABILITY_WORDS: Final = named("""token tokens secret hash signature sig nonce otp nanoid capability invite_code invitation_code share_code share_key access_code access_key
    magic_link reset_code verification_code confirmation_code unsubscribe_code api_key apikey
    view_token share_token invite_token session_token confirmation_token unsubscribe_token
    client_secret uuid_token""")
"""Names of identifiers that nobody guesses and that are meant to be handed out."""
_CAPABILITY_PARTS: Final = frozenset({"token", "secret", "nanoid", "otp", "signature", "nonce", "hash"})

SECRET_COLUMNS: Final = named("""password password_hash hashed_password pass_hash secret token access_token refresh_token id_token api_key apikey hashed_key key_hash
    private_key signing_secret webhook_secret client_secret encrypted_key session_token session_secret two_factor_secret totp_secret
    recovery_codes backup_codes otp otp_secret reset_token verification_token encryption_key service_key""")
"""Columns that nobody needs in a response."""
_HANDED_OUT: Final = named(
    "share shared portal invite invitation public capture unsubscribe join csrf view viewer embed link form feed calendar preview device push fcm expo preference opt tracking count counts total max usage used reporter page cursor pagination continuation"
)
_GRAVE: Final = named("""password_hash hashed_password pass_hash private_key key_hash hashed_key session_secret access_token refresh_token recovery_codes
    backup_codes encryption_key service_key reset_token password_reset_token verification_token""")
_SECRET_PARTS: Final = frozenset({"password", "secret", "totp", "passwd"})

PERSONAL_COLUMNS: Final = named("""email phone phone_number address street date_of_birth birthday ssn iban tax_id passport ip ip_address stripe_customer_id
    full_name first_name last_name""")
"""Columns about a person."""

_PUBLIC: Final = named("""product plan price pricing category tag country currency language locale faq blog article changelog feature template
    announcement testimonial leaderboard exercise course lesson badge achievement region city timezone sitemap release job_posting
    skill technology tool topic genre exchange_rate banner hero migration health catalog catalogue variant collection
    incident_status status_page question quiz review rating site_setting site_config site_content site_info""")
_PRIVATE: Final = named("""user account session api_key apikey webhook token customer order payment invoice message chat document file note
    subscription member membership team_member organization organisation workspace tenant profile conversation thread attachment
    credential secret audit_log log activity payout settlement address card transaction credit notification email contact
    subscriber broadcast campaign domain integration connection vote participant comment poll project invitation invite
    bookmark favorite cart address_book report ticket lead deal event_log embedding chunk knowledge memory setting preference
    submission progress sheet usage billing refund dispute transcript recording upload folder dataroom viewer agreement
    workflow task todo agent execution expense budget income asset resume cover_letter interview appointment reservation patient prescription
    medical_record health_record journal diary habit goal itinerary generation dataset server deployment ssh_key backup env_var employee
    payroll salary timesheet contract receipt claim loan wallet client quote candidate medication device bank_account""")
_KEPT_OF: Final = named(
    "history detail item line record entry version revision snapshot state status result attempt datum data info"
)
"""What is kept of something else: as private as that is."""
_SERVERS: Final = named(
    """verification_token verification rate_limit idempotency_key idempotency webhook_event processed_event processed_stripe_event stripe_event
    migration lock job cron_run cron_job cache otp password_reset_token password_reset magic_link email_verification oauth_state nonce"""
)
_SETTINGS: Final = named(
    "set_config current_setting pg_notify pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock pg_advisory_unlock now"
)
"""Functions of PostgreSQL that reach no row."""
_EITHER: Final = named("job lock cache migration verification")
"""What a server keeps for itself in one application and a customer has in another: a queue's job, and one that somebody applies for."""
_OWN_NOTES: Final = re.compile(
    r"rate_limit|telemetry|throttl|(?:^|_)(?:api|request|error|debug|system|security|performance|http|webhook)_(?:log|metric|event|request|hit)$"
)
"""What a server writes down about its own requests."""
_SHARED: Final = named(
    """post post_comment reply reaction like follow follower following topic channel forum community_post community_profile community_comment
    endorsement project_endorsement badge_award comment mention hashtag feed_item public_profile"""
)


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: ``apiKeyId`` and ``api_key_id`` are both ``api``, ``key``, ``id``."""
    return tuple(part.lower() for part in _SPLIT.findall(name))


@lru_cache(maxsize=8192)
def snake(name: str) -> str:
    """``teamId`` is ``team_id``; of a path (``team.users.userId``) the last name."""
    return "_".join(words(name.rpartition(".")[2]))


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """``companies`` is ``company``, ``chats`` is ``chat``; good enough to hold two spellings of one table together."""
    if word in _SAME or len(word) < 4:  # noqa: PLR2004 - "bus", "gas"
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=8192)
def table_key(table: str) -> str:
    """One spelling for ``Chat``, ``chats``, ``chatTable``, ``public.chats`` and ``"public"."Chat"``."""
    parts = list(words(table.replace('"', "").rpartition(".")[2]))
    while len(parts) > 1 and parts[-1] in _TRAIL:
        parts.pop()
    return "_".join((*parts[:-1], singular(parts[-1]))) if parts else ""


@lru_cache(maxsize=8192)
def _key_of(column: str) -> str:
    """``teamDbId``, ``team_uuid`` and ``id_team`` are spellings of ``team_id``, and so is ``p_team`` of a function."""
    return key_of(snake(column))


def names_owner(column: str) -> bool:
    """The column says whose the row is."""
    return _key_of(column) in _OWNERS


def names_person(column: str) -> bool:
    """The column names a person."""
    return _key_of(column) in CALLER_COLUMNS


def names_self(column: str) -> bool:
    """The column usually holds the account that acts, and not somebody whose page is looked at."""
    return _key_of(column) in _SELF


def names_author(column: str) -> bool:
    """The column says who wrote the row down: a colleague as a rule, and not whoever alone may see it."""
    return snake(column) in _AUTHORS


def names_tenant(column: str) -> bool:
    """The column names a tenant."""
    return _key_of(column) in TENANT_COLUMNS


def names_house(column: str) -> bool:
    """The column names a tenant of many people: a team, an organisation, a shop."""
    return _key_of(column) in _HOUSES


def is_capability(name: str) -> bool:
    """An identifier of this name is handed out on purpose and not guessed: a share token, an invite code, a secret link."""
    written = snake(name)
    if written in CAPABILITY_WORDS:
        return True
    parts = set(words(name.rpartition(".")[2]))
    return bool(_CAPABILITY_PARTS & parts) and not {"new", "password"} <= parts


_NOTES: Final = re.compile(r"(?:^|_)(?:audit|log|activity|history|event)$")


def keeps_notes(table: str) -> bool:
    """A table into which the application writes what happened: ``audit_logs``, ``login_history``."""
    return bool(_NOTES.search(table_key(table)))


def keeps_record(table: str) -> bool:
    """A log by its last word, or the events of one: ``edit_logs``, ``change_events``; no calendar."""
    return bool(re.search(r"(?:^|_)(?:audit|log|history)$|_(?:change|tracking|audit|edit)_event$", table_key(table)))


_AUDITS: Final = re.compile(
    r"(?:^|_)audit(?:_|$)|(?:^|_)(?:activity|login|auth|access|security|event|system|admin|action|change)_log$"
)


def keeps_audit(table: str) -> bool:
    """Only what the application itself did or was asked for stands there: ``audit_logs``, ``login_log``; no log that a person keeps."""
    return bool(_AUDITS.search(table_key(table)))


_ABOUT_IT: Final = frozenset(
    {
        "at",
        "change",
        "changed",
        "changes",
        "enabled",
        "set",
        "count",
        "used",
        "limit",
        "required",
        "expires",
        "expiry",
        "deadline",
        "until",
        "policy",
        "reminder",
        "length",
        "days",
    }
)
"""``password_changed_at``, ``tokens_used``: about a secret, and none."""
_FLAGS: Final = named("must is has had requires require needs should force forces")
"""``must_change_password``, ``is_password_protected``: yes or no, and no secret."""
_A_PIECE: Final = named("short prefix suffix hint masked partial preview last4 redacted truncated")
"""``short_token``, ``key_prefix``: the piece by which its owner tells one key from another."""


@lru_cache(maxsize=8192)
def is_secret(column: str) -> bool:
    """Nobody needs this column in a response; tokens that are made to be handed out are not meant."""
    parts = set(words(column.rpartition(".")[2]))
    if {*parts, *map(singular, parts)} & _HANDED_OUT and not parts & _SECRET_PARTS:
        return False
    written = snake(column)
    if snake(column.rpartition(".")[2]).partition("_")[0] in _FLAGS:
        return False
    if written.rpartition("_")[2] in _ABOUT_IT or parts & {"notify", "notification"} or parts & _A_PIECE:
        return False
    return written in SECRET_COLUMNS or bool(_SECRET_PARTS & parts) or written.endswith(("_token", "api_key"))


def holds_secrets(table: str, columns: Iterable[str]) -> bool:
    """A column is a secret by its name, or by that of its table: the ``key`` of ``apiKeys``."""
    keyed = bool({"key", "token", "secret", "credential", "session"} & set(table_key(table).split("_")))
    return any(is_secret(one) or (keyed and snake(one) in {"key", "value", "hash", "code"}) for one in columns)


_SECRET_VARIABLE: Final = re.compile(r"SECRET|SERVICE_ROLE|PRIVATE_KEY|PASSWORD|DATABASE_URL|API_KEY|_TOKEN$")


def is_secret_variable(name: str) -> bool:
    """The name is one of a variable of the environment by which the application itself is let in somewhere."""
    return bool(_SECRET_VARIABLE.search(name))


@lru_cache(maxsize=8192)
def is_grave(column: str) -> bool:
    """A secret that is never made to be shown, whoever asks: a hash, a private key, a token of another service.

    A bare ``password`` may as well be the one that opens a shared page, which its owner sees.
    """
    parts = set(words(column))
    return is_secret(column) and (
        snake(column) in _GRAVE
        or bool(_SECRET_PARTS & parts and len(parts) > 1)
        or ("key" in parts - {"api"} and "private" in parts)
    )


def is_personal(column: str) -> bool:
    """The column is about a person."""
    return snake(column) in PERSONAL_COLUMNS


def sounds_public(table: str, *, whole: bool = False) -> bool:
    """Catalogue data by its name: products, plans, posts; of ``exam_template`` only the last word of the ``whole``."""
    key = table_key(table)
    return key in _PUBLIC or (not whole and key.rpartition("_")[2] in _PUBLIC)


def sounds_shared(table: str) -> bool:
    """What people write for one another by its name: posts, comments, likes. Its author is no owner who keeps it."""
    return table_key(table) in _SHARED


def sounds_private(table: str) -> bool:
    """Customers' data by its name: chats, orders, members, and what is kept of them: ``subscription_histories``."""
    key = table_key(table)
    if key.partition("_")[0] in {"user", "customer"}:
        return True
    stem, _, last = key.rpartition("_")
    return bool({key, last} & _PRIVATE) or (last in _KEPT_OF and bool({stem, stem.rpartition("_")[2]} & _PRIVATE))


def sounds_servers(table: str, *, owned: bool = False) -> bool:
    """Bookkeeping of the server by its name: verification tokens, processed events, locks; ``owned`` when its rows have owners."""
    key = table_key(table)
    if owned and key in _EITHER:
        return False
    return key in _SERVERS or key in _SETTINGS or bool(_OWN_NOTES.search(key))


_PUBLISHED: Final = named(
    "public published publish shared share visible visibility listed featured approved sharing discoverable"
)
_YES: Final = frozenset(
    {"true", "1", "'public'", "'published'", "'active'", "'approved'", "'shared'", "'open'", "'visible'", "'live'"}
)


def says_public(column: str, constants: tuple[str, ...]) -> bool:
    """A condition that its owner meets by publishing the row: ``is_public = true``, ``status = 'published'``."""
    yes = any(constant.lower() in _YES for constant in constants)
    return yes and (
        bool(_PUBLISHED & set(words(column)))
        or any(value in {"'public'", "'published'"} for value in map(str.lower, constants))
    )


_ID_WORDS: Final = named("id ids uuid uid guid key slug email sub sid no number ref")


def names_id(column: str) -> bool:
    """The column finds one row or the rows of one owner: ``id``, ``chat_id``, ``slug``, ``email``."""
    parts = words(column.rpartition(".")[2])
    return bool(parts) and (parts[-1] in _ID_WORDS or stands_ahead(parts))


_NUMBERS: Final = named("tax_id vat_id fiscal_id national_id passport_id external_id legacy_id")
_NUMBERED: Final = named(
    "client customer contact company organization organisation business supplier vendor user profile employee patient person member tenant contractor account"
)


def is_number_of(table: str, column: str) -> bool:
    """The tax number of a customer, the passport of a person: a number of the outside world, and no row of this database."""
    return snake(column) in _NUMBERS and table_key(table).rpartition("_")[2] in _NUMBERED


def points_at(column: str) -> str:
    """The table a column refers to by its name: ``monitorIds`` is ``monitor``; empty for ``id`` and for columns that refer to nothing."""
    parts = words(column.rpartition(".")[2])
    if len(parts) > 1 and parts[-1] in {"id", "ids", "uuid", "connect"}:
        return table_key("_".join(parts[:-1]))
    return table_key("_".join(parts[1:])) if stands_ahead(parts) else ""


_CONTENT: Final = named(
    "name title text content body message note description comment file url data metadata amount total payload username prompt answer"
)


def tells(column: str) -> bool:
    """The column holds what somebody wrote, or names somebody: no bare figure."""
    return bool(_CONTENT & set(words(column.rpartition(".")[2])))


_SENT: Final = frozenset({(word, "at") for word in ("sent", "pushed", "notified", "reminded", "emailed", "delivered")})
"""When somebody was told of a row that was found elsewhere."""


def says_sent(column: str) -> bool:
    """The column says when somebody was told: ``push_sent_at``."""
    return words(column)[-2:] in _SENT


def keeps_books(column: str) -> bool:
    """The column says when or how often something was used: ``last_used_at``, ``usage``, ``views_count``."""
    parts = words(column)
    return (
        parts[:1] == ("last",)
        or parts[-2:] in _SENT
        or snake(column)
        in {
            "usage",
            "usage_count",
            "views",
            "view_count",
            "clone_count",
            "copy_count",
            "download_count",
            "downloads",
            "open_count",
            "play_count",
            "share_count",
            "visit_count",
            "clicks",
            "hits",
            "updated_at",
        }
    )
