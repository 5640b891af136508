"""How suspicions meet the attack: executed ones first, contradicted ones gone, no leak left without a finding."""

from __future__ import annotations

from dataclasses import replace

from assistant.detect.run import detect
from assistant.domain.catalog import Catalog, Column, Grant, Key, Platform, PlatformKind, PolicyRow, Role, Table
from assistant.domain.facts import Place
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, Membership, OwnerKind, Ownership, OwnershipMap, Question
from assistant.domain.replay import Replay


NOTES = Name("public", "notes")
FILES = Name("public", "files")
SUPABASE = Platform(
    kind=PlatformKind.SUPABASE,
    guest_role="anon",
    user_role="authenticated",
    service_role="service_role",
    claims_setting="request.jwt.claims",
)
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")
EVERYONE = tuple(Grant(grantee=role, privilege=verb) for role in ("anon", "authenticated") for verb in VERBS)


def a_table(name=NOTES, *policies, rls=True, grants=EVERYONE, columns=("id", "user_id", "body")):
    return Table(
        name=name,
        kind="table",
        owner="postgres",
        rls=rls,
        columns=tuple(Column(name=column, type="uuid", base="uuid", not_null=column == "id") for column in columns),
        keys=(Key(name="pk", columns=("id",), primary=True),),
        policies=policies,
        grants=grants,
    )


def a_policy(using, command="select", *, roles=("public",), permissive=True, check=None, name="p", table=NOTES):
    return PolicyRow(
        table=table, name=name, command=command, permissive=permissive, roles=roles, using=using, check=check
    )


def owned(*names, kind=OwnerKind.USER, **more):
    entries = {
        name: Ownership(name=name, kind=kind, columns=("user_id",), confidence=Confidence.HIGH, **more)
        for name in names
    }
    return OwnershipMap(entries=entries)


def a_cell(verdict, *, verb=Verb.SELECT, actor=Actor.GUEST, name=NOTES, severity=Severity.CRITICAL, **more):
    return Cell(object=str(name), kind="table", verb=verb, actor=actor, verdict=verdict, severity=severity, **more)


def a_matrix(*cells, questions=()):
    return Matrix(cells=cells, seeding=Seeding(tables=1, seeded=1), questions=questions)


def look(*tables, matrix=None, ownership=None, places=None, platform=SUPABASE):
    catalog = Catalog(
        platform=platform,
        tables={table.name: table for table in tables},
        roles=tuple(
            Role(name=name, login=False, superuser=False, bypass_rls=False) for name in ("anon", "authenticated")
        ),
    )
    replay = Replay(files=1, statements=1, applied=1, provenance=places or {})
    return detect(catalog, ownership or owned(*catalog.tables), matrix, replay)


def rules_of(findings, *, least=Severity.MEDIUM):
    worst = list(Severity)
    return [finding.rule for finding in findings if worst.index(finding.severity) <= worst.index(least)]


def test_an_executed_leak_takes_its_severity_from_the_attack_and_stands_first():
    lab = a_table(FILES, rls=False)
    matrix = a_matrix(
        a_cell(Verdict.LEAKS, severity=Severity.MEDIUM, actor=Actor.TEAMMATE),
        a_cell(Verdict.UNKNOWN, name=FILES),
    )
    found = look(a_table(NOTES, a_policy("true")), lab, matrix=matrix)
    first = found[0]
    assert (first.rule, first.executed, first.severity) == ("always-true", True, Severity.MEDIUM)
    assert first.cells == (matrix.cells[0].key,)
    suspected = next(finding for finding in found if finding.rule == "rls-off")
    assert (suspected.executed, suspected.severity, suspected.confidence) == (False, Severity.CRITICAL, Confidence.LOW)


def test_a_database_that_no_api_serves_and_that_guards_nothing_is_told_once_and_not_as_a_leak():
    plain = replace(SUPABASE, kind=PlatformKind.PLAIN, guest_role=None, user_role="authenticated")
    bare = (a_table(NOTES, rls=False), a_table(FILES, rls=False))
    (said,) = look(*bare, platform=plain)
    assert (said.rule, said.severity) == ("rls-off", Severity.INFO)
    assert "(2 tables)" in said.title
    guarded = a_table(NOTES, a_policy("user_id = auth.uid()"))
    left_out = look(guarded, a_table(FILES, rls=False), platform=plain)
    assert [one.subject.name for one in left_out if one.rule == "rls-off"] == ["public.files"]


def test_what_the_attack_contradicts_is_not_reported():
    holds = a_matrix(*(a_cell(Verdict.HOLDS, verb=verb, severity=Severity.INFO) for verb in Verb))
    assert rules_of(look(a_table(NOTES, a_policy("true")), matrix=holds)) == []
    assert rules_of(look(a_table(NOTES, a_policy("true")))) == ["always-true"]


def test_a_restrictive_policy_tames_one_that_is_always_true_even_without_an_attack():
    tame = a_policy("user_id = auth.uid()", permissive=False, name="only mine")
    assert rules_of(look(a_table(NOTES, a_policy("true"), tame))) == []
    wild = a_policy("body is not null", permissive=False, name="whatever")
    assert rules_of(look(a_table(NOTES, a_policy("true"), wild))) == ["always-true"]


