"""The fix of storage: buckets become private, and policies on storage.objects bind each object to its owner.

An object is its uploader's, or that of the user or tenant whose id its first folder bears. Policies for one bucket are replaced
bucket by bucket; a policy that guards several is written anew for each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind
from assistant.propose.draft import REOPENS, Draft, no_fix, slug
from assistant.propose.ground import COMMANDS
from assistant.propose.owners import Gap, Predicate
from assistant.sql.branches import branches
from assistant.sql.names import ident, literal, qualified
from assistant.sql.policy import Policy
from assistant.sql.predicate import column_names


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.propose.evidence import Case, Docket
    from assistant.propose.shapes import Shapes
    from assistant.propose.workshop import Helper
    from assistant.sql.branches import Surface

OBJECTS: Final = Name("storage", "objects")
_WHOSE: Final = frozenset({"name", "owner", "owner_id", "path_tokens", "id"})
"""Columns of an object that can say whose it is."""
_ME: Final = "(select auth.uid()::text)"
_FOLDER: Final = "(storage.foldername(name))[1]"
_UPLOADER: Final = f"owner_id = {_ME}"


def fix_storage(shapes: Shapes, docket: Docket) -> tuple[Fix | NoFix, ...]:
    """One fix a bucket that something is held against."""
    catalog = shapes.ground.catalog
    table = catalog.tables.get(OBJECTS)
    found: list[Fix | NoFix] = []
    answered: set[str] = set()
    for bucket in sorted(catalog.buckets, key=lambda one: one.id):
        case = _case_of(docket, bucket.id, table)
        if case is None:
            continue
        found += _fix_bucket(shapes, bucket.id, case, table, public=bucket.public and bucket.declared)
        answered.update(case.fingerprints)
    every = {print_ for case in _storage_cases(docket).values() for print_ in case.fingerprints}
    reason = "the policy on storage.objects names no bucket that stanch knows: name its bucket_id"
    return (*found, *(NoFix(finding=one, reason=reason) for one in sorted(every - answered)))


def _storage_cases(docket: Docket) -> dict[str, Case]:
    """What is held against buckets, by the name the finding gives, and against the policies of storage.objects."""
    cases = {key: case for key, case in docket.others.items() if key.startswith("bucket ")}
    if OBJECTS in docket.tables:
        cases["table storage.objects"] = docket.tables[OBJECTS]
    return cases


def _case_of(docket: Docket, bucket: str, table: Table | None) -> Case | None:
    """What is held against one bucket: by its name, or through a policy that is about it."""
    from assistant.propose.evidence import Case

    case = Case()
    about = {policy.name for policy in (table.policies if table else ()) if _names(policy, bucket)}
    for key, other in _storage_cases(docket).items():
        if key in {f"bucket storage.{bucket}", f"bucket {bucket}"}:
            case.findings += other.findings
            case.cells += other.cells
        else:
            case.findings += [finding for finding in other.findings if about.intersection(finding.policies)]
    return case if case.findings or case.cells else None


def _fix_bucket(
    shapes: Shapes, bucket: str, case: Case, table: Table | None, *, public: bool
) -> tuple[Fix | NoFix, ...]:
    draft = Draft()
    entry = shapes.ground.entry(Name("storage", bucket))
    if public and entry.kind is not OwnerKind.PUBLIC and any("public" in rule for rule in case.rules):
        where = f"where id = {literal(bucket)}"
        why = "Objects of a public bucket are served to whoever knows the address; no policy is asked."
        forward = Statement(sql=f"UPDATE storage.buckets SET public = false {where}", comment=why)
        back = Statement(sql=f"UPDATE storage.buckets SET public = true {where}", comment=REOPENS)
        draft.add(((forward,), (back,)))
        draft.review.append(f"public addresses of {bucket} stop working: serve its objects through signed addresses")
    helpers: tuple[Statement, ...] = ()
    if table is not None:
        try:
            helpers = _replace(shapes, bucket, case, table, draft, public=public)
        except Gap as gap:
            return no_fix(case, str(gap))
    if not draft.forward and entry.kind is OwnerKind.PUBLIC:
        return no_fix(
            case, f"bucket {bucket} is public by the map: say who owns its objects in stanch.toml if it is not"
        )
    if not draft.forward:
        return no_fix(
            case, f"no attack showed it, and the policies of bucket {bucket} ask about the object: read them once"
        )
    return (
        Fix(
            id=f"bucket-{slug(bucket)}",
            title=f"Bind the objects of bucket {bucket} to their owners",
            findings=case.fingerprints,
            applies=Applies.REVIEW,
            statements=(*helpers, *draft.forward),
            undo=tuple(draft.undo),
            risk=". ".join(draft.review)
            or f"Objects of {bucket} are reached by their uploader, or by whose folder they lie in",
            objects=(bucket,),
            order=60,
        ),
    )


def _replace(
    shapes: Shapes, bucket: str, case: Case, table: Table, draft: Draft, *, public: bool
) -> tuple[Statement, ...]:
    """Drop the policies at fault and write one for each command they allowed; returns the helpers' statements."""
    strict = str(OBJECTS) in shapes.strict or bucket in shapes.strict
    commands: set[str] = {command for command in COMMANDS if command in case.commands()}
    if public and not strict:
        # whoever knows the address of a public object reads it, whatever the policies say: that is mended already
        commands -= {"select"}
    suspected = {name for finding in case.findings for name in finding.policies}
    at_fault = {
        policy.name: policy
        for policy in table.policies
        if policy.permissive
        and shapes.ground.outside.intersection(policy.roles)
        and _names(policy, bucket)
        and (
            policy.name in case.policies
            or (policy.name in suspected and not _about_object(policy))
            or (_meets(policy, commands) and (strict or not _bound(policy, shapes.ground.surface)))
        )
    }
    if not at_fault:
        return ()
    helpers: list[Predicate] = []
    by_folder = any(_text(policy).count("foldername") for policy in table.policies if _names(policy, bucket))
    forward, undo = [], []
    for name in sorted(at_fault):
        old = Policy.from_row(at_fault[name])
        forward.append(Statement(sql=old.drop(), comment="This policy names the bucket and not the caller."))
        undo += [Statement(sql=old.drop()), Statement(sql=old.create(), comment=REOPENS)]
    for command in COMMANDS:
        if not any(policy.command in {command, "all"} for policy in at_fault.values()):
            continue
        for one in _buckets_of(shapes, bucket, at_fault, table):
            new = _policy(shapes, one, command, by_folder=by_folder, used=helpers)
            forward += [Statement(sql=new.drop()), Statement(sql=new.create())]
            undo.insert(0, Statement(sql=new.drop()))
    draft.add((tuple(forward), tuple(undo)))
    made = tuple(dict.fromkeys(helper for predicate in helpers for helper in predicate.helpers))
    draft.undo.extend(shapes.owners.workshop.undo(made))
    return shapes.owners.workshop.statements(made)


