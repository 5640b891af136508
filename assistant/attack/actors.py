"""The people of the shadow: two tenants with an owner and a plain member each, somebody without a tenant, and a guest.

A *side* is whose graph a seeded row belongs to; a *caller* is how one of these people reaches the database (role and claims).
The attacker that matters is the owner of the other tenant: a legitimate customer, not a nobody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.domain.matrix import Actor


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.catalog import Platform


class Side(StrEnum):
    """Whose row it is; the letter is part of every canary."""

    VICTIM = "a"
    """Owner of tenant A: the rows that must not be seen."""
    MEMBER = "m"
    """Plain member of tenant A."""
    OTHER = "b"
    """Owner of tenant B: the attacker."""
    OTHER_MEMBER = "n"
    """Plain member of tenant B."""
    STRANGER = "x"
    """Signed in, member of no tenant."""
    OWNERLESS = "o"
    """A row of tenant A whose owner column is NULL."""
    PUBLISHED = "p"
    """A row of the victim that the victim has published."""


PEOPLE = (Side.VICTIM, Side.MEMBER, Side.OTHER, Side.OTHER_MEMBER, Side.STRANGER)
"""Sides that are persons with an account."""

GRAPH = {
    Side.VICTIM: Side.VICTIM,
    Side.MEMBER: Side.VICTIM,
    Side.OWNERLESS: Side.VICTIM,
    Side.PUBLISHED: Side.VICTIM,
    Side.OTHER: Side.OTHER,
    Side.OTHER_MEMBER: Side.OTHER,
}
"""Whose ordinary rows (tenant, parents) a side refers to; a stranger has none."""

SIDE_OF = {
    Actor.OWNER: Side.VICTIM,
    Actor.TEAMMATE: Side.MEMBER,
    Actor.OTHER_TENANT: Side.OTHER,
    Actor.SIGNED_IN: Side.STRANGER,
    Actor.FORGED_CLAIMS: Side.OTHER,
}
"""The person behind an actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """How an actor reaches the database."""

    actor: Actor
    """Who."""
    side: Side | None
    """Whose rows are their own; None for a guest and for the server."""
    role: str
    """The role the request runs as."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings of the request in order: the claims as JSON, or the application's own."""
    fresh: bool = False
    """True when no setting may ever have been set on the connection (``current_setting`` gives NULL, not '')."""
    setup: str = ""
    """What the person did to their own account beforehand through the platform's API, as SQL of the database's owner."""
    variant: str = ""
    """Added to the variant of the cell: ``fresh``, ``claims-tenant`` …"""

    def wearing(self, claims: Mapping[str, object], setting: str, variant: str) -> Caller:
        """The same person with other claims."""
        return replace(
            self,
            actor=Actor.FORGED_CLAIMS,
            settings=((setting, json.dumps(claims, sort_keys=True)),),
            variant=variant,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a person's session says about them."""

    subject: str
    """Subject of the token: the account's id."""
    email: str
    """Address in the token."""
    tenant: str | None
    """Id of the tenant, as the application would put it into a claim or setting."""
    extra: tuple[tuple[tuple[str, ...], str], ...] = ()
    """Claims that only the server can write (``app_metadata``, ``org_id``): path and value."""


def claims_of(identity: Identity, role: str) -> dict[str, object]:
    """The claims of an ordinary session of that person."""
    claims: dict[str, object] = {
        "aud": "authenticated",
        "role": role,
        "sub": identity.subject,
        "email": identity.email,
        "aal": "aal1",
        "is_anonymous": False,
        "app_metadata": {"provider": "email"},
        "user_metadata": {"email": identity.email},
    }
    for path, value in identity.extra:
        place = claims
        for step in path[:-1]:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place.setdefault(path[-1], value)
    return claims


def callers(platform: Platform, identities: Mapping[Side, Identity]) -> tuple[Caller, ...]:
    """Everybody who tries: guest, signed-in, other-tenant, teammate, owner, and the server where it has a role."""
    people = [_person(platform, actor, SIDE_OF[actor], identities) for actor in _SIGNED_IN]
    if all(identity.tenant is None for identity in identities.values()):
        people = [one for one in people if one.actor is not Actor.TEAMMATE]  # without tenants nobody has teammates
    server = []
    if platform.service_role is not None:
        settings = _claims_setting(platform, {"role": platform.service_role})
        server.append(Caller(actor=Actor.SERVICE, side=None, role=platform.service_role, settings=settings))
    return (guest(platform), *people, *server)


def guest(platform: Platform, *, fresh: bool = False) -> Caller:
    """A visitor without a session; ``fresh`` on a connection that has never seen a setting."""
    role = platform.guest_role or platform.user_role
    settings: tuple[tuple[str, str], ...] = ()
    if not fresh:
        settings = _claims_setting(platform, {"role": role})
        settings += tuple((name, "") for name in (*platform.user_settings, *platform.tenant_settings))
    return Caller(
        actor=Actor.GUEST, side=None, role=role, settings=settings, fresh=fresh, variant="fresh" if fresh else ""
    )


_SIGNED_IN = (Actor.SIGNED_IN, Actor.OTHER_TENANT, Actor.TEAMMATE, Actor.OWNER)


def _person(platform: Platform, actor: Actor, side: Side, identities: Mapping[Side, Identity]) -> Caller:
    who = identities[side]
    settings = _claims_setting(platform, claims_of(who, platform.user_role))
    settings += tuple((name, who.subject) for name in platform.user_settings)
    settings += tuple((name, who.tenant or "") for name in platform.tenant_settings)
    return Caller(actor=actor, side=side, role=platform.user_role, settings=settings)


def _claims_setting(platform: Platform, claims: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    if platform.claims_setting is None:
        return ()
    return ((platform.claims_setting, json.dumps(claims, sort_keys=True)),)
