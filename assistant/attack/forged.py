"""Claims a user may write for themselves, an address they may register, and a claim or setting that is missing.

What the policies ask for chooses what is forged; what opens is judged by the map. ``app_metadata`` is never forged.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side, claims_of
from assistant.attack.claims import server_claims
from assistant.attack.graph import ACCOUNTS
from assistant.attack.oracle import rule_of
from assistant.attack.reads import read
from assistant.attack.writes import write
from assistant.domain.matrix import Actor, Verb
from assistant.sql.names import literal


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Attempt, Field
    from assistant.domain.catalog import Table

_METADATA: Final = re.compile(r"user_meta_?data", re.IGNORECASE)
_METADATA_KEY: Final = re.compile(
    r"user_meta_?data'?(?:::\w+)?\)*\s*(?:::jsonb?\)*\s*)?->>?\s*'([^']+)'", re.IGNORECASE
)
_STORED_KEY: Final = re.compile(r"raw_user_meta_data\)*\s*->>?\s*'([^']+)'", re.IGNORECASE)
_EMAIL: Final = re.compile(
    r"email'?[^=~']{0,40}(=|~~\*?|~\*?|like|ilike)\s*(?:ANY\s*\(\s*\(?ARRAY\[)?\(*'((?:[^']|'')+)'", re.IGNORECASE
)
_ENDS: Final = re.compile(r"email[^'(]{0,30}[,)]*\s*,\s*'([^']*\.[a-z]{2,})'", re.IGNORECASE)
_NAMES: Final = re.compile(r"[a-z_][\w$]*(?=\()", re.IGNORECASE)


def forged_attempts(field: Field, table: Table) -> Iterator[Attempt]:
    """What opens for a signed-in user who chose their claims as the table's policies would like them."""
    text = guarding_text(field, table)
    rule = rule_of(field.graph, table.name)
    for caller in disguises(field, text):
        yield read(field, table, caller)
        if not caller.variant.startswith("email"):
            for verb in (Verb.UPDATE, Verb.DELETE):
                yield write(field, table, caller, verb, rule, rule.of(caller.actor, verb))
    for caller in stored(field, text):
        yield read(field, table, caller)
    yield from _without(field, table, text)


def guarding_text(field: Field, table: Table) -> str:
    """The table's predicates and the bodies of the functions they call, one level of calls after another."""
    text = "\n".join(part for policy in table.policies for part in (policy.using, policy.check) if part)
    seen: set[str] = set()
    grown = text
    while grown:
        called = {name.lower() for name in _NAMES.findall(grown)} - seen
        seen |= called
        bodies = [one.body for one in field.catalog.functions.values() if one.name.name.lower() in called]
        grown = "\n".join(bodies)
        text += "\n" + grown
    return text


def disguises(field: Field, text: str) -> Iterator[Caller]:
    """Callers with claims made to measure."""
    setting = field.catalog.platform.claims_setting
    if setting is None:
        return
    person = field.caller(Actor.OTHER_TENANT)
    graph = field.graph
    assert person.side is not None
    keys = sorted(set(_METADATA_KEY.findall(text)))
    registered = addresses(text)
    if not keys and not registered:
        return
    claims = claims_of(
        graph.identity(person.side, server_claims(field.claim_paths, graph, person.side)),
        field.catalog.platform.user_role,
    )
    if _METADATA.search(text) and keys:
        wanted: dict[str, list[object]] = {
            "claims-tenant": [graph.tenant_id(Side.VICTIM, key) for key in keys],
            "claims-user": [graph.subject(Side.VICTIM) for _ in keys],
            "claims-admin": ["admin" for _ in keys],
            "claims-owner": ["owner" for _ in keys],
            "claims-true": [True for _ in keys],
        }
        for variant, values in wanted.items():
            if all(value is not None for value in values):
                forged = {**claims, "user_metadata": dict(zip(keys, values, strict=True))}
                yield person.wearing(forged, setting, variant)
    for number, address in enumerate(registered):
        yield person.wearing({**claims, "email": address}, setting, f"email-{number}")


def addresses(text: str) -> tuple[str, ...]:
    """Addresses anybody could register that a sloppy pattern takes for staff; a pattern with its at sign gives none."""
    found = []
    for operator, pattern in [*_EMAIL.findall(text), *(("~~", f"%{suffix}") for suffix in _ENDS.findall(text))]:
        if "@" in pattern or operator == "=":
            continue
        bare = pattern.replace("\\.", ".").replace("\\", "").strip("%^$*.+")
        if re.fullmatch(r"[\w.-]+", bare):
            found += [f"eve@not{bare}"] if "." in bare else [f"{bare}@example.test", f"eve@{bare}.example"]
    return tuple(dict.fromkeys(found))


def stored(field: Field, text: str) -> Iterator[Caller]:
    """People who wrote their stored metadata through the platform's API, for policies that look it up in the accounts."""
    keys = sorted(set(_STORED_KEY.findall(text)))
    accounts = field.catalog.tables.get(ACCOUNTS)
    where = None if accounts is None else field.seeded.where(accounts, Side.OTHER)
    if not keys or where is None:
        return
    wanted = {
        "stored-tenant": field.graph.tenant_id(Side.VICTIM, keys[0]),
        "stored-admin": "admin",
        "stored-true": "true",
    }
    for variant, value in wanted.items():
        if value is not None:
            written = json.dumps(dict.fromkeys(keys, value), sort_keys=True)
            yield replace(
                field.caller(Actor.OTHER_TENANT),
                actor=Actor.FORGED_CLAIMS,
                setup=f"update auth.users set raw_user_meta_data = {literal(written)} where {where}",
                variant=variant,
            )


def _without(field: Field, table: Table, text: str) -> Iterator[Attempt]:
    """The same person when a claim or a setting that the policy asks for is not there."""
    platform = field.catalog.platform
    person = field.caller(Actor.OTHER_TENANT)
    settings = {name for name in (*platform.user_settings, *platform.tenant_settings) if f"'{name}'" in text}
    if settings:
        left = tuple((name, value) for name, value in person.settings if name not in settings)
        yield read(
            field,
            table,
            replace(person, actor=Actor.FORGED_CLAIMS, settings=left, fresh=True, variant="missing-setting"),
        )
        empty = tuple((name, "" if name in settings else value) for name, value in person.settings)
        yield read(field, table, replace(person, actor=Actor.FORGED_CLAIMS, settings=empty, variant="empty-setting"))
    asked = [path for path in field.claim_paths if path[0] != "user_metadata" and f"'{path[-1]}'" in text]
    extra = [path for path in asked if path[0] not in {"sub", "role", "aud", "email", "aal"}]
    if extra and platform.claims_setting is not None and person.side is not None:
        claims = claims_of(field.graph.identity(person.side), platform.user_role)
        yield read(field, table, person.wearing(claims, platform.claims_setting, "missing-claim"))
