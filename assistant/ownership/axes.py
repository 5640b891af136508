"""The axes of ownership, tried in order: the user's own row, membership, tenant, user, parent.

The tenant axis beats the user axis where a table has both, except for rows that are personal by name or unique to the user.
A parent decides for what has no owner of its own, and for parts of a shared thing that only name their author.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.catalog import PlatformKind
from assistant.domain.ownership import Confidence, OwnerKind, Ownership
from assistant.ownership.drafts import membership_entry, root_entry, tenant_entry, user_entry, via_entry
from assistant.ownership.memberships import groups_of, is_ambiguous_tenant, is_bare_tenant
from assistant.ownership.persons import Part, Person, find_persons, is_staff_written
from assistant.ownership.predicates import binds_person, mentions
from assistant.ownership.words import CATALOGUE, PERSONAL, TOGETHER, singulars, words


if TYPE_CHECKING:
    from assistant.domain.names import Name
    from assistant.ownership.drafts import Draft
    from assistant.ownership.memberships import Group
    from assistant.ownership.survey import Link


_PERSONAL_PREFIXES: Final = frozenset({"user", "my", "personal"})
_SHARED_PAIRS: Final = frozenset({"assignment", "assignee"})
_OWNED: Final = frozenset({OwnerKind.SELF, OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA, OwnerKind.MEMBERSHIP})


def settle_named_tenants(draft: Draft) -> None:
    """Rows with a tenant column where the database is only ever told the tenant: it cannot tell one user of it from another.

    People's own rows too, then: whoever asks for them by user would need a setting that the application does not send.
    """
    platform = draft.survey.catalog.platform
    if platform.kind is not PlatformKind.PLAIN or platform.user_settings or not platform.tenant_settings:
        return
    tenants = {known.tenant for known in (*draft.memberships, *draft.pointers) if known.tenant}
    for name in draft.survey.tables:
        group = _tenant_column(draft, name, tenants)
        if group is not None:
            draft.settle(tenant_entry(name, group, draft.membership_of(group.table, group.column)))


def settle_selves(draft: Draft) -> None:
    """Rows that are the user."""
    for name in draft.people.principals:
        if name in draft.survey.tables and draft.people.is_self(name):
            why, hard = draft.people.evidence[name]
            draft.settle(
                Ownership(
                    name=name,
                    kind=OwnerKind.SELF,
                    columns=draft.people.principals[name].key,
                    evidence=(why,),
                    confidence=Confidence.HIGH if hard else Confidence.LOW,
                )
            )


def settle_aliases(draft: Draft) -> None:
    """Rows that are a person with a key of their own: the person's, by the column that names the account."""
    for name, principal in draft.people.principals.items():
        if name in draft.survey.tables and name not in draft.entries:
            why, hard = draft.people.evidence[name]
            others = (person.column for person in find_persons(draft.survey, draft.people, name))
            draft.settle(
                Ownership(
                    name=name,
                    kind=OwnerKind.USER,
                    columns=(principal.subject_column,),
                    authors=tuple(column for column in others if column != principal.subject_column),
                    evidence=(why,),
                    confidence=Confidence.HIGH if hard else Confidence.MEDIUM,
                )
            )


def settle_tenants(draft: Draft) -> None:
    """Membership tables, tenants' own rows, and rows with a tenant column."""
    for membership in draft.memberships:
        draft.settle(membership_entry(membership))
    survey = draft.survey
    tenants = {known.tenant for known in (*draft.memberships, *draft.pointers) if known.tenant}
    for name in survey.tables:
        draft.persons[name] = find_persons(survey, draft.people, name)
        if name in draft.entries or name in draft.people.principals:
            continue
        group = _tenant_column(draft, name, tenants)
        if group is None and name in tenants:
            root = draft.membership_of(name, "")
            if root:
                draft.settle(root_entry(name, root.tenant_key, root))
        elif group is not None and not _is_personal(draft, name, group):
            authors = tuple(person.column for person in draft.persons[name])
            draft.settle(tenant_entry(name, group, draft.membership_of(group.table, group.column), authors=authors))


