"""The seeded clone of a shadow on which the attacks run, and everybody who takes part in them."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.attack.actors import PEOPLE, callers, guest
from assistant.attack.attempt import Field
from assistant.attack.evidence import Canaries
from assistant.attack.graph import ACCOUNTS, Graph
from assistant.attack.partitions import seed_partitions
from assistant.attack.privileges import read_privileges
from assistant.attack.seed import seed
from assistant.attack.session import Session
from assistant.attack.storage import seed_storage
from assistant.attack.trial import Step, Trial
from assistant.attack.views import refresh
from assistant.attack.visibility import settle_visibility
from assistant.domain.catalog import PlatformKind
from assistant.sql.names import ident


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.catalog import Catalog, Platform, Table
    from assistant.domain.ownership import OwnershipMap
    from assistant.shadow.database import Shadow


@contextlib.contextmanager
def open_arena(shadow: Shadow, catalog: Catalog, ownership: OwnershipMap) -> Iterator[tuple[Shadow, Field]]:
    """A clone of the shadow with rows in it, and the field of attack; the clone is dropped at the end.

    No connection to the clone stays open, so that it can be cloned again. Witness scripts run on it as they are.
    """
    with shadow.clone() as arena:
        session = Session(arena, catalog.search_path)
        try:
            field = prepare(session, catalog, ownership)
        finally:
            session.close()
        yield arena, field


def prepare(session: Session, catalog: Catalog, ownership: OwnershipMap) -> Field:
    """Seed the database behind the session and learn who may do what."""
    from assistant.attack.claims import claim_paths, server_claims

    catalog = replace(catalog, platform=as_requests_arrive(catalog))
    become(session, catalog.platform)
    graph = Graph(catalog, ownership)
    seeded = seed(session, graph, seedable(catalog))
    settle_visibility(session, seeded, seedable(catalog))
    seed_storage(session, graph)
    paths = claim_paths(catalog)
    extra = {side: server_claims(paths, graph, side) for side in PEOPLE}
    identities = {side: graph.identity(side, extra[side]) for side in PEOPLE}
    field = Field(
        catalog=catalog,
        graph=graph,
        seeded=seeded,
        privileges=read_privileges(session, catalog.platform),
        callers=callers(catalog.platform, identities),
        guest_fresh=guest(catalog.platform, fresh=True),
        canaries=Canaries.of(seeded),
        claim_paths=paths,
    )
    seed_partitions(session, field)
    refresh(session, catalog)
    return field


def as_requests_arrive(catalog: Catalog) -> Platform:
    """The platform with the role that the policies speak of, where the application made one of its own."""
    platform = catalog.platform
    named = Counter(
        role for table in catalog.own_tables() for policy in table.policies for role in policy.roles if role != "public"
    )
    known = {role.name for role in catalog.roles if not role.superuser and not role.bypass_rls}
    if platform.kind is not PlatformKind.PLAIN or platform.user_role in named:
        return platform
    theirs = sorted((role for role in named if role in known), key=lambda role: (-named[role], role))
    return replace(platform, user_role=theirs[0]) if theirs else platform


def become(session: Session, platform: Platform) -> None:
    """Let the shadow's owner take on the roles of requests; whoever made a role may always grant it."""
    for role in sorted({role for role in (platform.guest_role, platform.user_role, platform.service_role) if role}):
        may = session.run([Trial(steps=(Step(sql="select 1", role=role),))])[0][0]
        if not may.ok:
            session.run([Trial(steps=(Step(sql=f"grant {ident(role)} to current_user with set true"),), keep=True)])


def seedable(catalog: Catalog) -> list[Table]:
    """Tables that hold rows of their own: partitions are filled through their parent, foreign tables not at all."""
    parted = {table.name for table in catalog.tables.values() if table.kind == "partitioned"}
    return [
        table
        for table in (*catalog.own_tables(), *(catalog.tables[name] for name in (ACCOUNTS,) if name in catalog.tables))
        if table.kind != "foreign" and table.parent not in parted
    ]
