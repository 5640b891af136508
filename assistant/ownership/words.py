"""What names mean: the vocabulary of tables and columns in one place, read by every rule of this room.

Names are cut into lower-case words (``organizationMembers`` and ``organization_members`` alike) and compared word by word, so
that ``is_republic`` is not public. Vocabulary is evidence of the weakest kind: it decides only where structure is silent.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final


_CUT: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_IES: Final = 3


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """``userId``, ``user_id`` and ``UserID`` all give ``("user", "id")``."""
    return tuple(found.lower() for found in _CUT.findall(name))


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """A plural English word in the singular, well enough for table names."""
    if word.endswith("ies") and len(word) > _IES + 1:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=8192)
def singulars(name: str) -> tuple[str, ...]:
    """The words of a name, each in the singular."""
    return tuple(singular(word) for word in words(name))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


TENANT: Final = _set(
    "account agency board brand branch building business center centre channel church circle classroom clinic club "
    "collective community company congregation dealership department district division enterprise establishment facility "
    "family farm firm franchise group gym hospital hotel household institution lab league location merchant ministry "
    "office org organisation organization parish partner practice project property provider realm restaurant salon "
    "school server shop site space squad store studio supplier team tenant unit vendor venue workspace"
)
"""A thing that people belong to together."""

STRONG_TENANT: Final = _set(
    "account company org organisation organization team tenant workspace agency business household"
)
"""Tenant words that hardly mean anything else; ``org_id`` names a tenant even when no table is called so."""

MEMBERS: Final = _set("member membership collaborator participant teammate")
"""Last words of a table that says who belongs to what."""

NOT_MEMBERS: Final = _set(
    "action activity application attendance attest attestation audit ban block bookmark cart comment draft earning "
    "enrollment event favorite favourite feedback flag follow history invit invitation invite like log message mute "
    "notification order payment pin point poll preference progress rating reaction read receipt removal report request "
    "response review rsvp save score session setting slot stat submission subscription swipe token view vote watch "
    "watchlist wishlist withdrawal achievement badge endorsement upvote downvote vouch clap star kudos interest favourit visit"
)
"""Pairs of a person and a thing that give no rights over the thing: records and expressions of interest."""

PERSON_ROOT: Final = _set("user profile")
"""A table of this name is the table of accounts, or a row of it."""

PERSON: Final = _set(
    "account admin advisor agent artist athlete attendee author beneficiary buyer candidate caregiver cleaner client coach "
    "consultant contact contractor courier creator customer dentist designer developer doctor donor driver editor employee "
    "employer engineer expert farmer founder freelancer guardian guest guide host influencer instructor investor judge "
    "landlord lawyer learner lecturer manager mechanic member mentee mentor merchant model nurse operator organizer owner "
    "parent participant partner patient performer person photographer physician player practitioner professional profile "
    "provider publisher recruiter renter reporter resident reviewer rider seeker seller staff student subscriber talent "
    "teacher technician tenant therapist trainee trainer traveler tutor user vendor volunteer worker writer"
)
"""A row of a table of this name can be one person."""

OWNER_COLUMN: Final = _set("user uid owner profile customer buyer seller sender recipient receiver subscriber userid")
"""First word of ``<word>_id`` when it names a person without a foreign key."""

MAKER: Final = _set("author creator poster uploader submitter writer maker organizer host")
"""Who made the row: its owner when nobody else is."""
MAKER_BY: Final = _set(
    "created added uploaded posted submitted made generated authored requested owned recorded placed"
)
"""``<word>_by`` likewise."""

ACTOR: Final = _set(
    "actor admin approver assigned assignee assigner changer closer confirmer editor grader granter handler initiator "
    "inviter issuer last manager moderator operator performer processor referred referrer rejecter resolver reviewer revoker "
    "supervisor updater validator verifier"
)
"""Who did something to the row: never its owner while anybody else is named."""

STAFF_BY: Final = _set("updated modified approved activated published verified reviewed edited archived")
"""``<word>_by`` beside ``created_by`` means that a back office writes these rows."""

PERSONAL: Final = _set(
    "alert bookmark cart device draft favorite favourite like mute notification onboarding pin preference progress push "
    "reaction read reminder saved seen star todo vote wishlist"
)
"""A table of this name is one person's even inside a tenant."""

TOGETHER: Final = _set(
    "activity answer assignment assignee attachment change comment discussion entry event feedback file history item label link "
    "log member mention message note participant reaction record reply revision section step submission task thread update upload version"
)
"""Parts of a shared thing: whoever may see the whole may see them."""

SERVICE: Final = _set(
    "audit cache cron dead deadletter dedup dedupe digest error failure heartbeat idempotency job lock log migration mutex "
    "nonce otp outbox processed queue ratelimit retry scheduler sync telemetry throttle webhook worker"
)
"""Housekeeping of the server."""
SERVICE_PAIRS: Final = (
    ("rate", "limit"),
    ("verification", "token"),
    ("password", "reset"),
    ("reset", "token"),
    ("schema", "version"),
    ("stripe", "event"),
    ("payment", "event"),
)
"""The same in two words."""

CATALOGUE: Final = _set(
    "achievement badge brand category changelog city color country currency emoji faq feature genre glossary "
    "holiday icon ingredient interest language level locale plan price pricing product "
    "region sector skill skin state subcategory subject tag tax technology theme tier timezone topic translation trait "
    " version zodiac"
)
"""What a site shows to everyone and only the server writes."""

DANGEROUS: Final = _set(
    "access admin allow allowlist api audit auth ban billing blacklist blocklist commission config configuration cost coupon "
    "credential credit discount feedback internal key kyc lead limit log margin message password payment payout permission "
    "policy private prompt promo rate revenue role rule salary secret setting staff submission token usage user waitlist "
    "webhook whitelist wholesale"
)
"""A table with such a word in its name is never called public without asking."""

OPEN: Final = _set("public leaderboard ranking directory showcase gallery catalog catalogue")
"""A view with such a word may be meant for everyone: asked."""

PUBLIC_BUCKET: Final = _set("avatar logo public asset banner cover thumbnail icon static branding profile og")
"""What a public bucket is commonly for."""

ROLE: Final = _set("role rank")
"""A column with this last word holds a member's role."""

PRIVILEGE: Final = [
    "superadmin",
    "superuser",
    "owner",
    "founder",
    "creator",
    "admin",
    "administrator",
    "manager",
    "maintainer",
    "lead",
    "moderator",
    "supervisor",
    "editor",
    "teacher",
    "instructor",
    "staff",
    "developer",
    "agent",
    "contributor",
    "write",
    "member",
    "employee",
    "user",
    "student",
    "participant",
    "collaborator",
    "commenter",
    "read",
    "viewer",
    "reader",
    "guest",
    "readonly",
    "observer",
    "pending",
    "invited",
]
"""Role labels, most privileged first."""
LEADS: Final = _set("superadmin superuser owner founder creator admin administrator manager")
"""Roles that may change who belongs."""
ONLOOKERS: Final = _set("viewer reader read guest readonly observer commenter pending invited")
"""Roles that only look."""