def settle_users(draft: Draft) -> None:
    """Rows that name their owners, unless they are parts of something a tenant shares; what asks is left to the operator."""
    shared = _shared(draft)
    for name, persons in draft.persons.items():
        if name in draft.entries or not persons:
            continue
        owners = tuple(person for person in persons if person.part is Part.OWNER)
        makers = tuple(person for person in persons if person.part is Part.MAKER)
        if any(person.polymorphic for person in owners) and not any(person.hard for person in owners):
            kinds = ", ".join(person.column for person in owners if person.polymorphic)
            draft.ask(name, "polymorphic", f"{kinds} names different kinds of people, as a type column beside it says")
        elif name in shared:
            authors = tuple(person.column for person in persons)
            draft.settle(via_entry(shared[name], authors=authors, confidence=Confidence.MEDIUM))
        elif owners:
            authors = tuple(person.column for person in persons if person.part is not Part.OWNER)
            draft.settle(user_entry(name, owners, authors=authors, confidence=_confidence(owners)))
        elif makers and (_signs(makers[0]) or not (_parents(draft, name) or _hangs(draft, name))):
            _settle_makers(draft, name, makers)


def settle_parents(draft: Draft) -> None:
    """Rows that belong to whoever owns their parent, to a fixpoint; then rows that only say who made them, and what hangs on those."""
    _follow_parents(draft)
    while waiting := [name for name, persons in draft.persons.items() if persons and name not in draft.entries]:
        # What hangs on nothing undecided first: a quiz somebody created follows its course as soon as that has an owner.
        name = next((name for name in waiting if not _hangs(draft, name)), waiting[0])
        persons = draft.persons[name]
        _settle_makers(draft, name, tuple(person for person in persons if person.part is Part.MAKER) or persons)
        _follow_parents(draft)


def _hangs(draft: Draft, name: Name) -> bool:
    """Whether a NOT NULL foreign key leads to a table that has no entry yet."""
    return any(
        link.not_null
        and link.target in draft.survey.tables
        and link.target not in draft.entries
        and link.target != name
        for link in draft.survey.links(name)
    )


def _follow_parents(draft: Draft) -> None:
    """NOT NULL parents before nullable ones, the likeliest parent first."""
    for only_not_null in (True, False):
        waiting = [name for name in draft.survey.tables if name not in draft.entries]
        while True:
            links = [
                (name, next((link for link in _parents(draft, name) if link.not_null or not only_not_null), None))
                for name in waiting
            ]
            for name, link in links:
                if link:
                    authors = tuple(person.column for person in draft.persons.get(name, ()))
                    sure = Confidence.HIGH if link.on_delete == "cascade" else Confidence.MEDIUM
                    draft.settle(via_entry(link, authors=authors, confidence=sure if link.not_null else Confidence.LOW))
            if not any(link for _, link in links):
                break
            waiting = [name for name, link in links if link is None]


def _signs(maker: Person) -> bool:
    """Whether the maker is named as an author, not by a bookkeeping ``created_by``, and always: then a parent does not outrank him."""
    stands = maker.not_null or maker.on_delete == "cascade"
    return maker.hard and stands and "by" not in words(maker.column)


def _settle_makers(draft: Draft, name: Name, makers: tuple[Person, ...]) -> None:
    """Who made a row owns it if nobody else does, but not where a back office makes rows for everyone."""
    survey = draft.survey
    if is_staff_written(survey, name, draft.persons[name]):
        draft.ask(name, "staff", "it names who created a row and who changed it, but nobody whose row it is")
        return
    writers = survey.policies(name, write=True)
    named = any(
        mentions(f"{policy.using or ''} {policy.check or ''}", name, person.column)
        for policy in writers
        for person in makers
    )
    back_office = bool(survey.api_roles) and survey.tables[name].rls and not named
    made = any(person.part is Part.MAKER for person in makers)
    if (
        set(singulars(name.name)) & CATALOGUE
        or (back_office and not (makers[0].not_null or _signs(makers[0])))
        or not (made or named)
    ):
        draft.ask(name, "staff", f"{makers[0].column} says who made a row, which need not be whose row it is")
    else:
        others = tuple(person.column for person in draft.persons[name] if person not in makers)
        draft.settle(user_entry(name, makers, authors=others, confidence=Confidence.LOW))


