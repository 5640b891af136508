"""Storage: objects of both tenants in every bucket, read, deleted and written by everybody; a public bucket is its own finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import SIDE_OF, Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.judge import refusal, severity_of
from assistant.attack.seed import REPLICA
from assistant.attack.trial import Step, Trial, act, look
from assistant.attack.values import canary_uuid
from assistant.attack.witness import script
from assistant.domain.matrix import Actor, Cell, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import ident, literal


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.graph import Graph
    from assistant.attack.session import Session
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Bucket

OBJECTS: Final = Name("storage", "objects")
"""Where all buckets keep their rows."""


_SHOWN: Final = re.compile(
    r"avatar|image|logo|public|asset|media|photo|thumb|icon|banner|cover|picture|static|gallery|profile", re.IGNORECASE
)
"""Names of buckets that are there to be shown: public, they are a note, not an alarm."""


def seed_storage(session: Session, graph: Graph) -> None:
    """Three objects a side in every bucket: under the user's id, under the tenant's, and under neither."""
    table = graph.catalog.tables.get(OBJECTS)
    if table is None:
        return
    trials = []
    for bucket in graph.catalog.buckets:
        if not bucket.declared:
            made = f"insert into storage.buckets (id, name, public) values ({literal(bucket.id)}, {literal(bucket.id)}, false) on conflict do nothing"
            trials.append(Trial(steps=(Step(sql=made),), settings=REPLICA, keep=True))
        for side in (Side.VICTIM, Side.OTHER):
            for name in object_names(graph, side):
                row = {
                    "id": literal(object_id(bucket, side, name)),
                    "bucket_id": literal(bucket.id),
                    "name": literal(name),
                    "owner": literal(canary_uuid(Name("auth", "users"), "id", side)),
                    "owner_id": literal(graph.subject(side)),
                }
                row = {column: value for column, value in row.items() if table.column(column) is not None}
                sql = f"insert into storage.objects ({', '.join(ident(one) for one in row)}) values ({', '.join(row.values())})"
                trials.append(Trial(steps=(Step(sql=sql),), settings=REPLICA, keep=True))
    session.run(trials)


def object_names(graph: Graph, side: Side) -> tuple[str, ...]:
    """Paths of that side's objects; all of them carry its canary."""
    folders = [graph.subject(side), graph.tenant_id(side), "misc"]
    return tuple(f"{folder}/zq{side.value}_object.txt" for folder in dict.fromkeys(folders) if folder)


def object_id(bucket: Bucket, side: Side, name: str) -> str:
    """The id of a seeded object."""
    return canary_uuid(Name("storage", f"{bucket.id}/{name}"), "id", side)


def storage_attempts(field: Field, bucket: Bucket) -> Iterator[Attempt]:
    """All cells of one bucket."""
    if bucket.public and bucket.declared:
        yield settled(_public(field, bucket))
    for caller in field.callers:
        if caller.actor in {Actor.SERVICE, Actor.OWNER}:
            continue
        for verb in (Verb.SELECT, Verb.INSERT, Verb.UPDATE, Verb.DELETE):
            if verb is Verb.SELECT and bucket.public and caller.actor is Actor.GUEST:
                continue  # the public bucket has already said so
            yield _attempt(field, bucket, caller, verb)
    owner = field.caller(Actor.OWNER)
    for verb in (Verb.SELECT, Verb.INSERT, Verb.DELETE):
        yield _attempt(field, bucket, owner, verb)


def _public(field: Field, bucket: Bucket) -> Cell:
    entry = field.graph.ownership.entries.get(Name("storage", bucket.id))
    caller = field.caller(Actor.GUEST)
    if entry is not None and entry.kind is OwnerKind.PUBLIC:
        reason = "the bucket is public, as the map says it should be"
        return _named(simple("storage.objects", "bucket", Verb.SELECT, caller, Verdict.HOLDS, reason), bucket)
    shown = _SHOWN.search(bucket.id) is not None
    statement = f"select id, public from storage.buckets where id = {literal(bucket.id)} and public"
    return Cell(
        object="storage.objects",
        kind="bucket",
        verb=Verb.SELECT,
        actor=Actor.GUEST,
        variant=bucket.id,
        verdict=Verdict.LEAKS,
        reason=f"bucket {bucket.id} is public: its objects are served to whoever knows the address, and no policy is asked",
        steps=(f"fetch /storage/v1/object/public/{bucket.id}/<path> without a session",),
        columns=(bucket.id,),
        severity=Severity.LOW if shown else Severity.HIGH,
        confidence=Confidence.LOW if shown else Confidence.MEDIUM,
        witness=script(caller, f"bucket {bucket.id} is public.", ["reset role", statement]),
    )


