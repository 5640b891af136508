"""What each actor should be able to do, derived from the ownership map and from nothing else: a policy is never its own judge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.attack.graph import ACCOUNTS
from assistant.attack.rows import PRIVILEGED
from assistant.domain.matrix import Actor, Verb
from assistant.domain.ownership import Confidence, OwnerKind, Ownership


if TYPE_CHECKING:
    from assistant.attack.graph import Graph
    from assistant.domain.names import Name

STRANGERS = (Actor.GUEST, Actor.SIGNED_IN, Actor.OTHER_TENANT, Actor.FORGED_CLAIMS)
"""Actors outside the victim's tenant."""


class Stand(StrEnum):
    """What the map says about one actor and one verb."""

    DENY = "deny"
    """Must not succeed."""
    ALLOW = "allow"
    """Must succeed, or somebody is locked out."""
    ASK = "ask"
    """The map does not say; a person has to."""
    SILENT = "silent"
    """Neither is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The map's entry of one object, followed to the one who finally owns the row."""

    entry: Ownership
    """The object's own entry."""
    kind: OwnerKind
    """Kind after following parents and conditions: never via, never conditional."""
    owner: Ownership
    """The entry that finally names the owner: the object's own or an ancestor's."""
    confidence: Confidence
    """The weakest along the way; high once the operator confirmed."""
    confirmed: bool
    """True when every entry on the way stands in stanch.toml."""

    def of(self, actor: Actor, verb: Verb) -> Stand:
        """What that actor may do."""
        if actor is Actor.SERVICE:
            return Stand.ALLOW
        if self.kind is OwnerKind.UNKNOWN:
            return Stand.ASK
        if self.kind is OwnerKind.PUBLIC:
            return self._public(actor, verb)
        if self.kind is OwnerKind.SERVICE:
            return Stand.SILENT if actor is Actor.OWNER else Stand.DENY
        if actor is Actor.OWNER:
            return Stand.ALLOW
        if actor is Actor.TEAMMATE:
            return self._teammate(verb)
        return Stand.DENY

    def _public(self, actor: Actor, verb: Verb) -> Stand:
        if verb is Verb.SELECT:
            return Stand.ALLOW
        return Stand.SILENT if actor is Actor.OWNER and self.entry.authors else Stand.DENY

    def _teammate(self, verb: Verb) -> Stand:
        shared = self.kind in {OwnerKind.TENANT, OwnerKind.MEMBERSHIP}
        if verb is Verb.SELECT:
            return Stand.ALLOW if shared else Stand.DENY
        if not shared:
            return Stand.DENY
        roles = self.owner.write_roles or self.entry.write_roles
        if roles:
            return Stand.DENY if all(PRIVILEGED.search(role) for role in roles) else Stand.SILENT
        if self.kind is OwnerKind.MEMBERSHIP and self.entry.kind is OwnerKind.MEMBERSHIP and self.entry.role_column:
            return Stand.DENY
        return Stand.SILENT


def rule_of(graph: Graph, name: Name) -> Rule:
    """Follow an entry through its parents to the one that names the owner."""
    entry = graph.entry(name)
    if name == ACCOUNTS:
        # the platform's own table: nobody needs to be asked whose an account is
        entry = Ownership(name=name, kind=OwnerKind.SELF, columns=("id",), sensitive=("email", "phone"), confirmed=True)
    owner, confidence, confirmed = entry, _sure(entry), entry.confirmed
    seen = {name}
    while _kind(owner) is OwnerKind.VIA and owner.parent is not None and owner.parent not in seen:
        seen.add(owner.parent)
        owner = graph.entry(owner.parent)
        confidence = weaker(confidence, _sure(owner))
        confirmed = confirmed and owner.confirmed
    kind = _kind(owner)
    if kind in {OwnerKind.VIA, OwnerKind.CONDITIONAL}:
        kind = OwnerKind.UNKNOWN
    if kind is OwnerKind.PUBLIC and owner is not entry:
        kind = OwnerKind.UNKNOWN if not confirmed else kind
    if kind is OwnerKind.MEMBERSHIP and owner is not entry:
        kind = OwnerKind.TENANT
    return Rule(entry=entry, kind=kind, owner=owner, confidence=confidence, confirmed=confirmed)


def weaker(one: Confidence, other: Confidence) -> Confidence:
    """The lower of two confidences."""
    order = list(Confidence)
    return max(one, other, key=order.index)


def _kind(entry: Ownership) -> OwnerKind:
    if entry.kind is OwnerKind.CONDITIONAL:
        return entry.base or OwnerKind.UNKNOWN
    return entry.kind


def _sure(entry: Ownership) -> Confidence:
    return Confidence.HIGH if entry.confirmed else entry.confidence