def _tenant_column(draft: Draft, name: Name, tenants: set[Name]) -> Group | None:
    """The column that names the tenant: of a known one, else an id that can mean nothing else and that others carry too."""
    groups = groups_of(draft.survey, draft.people, draft.survey.tables[name])
    known = [
        group
        for group in groups
        if group.table in tenants and group.table != name and not _is_aside(draft, name, group, tenants)
    ]
    if known:
        return min(
            known, key=lambda group: (not group.not_null, -draft.survey.degree(group.table) if group.table else 0)
        )
    for group in groups:
        if group.table is None and is_bare_tenant(group.column):
            settings = draft.survey.catalog.platform.tenant_settings
            sure = not is_ambiguous_tenant(group.column)
            if draft.membership_of(None, group.column) or (
                sure and (draft.survey.carriers(group.column) > 1 or settings)
            ):
                return group
    return None


def _is_aside(draft: Draft, name: Name, group: Group, tenants: set[Name]) -> bool:
    """Whether a nullable column names a tenant inside a tenant (an invoice's project) while the row must hang on something else."""
    nested = (
        any(link.target in tenants - {group.table} for link in draft.survey.links(group.table))
        if group.table
        else False
    )
    return (
        nested
        and not group.not_null
        and any(
            link.not_null and link.target in draft.survey.tables and not draft.people.names_person(link)
            for link in draft.survey.links(name)
        )
    )


def _is_personal(draft: Draft, name: Name, group: Group) -> bool:
    """Whether a row that names a tenant and a user is the user's: by the table's name, or because users have one each."""
    owners = [person.column for person in draft.persons[name] if person.part is Part.OWNER]
    if not owners:
        return False
    if set(singulars(name.name)) & PERSONAL or words(name.name)[0] in _PERSONAL_PREFIXES:
        return True
    if binds_person(draft.survey, name, owners, [group.column]):
        return True
    return any(
        set(owners) & columns and group.column not in columns and len(columns) <= 1 + len(owners)
        for columns in draft.survey.unique_sets(name)
    )


def _shared(draft: Draft) -> dict[Name, Link]:
    """Parts of a tenant's things that name a person: with the parent they hang on, to a fixpoint."""
    reach = {name for name, entry in draft.entries.items() if entry.kind in (OwnerKind.TENANT, OwnerKind.MEMBERSHIP)}
    found: dict[Name, Link] = {}
    moved = True
    while moved:
        moved = False
        for name in draft.survey.tables:
            if name in reach or name in draft.entries or name in draft.people.principals:
                continue
            link = next(
                (link for link in draft.survey.links(name) if link.target in reach and _is_part(draft, name, link)),
                None,
            )
            if link:
                reach.add(name)
                found[name] = link
                moved = True
    return found


def _is_part(draft: Draft, name: Name, link: Link) -> bool:
    if not link.not_null or link.target == name:
        return False
    owners = {person.column for person in draft.persons.get(name, ()) if person.part is Part.OWNER}
    if not owners:
        return True
    called = set(singulars(name.name))
    if called & PERSONAL or (
        not called & _SHARED_PAIRS and any(owners & columns for columns in draft.survey.unique_sets(name))
    ):
        return False
    if binds_person(draft.survey, name, owners, link.columns):
        return False
    stays = all(person.on_delete != "cascade" for person in draft.persons[name] if person.column in owners)
    return link.on_delete == "cascade" and (stays or bool(called & TOGETHER))


def _parents(draft: Draft, name: Name) -> list[Link]:
    """Foreign keys to owned tables, the likeliest owner first: NOT NULL, called after it, deleted with it, earliest."""
    called = singulars(name.name)

    def rank(link: Link) -> tuple[bool, bool, bool, int]:
        after = called[: len(singulars(link.target.name))] != singulars(link.target.name)
        return (not link.not_null, after, link.on_delete != "cascade", link.position)

    found = []
    for link in draft.survey.links(name):
        entry = draft.entries.get(link.target)
        aside = "by" in words(link.column) or link.target == name or draft.people.names_person(link) is not None
        if entry and entry.kind in _OWNED and not aside:
            found.append(link)
    return sorted(found, key=rank)


def _confidence(owners: tuple[Person, ...]) -> Confidence:
    if all(person.hard and person.not_null for person in owners):
        return Confidence.HIGH
    return Confidence.MEDIUM if any(person.hard or person.not_null for person in owners) else Confidence.LOW