def _buckets_of(shapes: Shapes, bucket: str, at_fault: dict[str, PolicyRow], table: Table) -> tuple[str, ...]:
    """Every bucket that loses a policy with this one."""
    del table
    known = sorted(one.id for one in shapes.ground.catalog.buckets)
    return tuple(one for one in known if one == bucket or any(_names(policy, one) for policy in at_fault.values()))


def _policy(shapes: Shapes, bucket: str, command: str, *, by_folder: bool, used: list[Predicate]) -> Policy:
    entry = shapes.ground.entry(Name("storage", bucket))
    roles: tuple[str, ...] = (shapes.ground.user_role,)
    here = f"bucket_id = {literal(bucket)}"
    mine = f"({_UPLOADER} or {_FOLDER} = {_ME})"
    new, moved = f"{_FOLDER} = {_ME}", mine
    if not by_folder and entry.kind is not OwnerKind.TENANT:
        foreign = _foreign_folder(shapes)
        used.append(Predicate(sql="", helpers=(foreign,)))
        elsewhere = f"{ident(foreign.name.schema)}.{ident(foreign.name.name)}({_FOLDER}) is not true"
        new, moved = f"{_UPLOADER} and {elsewhere}", f"{mine} and {elsewhere}"
    if entry.kind is OwnerKind.TENANT:
        membership = shapes.ground.membership(entry)
        if membership is None:
            raise Gap(
                f"the map does not say how users belong to the tenant of bucket {bucket}: name the membership table"
            )
        helper = shapes.owners.tenants(membership)
        used.append(Predicate(sql="", helpers=(helper,)))
        call = f"{helper.name.schema}.{helper.name.name}()"
        mine = new = moved = f"{_FOLDER} = any (array(select t::text from {call} as t))"
    if entry.kind is OwnerKind.PUBLIC and command == "select":
        roles, mine = shapes.ground.client_roles, "true"
    using = f"{here} and {mine}"
    check = f"{here} and {new}"
    return Policy(
        table=OBJECTS,
        name=f"stanch {command} {bucket}"[:63],
        command=command,
        roles=roles,
        using=None if command == "insert" else using,
        check={"insert": check, "update": f"{here} and {moved}"}.get(command),
    )


def _foreign_folder(shapes: Shapes) -> Helper:
    """``private.is_foreign_folder(text)``: the folder bears the id of another user, or of a tenant that is not the caller's.

    Where paths were never bound to anybody, what else a folder may be called is the application's business.
    """
    whose = [f"exists (select 1 from auth.users as u where u.id::text = $1 and $1 is distinct from {_ME})"]
    needs: list[Helper] = []
    for membership in shapes.ground.ownership.memberships:
        if membership.tenant is None or membership.tenant not in shapes.ground.catalog.tables:
            continue
        mine = shapes.owners.tenants(membership)
        needs.append(mine)
        key = ident(membership.tenant_key)
        whose.append(
            f"exists (select 1 from {qualified(membership.tenant)} as t where t.{key}::text = $1"
            f" and t.{key} not in (select {ident(mine.name.schema)}.{ident(mine.name.name)}()))"
        )
    return shapes.owners.workshop.make(
        ("folder",),
        "is_foreign_folder",
        arguments=(("text", ""),),
        returns="boolean",
        body="select " + " or ".join(dict.fromkeys(whose)),
        says="Whether a folder bears the id of somebody else, who would find there what a stranger put into it.",
        needs=tuple(dict.fromkeys(needs)),
    )


def _text(policy: PolicyRow) -> str:
    return f"{policy.using or ''} {policy.check or ''}"


def _names(policy: PolicyRow, bucket: str) -> bool:
    """The policy is about this bucket, or about all of them."""
    text = _text(policy)
    return literal(bucket) in text or "bucket_id" not in text


def _meets(policy: PolicyRow, commands: set[str]) -> bool:
    return policy.command == "all" or policy.command in commands


def _about_object(policy: PolicyRow) -> bool:
    """It asks something of the object, if only a function of its name."""
    columns = {name for text in (policy.using, policy.check) for name in column_names(text)}
    return bool(columns & _WHOSE)


def _bound(policy: PolicyRow, surface: Surface) -> bool:
    """Each way in which it admits an object ties the object's name or uploader to the caller."""
    texts = [text for text in (policy.using, policy.check) if text is not None]
    ways = [way for text in texts for way in branches(text, OBJECTS, surface)]
    return bool(ways) and all(way.bound and way.bound_columns & _WHOSE for way in ways)