def _attempt(field: Field, bucket: Bucket, caller: Caller, verb: Verb) -> Attempt:
    """One actor and one verb over the victim's objects of a bucket, each path on its own."""
    if not field.privileges.may(OBJECTS, caller.role, verb.value.upper()):
        verdict = Verdict.UNKNOWN if caller.actor is Actor.OWNER else Verdict.HOLDS
        cell = simple("storage.objects", "bucket", verb, caller, verdict, "no grant")
        return settled(_named(cell, bucket))
    names = object_names(field.graph, Side.VICTIM)
    pairs = [_statements(field, bucket, caller, verb, name) for name in names]
    trials = tuple(
        Trial(steps=(act(caller, sql, asks=verb is Verb.SELECT, must=True), look(proof)), settings=caller.settings)
        for sql, proof in pairs
    )
    return Attempt(trials=trials, judge=lambda outcomes: _judged(field, bucket, caller, verb, names, pairs, outcomes))


def _statements(field: Field, bucket: Bucket, caller: Caller, verb: Verb, name: str) -> tuple[str, str]:
    victim = literal(object_id(bucket, Side.VICTIM, name))
    here = f"bucket_id = {literal(bucket.id)}"
    match verb:
        case Verb.SELECT:
            return f"select name from storage.objects where {here} and id = {victim}", "select 1"
        case Verb.DELETE:
            sql = f"delete from storage.objects where {here} and id = {victim}"
            return sql, f"select 1 where not exists (select 1 from storage.objects where id = {victim})"
        case Verb.UPDATE:
            sql = f"update storage.objects set name = name where {here} and id = {victim}"
            return sql, f"select 1 from storage.objects where id = {victim} and xmin::text::bigint >= $1"
        case _:
            side = SIDE_OF.get(caller.actor)
            path = f"{name.rpartition('/')[0]}/zqnew.txt"
            columns, values = ["bucket_id", "name"], [literal(bucket.id), literal(path)]
            if side is not None:
                columns += ["owner", "owner_id"]
                values += [literal(canary_uuid(Name("auth", "users"), "id", side)), literal(field.graph.subject(side))]
            sql = f"insert into storage.objects ({', '.join(columns)}) values ({', '.join(values)})"
            return sql, f"select 1 from storage.objects where {here} and name = {literal(path)}"


def _judged(
    field: Field,
    bucket: Bucket,
    caller: Caller,
    verb: Verb,
    names: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    outcomes: Sequence[tuple[Outcome, ...]],
) -> Cell:
    done = [
        index
        for index, (tried, proof) in enumerate(outcomes)
        if tried.ok and (tried.text if verb is Verb.SELECT else proof.text) is not None
    ]
    # writing into a folder that is nobody's harms nobody: only the victim's own folders count
    named = len(names) - 1
    counted = [index for index in done if verb is not Verb.INSERT or index < named]
    if caller.actor is Actor.OWNER:
        verdict = Verdict.HOLDS if counted else Verdict.UNKNOWN
        reason = "works on their own objects" if counted else "the owner's own attempt does not work: not meant to"
        return _named(simple("storage.objects", "bucket", verb, caller, verdict, reason), bucket)
    entry = field.graph.ownership.entries.get(Name("storage", bucket.id))
    if counted and verb is Verb.SELECT and entry is not None and entry.kind is OwnerKind.PUBLIC:
        reason = "the bucket is public, as the map says it should be"
        return _named(simple("storage.objects", "bucket", verb, caller, Verdict.HOLDS, reason), bucket)
    if not counted or (caller.actor is Actor.TEAMMATE and names[counted[0]].startswith(_tenant_folder(field))):
        verdict, reason = refusal(outcomes[0][0])
        return _named(simple("storage.objects", "bucket", verb, caller, verdict, reason), bucket)
    if bucket.public and verb is Verb.SELECT:
        reason = "the bucket is public: listing its objects adds little to that"
        return _named(simple("storage.objects", "bucket", verb, caller, Verdict.UNKNOWN, reason), bucket)
    doing = {Verb.SELECT: "read", Verb.DELETE: "deleted", Verb.UPDATE: "replaced", Verb.INSERT: "added to"}[verb]
    return Cell(
        object="storage.objects",
        kind="bucket",
        verb=verb,
        actor=caller.actor,
        variant=bucket.id,
        verdict=Verdict.LEAKS,
        reason=f"another person's objects in bucket {bucket.id} can be {doing}",
        steps=(f"{verb.value} objects of bucket {bucket.id}",),
        columns=(bucket.id,),
        severity=severity_of(caller.actor, verb, sensitive=verb is not Verb.INSERT, blind=verb is Verb.INSERT),
        confidence=Confidence.HIGH if counted[0] < named else Confidence.MEDIUM,
        witness=script(
            caller,
            f"an object of somebody else in bucket {bucket.id} can be {doing}.",
            [pairs[counted[0]][0]],
            show=None
            if verb is Verb.SELECT
            else f"select name from storage.objects where bucket_id = {literal(bucket.id)}",
        ),
    )


def _tenant_folder(field: Field) -> str:
    return f"{field.graph.tenant_id(Side.VICTIM) or 'no tenant'}/"


def _named(cell: Cell, bucket: Bucket) -> Cell:
    from dataclasses import replace

    return replace(cell, variant=bucket.id)