def test_the_legitimate_allow_beside_an_attack_is_no_evidence_that_the_table_holds():
    allow = a_cell(Verdict.HOLDS, actor=Actor.TEAMMATE, variant="allow")
    assert rules_of(look(a_table(NOTES, a_policy("true")), matrix=a_matrix(allow))) == ["always-true"]


def test_a_table_that_the_operator_is_asked_about_is_a_note_and_not_an_alarm():
    question = Question(id="public-by-design-public", asks="Intended?", objects=(NOTES,), why="Readable by everyone.")
    asked = a_matrix(a_cell(Verdict.UNKNOWN, reason="readable by everyone: intended? asked"), questions=(question,))
    (finding,) = [
        finding for finding in look(a_table(NOTES, a_policy("true")), matrix=asked) if finding.rule == "always-true"
    ]
    assert finding.severity is Severity.INFO
    assert "questions" in finding.detail


def test_a_public_catalogue_a_server_only_policy_and_a_closed_table_are_silent():
    public = look(a_table(NOTES, a_policy("true")), ownership=owned(NOTES, kind=OwnerKind.PUBLIC))
    server = look(a_table(NOTES, a_policy("true", "all", roles=("service_role",), check="true")))
    closed = look(a_table(NOTES))
    ungranted = look(a_table(NOTES, rls=False, grants=()))
    assert public == server == closed == ungranted == ()


def test_a_policy_named_for_the_server_is_reported_once_and_under_its_own_name():
    found = look(a_table(NOTES, a_policy("true", "all", check="true", name="Service role full access")))
    assert rules_of(found) == ["policy-named-for-service-role"]


def test_a_policy_that_needs_a_subject_is_not_said_to_be_open_to_guests():
    (finding,) = look(a_table(NOTES, a_policy("auth.role() = 'authenticated'")))[:1]
    assert (finding.rule, finding.severity) == ("signed-in-only", Severity.HIGH)
    assert finding.title.startswith("Any signed-in user can read")


def test_no_leaking_cell_is_left_without_a_finding():
    odd = a_cell(Verdict.LEAKS, verb=Verb.DELETE, actor=Actor.OTHER_TENANT, severity=Severity.HIGH, reason="gone")
    sound = a_policy("user_id = auth.uid()", "all", roles=("authenticated",))
    found = look(a_table(NOTES, sound), matrix=a_matrix(odd, a_cell(Verdict.HOLDS)))
    assert [(finding.rule, finding.cells) for finding in found if finding.executed] == [
        ("cross-tenant-leak", (odd.key,))
    ]


def test_a_two_step_leak_names_both_tables_and_stands_at_the_policy_that_lets_the_link_in():
    link = a_table(FILES, a_policy(None, "insert", check="user_id = auth.uid()", table=FILES, name="link"))
    leak = a_cell(
        Verdict.LEAKS,
        actor=Actor.OTHER_TENANT,
        through=FILES,
        variant="two-step",
        severity=Severity.HIGH,
        steps=("link", "read"),
    )
    place = Place(file="m.sql", line=7, symbol="policy link")
    found = look(a_table(NOTES), link, matrix=a_matrix(leak), places={"policy public.files: link": place})
    (finding,) = [finding for finding in found if finding.rule == "two-step-leak"]
    assert "public.files" in finding.title
    assert "public.notes" in finding.title
    assert finding.where == place


def test_joining_a_tenant_explains_everything_that_is_reached_by_it():
    members = a_table(
        FILES, a_policy(None, "insert", check="user_id = auth.uid()", table=FILES), columns=("id", "user_id", "org_id")
    )
    leak = a_cell(Verdict.LEAKS, actor=Actor.SIGNED_IN, through=FILES, variant="two-step", severity=Severity.HIGH)
    membership = Membership(
        table=FILES, user_column="user_id", user_principal=None, tenant_column="org_id", tenant=None, tenant_key="id"
    )
    ownership = replace(owned(NOTES, FILES), memberships=(membership,))
    executed = [
        finding
        for finding in look(a_table(NOTES), members, matrix=a_matrix(leak), ownership=ownership)
        if finding.executed
    ]
    assert [finding.rule for finding in executed] == ["membership-self-insert"]
    assert "public.notes" in executed[0].title


def test_row_level_security_that_was_switched_off_is_shown_at_the_line_that_did_it():
    made, off = Place(file="a.sql", line=1), Place(file="b.sql", line=9)
    places = {"table public.notes": made, "rls public.notes": off}
    (finding,) = [finding for finding in look(a_table(NOTES, rls=False), places=places) if finding.rule == "rls-off"]
    assert finding.where is not None
    assert (finding.where.file, finding.where.line) == ("b.sql", 9)
    assert finding.where.symbol == "table notes"


def test_fingerprints_do_not_move_with_lines_and_are_unique():
    tables = (
        a_table(NOTES, a_policy("true"), a_policy(None, "insert", check="true", name="q")),
        a_table(FILES, rls=False),
    )
    before = look(*tables, places={"policy public.notes: p": Place(file="a.sql", line=1)})
    after = look(*tables, places={"policy public.notes: p": Place(file="z.sql", line=99)})
    prints = [finding.fingerprint for finding in before]
    assert prints == [finding.fingerprint for finding in after]
    assert len(prints) == len(set(prints))


def test_the_same_facts_give_the_same_findings_in_the_same_order():
    tables = (a_table(NOTES, a_policy("user_id is null or user_id = auth.uid()")), a_table(FILES, rls=False))
    assert look(*tables) == look(*reversed(tables))
