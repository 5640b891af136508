"""A table made in a dashboard is known by its generated types alone; nobody may be told that it leaks, or that it holds."""

from __future__ import annotations

from assistant.attack.unseen import REASON, without_unseen
from assistant.domain.catalog import Catalog, Platform, PlatformKind, Table
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Verb, Verdict
from assistant.domain.names import Name


def table(name: str, *, rls: bool) -> tuple[Name, Table]:
    return Name("public", name), Table(name=Name("public", name), kind="table", owner="postgres", rls=rls)


PLATFORM = Platform(
    kind=PlatformKind.SUPABASE,
    guest_role="anon",
    user_role="authenticated",
    service_role="service_role",
    claims_setting=None,
)
CATALOG = Catalog(
    platform=PLATFORM,
    tables=dict([table("made_by_hand", rls=False), table("guarded_later", rls=True), table("known", rls=False)]),
)


def cell(name: str, kind: str = "table", **more: object) -> Cell:
    return Cell(
        object=name, kind=kind, verb=Verb.SELECT, actor=Actor.GUEST, verdict=Verdict.LEAKS, witness="begin;", **more
    )  # type: ignore[arg-type]


def test_only_what_no_migration_describes_is_taken_back() -> None:
    matrix = Matrix(
        cells=(
            cell("public.guarded_later"),
            cell("public.known"),
            cell("public.known", through=Name("public", "made_by_hand"), variant="two-step"),
            cell("public.made_by_hand"),
            cell("public.made_by_hand.email", kind="column"),
        ),
        seeding=Seeding(tables=3, seeded=3),
    )
    judged = without_unseen(matrix, ("public.made_by_hand", "public.guarded_later"), CATALOG)
    assert [one.verdict for one in judged.cells] == [
        Verdict.LEAKS,
        Verdict.LEAKS,
        Verdict.UNKNOWN,
        Verdict.UNKNOWN,
        Verdict.UNKNOWN,
    ]
    assert {one.reason for one in judged.of(Verdict.UNKNOWN)} == {REASON}
    assert not any(one.witness for one in judged.of(Verdict.UNKNOWN))
    assert without_unseen(matrix, (), CATALOG) is matrix
