"""Whose row, who calls, which id: what silences an access rule and what does not, on maps made by hand."""

from __future__ import annotations

from assistant.detect.code.verdict import Word, verdict_of
from assistant.domain.code import (
    ClientKind,
    Decisions,
    EntryKind,
    GuardKind,
    Origin,
    OriginKind,
    TieKind,
    Unresolved,
    Weakness,
)
from assistant.domain.facts import Place
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from tests.unit.detect.code.rig import (
    a_guard,
    a_query,
    an_entry,
    asked,
    caller,
    look,
    rules_of,
    sets,
    tied,
    where,
)


MINE = a_query("chats", "select", where("userId", caller()), tie=tied(), returned=("*",))
"""Somewhere else the code ties the table to its owner."""
ELSEWHERE = an_entry("/api/mine", guards=[a_guard(order=0)], queries=[MINE])
CONSTANT = Origin(OriginKind.CONSTANT, "'flagged'")


def test_a_read_by_id_that_nobody_guards_is_open_to_anyone():
    report = look(
        ELSEWHERE,
        an_entry(
            "/api/chats/[id]", queries=[a_query("chat", "select", where("id", asked("path.id")), returned=("*",))]
        ),
    )
    assert rules_of(report) == ["missing-session"]
    finding = report.findings[0]
    assert finding.severity is Severity.HIGH
    assert finding.confidence is Confidence.HIGH
    assert dict(finding.facts)["column"] == "userId"


def test_a_share_link_is_asked_about_and_not_accused():
    query = a_query("documents", "select", where("id", asked("path.id")), returned=("*",))
    report = look(an_entry("/api/share/[id]", queries=[query]))
    assert rules_of(report) == []
    assert [question.id for question in report.questions] == ["public-routes-api-share"]
    assert report.questions[0].entries == ("GET /api/share/[id]",)


def test_what_the_operator_said_is_public_is_neither_asked_nor_reported():
    query = a_query("chats", "select", where("id", asked("path.id")), returned=("*",))
    entry = an_entry("/api/chats/[id]", queries=[query])
    report = look(ELSEWHERE, entry, decisions=Decisions(public={"/api/chats": "marketing wants it"}))
    assert rules_of(report) == []
    assert report.questions == ()
    verdict = verdict_of(entry, report.context)
    assert verdict.word is Word.PUBLIC
    assert "marketing wants it" in verdict.says


def test_an_action_that_the_build_left_out_is_not_called_open():
    query = a_query("chats", "delete", where("id", asked("argument.id")))
    entry = an_entry("/chats", "", kind=EntryKind.ACTION, queries=[query], exposed=False)
    report = look(ELSEWHERE, entry)
    assert rules_of(report) == []
    verdict = verdict_of(entry, report.context)
    assert (verdict.word, verdict.says) == (Word.NOTHING, "Next's build left it out: no browser can call it.")


def test_a_capability_opens_a_row_for_whoever_holds_it():
    query = a_query("invites", "update", where("token", asked("query.token")), written=(sets("used", CONSTANT),))
    assert rules_of(look(an_entry("/api/invites", "POST", queries=[query]))) == []


def test_signed_in_and_any_id_is_an_id_only_lookup():
    entry = an_entry(
        "/api/chats/[id]",
        "DELETE",
        guards=[a_guard()],
        queries=[a_query("Chat", "delete", where("id", asked("path.id")))],
    )
    assert rules_of(look(ELSEWHERE, entry)) == ["id-only-lookup"]


def test_every_way_to_tie_a_row_silences_it():
    for tie in (TieKind.FILTER, TieKind.COMPARED, TieKind.PROVEN, TieKind.CHILD, TieKind.CREATED, TieKind.SIGNED):
        query = a_query("chats", "delete", where("id", asked("path.id")), tie=tied(tie))
        assert rules_of(look(ELSEWHERE, an_entry(guards=[a_guard()], queries=[query]))) == [], tie


def test_a_row_compared_with_the_caller_after_it_was_read_is_theirs():
    guard = a_guard()
    query = a_query("chats", "select", where("id", asked("path.id")), returned=("*",))
    compared = a_guard(GuardKind.OWNER, subjects=(Origin(OriginKind.ROW, "userId", query.id),))
    delete = a_query("chats", "delete", where("id", Origin(OriginKind.ROW, "id", query.id)))
    assert rules_of(look(ELSEWHERE, an_entry(guards=[guard, compared], queries=[query, delete]))) == []


def test_a_row_found_by_a_loose_id_makes_loose_what_is_found_through_it():
    guard = a_guard()
    first = a_query("chats", "select", where("slug", asked("input.slug")))
    second = a_query(
        "chats",
        "update",
        where("id", Origin(OriginKind.ROW, "id", first.id)),
        written=(sets("title", asked("input.title")),),
    )
    report = look(ELSEWHERE, an_entry("/api/chats", "POST", guards=[guard], queries=[first, second]))
    assert set(rules_of(report)) == {"id-only-lookup"}
    assert {number for finding in report.findings for number in finding.queries} == {second.id}, (
        "which page a slug means is no secret"
    )


def test_one_id_proven_and_another_used():
    guards = [a_guard(), a_guard(GuardKind.MEMBERSHIP, subjects=(asked("path.teamId"),))]
    query = a_query("documents", "select", where("id", asked("path.documentId")), returned=("*",))
    report = look(an_entry("/api/teams/[teamId]/documents/[documentId]", guards=guards, queries=[query]))
    assert rules_of(report) == ["parent-authorised-child-by-id"]


def test_an_administrator_of_the_application_may_name_any_row():
    guards = [a_guard(), a_guard(GuardKind.ROLE, roles=("SUPERADMIN",))]
    query = a_query("chats", "delete", where("id", asked("path.id")))
    assert rules_of(look(ELSEWHERE, an_entry("/api/admin/chats/[id]", "DELETE", guards=guards, queries=[query]))) == []


def test_an_administrator_of_a_team_may_not():
    guards = [a_guard(), a_guard(GuardKind.ROLE, roles=("ADMIN",), subjects=(asked("path.teamId"),))]
    query = a_query("api_keys", "delete", where("id", asked("path.keyId")))
    report = look(an_entry("/api/teams/[teamId]/keys/[keyId]", "DELETE", guards=guards, queries=[query]))
    assert rules_of(report) == ["parent-authorised-child-by-id"]


def test_a_user_id_in_the_body_is_no_caller():
    query = a_query(
        "profiles", "update", where("user_id", asked("body.userId")), client=ClientKind.SERVICE, engine="supabase"
    )
    report = look(an_entry("/api/settings", "POST", queries=[query]))
    assert rules_of(report) == ["identity-from-request"]
    assert report.findings[0].severity is Severity.CRITICAL


def test_the_caller_beside_another_person_is_no_identity_from_the_request():
    query = a_query(
        "messages", "insert", written=(sets("sender_id", caller()), sets("user_id", asked("body.receiver")))
    )
    assert rules_of(look(an_entry("/api/messages", "POST", guards=[a_guard()], queries=[query]))) == []


def test_the_users_own_client_is_judged_by_the_attack():
    query = a_query(
        "chats", "select", where("id", asked("path.id")), client=ClientKind.USER, engine="supabase", returned=("*",)
    )
    entry = an_entry("/api/chats/[id]", guards=[a_guard()], queries=[query])
    held = look(entry, owned=("public.chats",))
    assert rules_of(held) == []
    assert verdict_of(entry, held.context).word is Word.HOLDS_BY_RULES
    report = look(entry, leaking=("public.chats",))
    assert rules_of(report) == ["id-only-lookup"]


def test_a_secret_keeps_the_public_out_of_a_job():
    query = a_query("subscriptions", "update", where("status", CONSTANT), written=(sets("status", CONSTANT),))
    entry = an_entry("/api/cron/expire", "POST", guards=[a_guard(GuardKind.SECRET)], queries=[query])
    report = look(entry)
    assert rules_of(report) == []
    assert verdict_of(entry, report.context).word is Word.SIGNED


def test_a_secret_that_may_be_unset_does_not():
    query_after = a_guard(GuardKind.SECRET, weakness=Weakness.OPTIONAL_SECRET, says="CRON_SECRET compared")
    query = a_query("subscriptions", "update", where("status", CONSTANT), written=(sets("status", CONSTANT),))
    report = look(an_entry("/api/cron/expire", "POST", guards=[query_after], queries=[query]))
    assert "ineffective-guard" in rules_of(report)


def test_a_session_beside_it_does_not_mend_a_membership_that_is_never_awaited():
    guards = [
        a_guard(),
        a_guard(GuardKind.MEMBERSHIP, weakness=Weakness.NOT_AWAITED, says="isMember", subjects=(asked("query.slug"),)),
    ]
    query = a_query("teams", "select", where("slug", asked("query.slug")), returned=("*",))
    assert "ineffective-guard" in rules_of(look(an_entry("/api/teams/[slug]", guards=guards, queries=[query])))


def test_a_member_who_changes_roles():
    guards = [a_guard(), a_guard(GuardKind.MEMBERSHIP, subjects=(asked("query.teamId"),))]
    written = (sets("role", asked("body.role")),)
    filters = (where("userId", asked("body.memberId")), where("teamId", asked("query.teamId")))
    query = a_query("userTeam", "update", *filters, written=written, tie=tied(TieKind.PROVEN))
    found = look(an_entry("/api/teams/role", "PUT", guards=guards, queries=[query]))
    assert rules_of(found) == ["weak-privilege"]
    assert found.findings[0].severity is Severity.HIGH  # whoever sets roles gives themselves the highest
    role = a_guard(GuardKind.ROLE, roles=("ADMIN",), order=query.order - 1)
    assert rules_of(look(an_entry("/api/teams/role", "PUT", guards=[*guards, role], queries=[query]))) == []


def test_a_permission_without_a_look_at_the_target_lowers_owners():
    guards = [a_guard(), a_guard(GuardKind.ROLE, roles=("team_member:update",))]
    written = (sets("role", asked("body.role")),)
    query = a_query(
        "teamMember", "update", where("userId", asked("body.memberId")), written=written, tie=tied(TieKind.PROVEN)
    )
    assert rules_of(look(an_entry("/api/members", "PATCH", guards=guards, queries=[query]))) == ["weak-privilege"]
    looked = a_guard(GuardKind.ROLE, subjects=(asked("body.memberId"),), order=query.order - 1)
    assert rules_of(look(an_entry("/api/members", "PATCH", guards=[*guards, looked], queries=[query]))) == []


def test_a_stored_id_that_nobody_proved():
    guard = a_guard()
    query = a_query(
        "messages", "insert", written=(sets("chatId", asked("body.chatId")), sets("text", asked("body.text")))
    )
    report = look(ELSEWHERE, an_entry("/api/messages", "POST", guards=[guard], queries=[query]))
    assert rules_of(report) == ["foreign-reference-unchecked"]
    proven = a_guard(GuardKind.OWNER, subjects=(asked("body.chatId"),), order=query.order - 1)
    assert rules_of(look(ELSEWHERE, an_entry("/api/messages", "POST", guards=[guard, proven], queries=[query]))) == []


def test_a_check_after_the_write_comes_too_late():
    query = a_query("messages", "insert", written=(sets("chatId", asked("argument.chatId")),))
    late = a_guard(GuardKind.OWNER, subjects=(asked("argument.chatId"),), order=query.order + 1)
    entry = an_entry(
        "", "", kind=EntryKind.SERVICE, name="service server/runner.ts#send", guards=[late], queries=[query]
    )
    assert rules_of(look(ELSEWHERE, entry)) == ["foreign-reference-unchecked"]


def test_the_function_that_was_told_the_caller_and_did_not_listen_is_shown():
    below = Place(file="lib/calendars.ts", line=191, symbol="select")
    query = a_query("calendars", "update", where("id", asked("input.id")), place=below, told_caller=True)
    report = look(
        an_entry("calendars.select", "mutation", kind=EntryKind.PROCEDURE, guards=[a_guard()], queries=[query])
    )
    assert rules_of(report) == ["id-only-lookup"]
    assert report.findings[0].where == below


def test_a_public_report_that_flags_a_project_is_asked_about():
    flag = a_query(
        "projects",
        "update",
        where("id", asked("body.project_id")),
        written=(sets("flagged", CONSTANT),),
        client=ClientKind.SERVICE,
    )
    report = look(an_entry("/api/report", "POST", queries=[flag]))
    assert rules_of(report, least=Severity.MEDIUM) == []
    assert len(report.questions) == 1


def test_what_was_not_followed_is_asked_and_not_accused():
    query = a_query("chats", "select", where("id", asked("path.id")), returned=("*",))
    gap = Unresolved(says='import "@acme/auth" is not in the repository', place=Place(file="a.ts", line=1))
    entry = an_entry("/api/chats/[id]", queries=[query], wrappers=("withAcme",), unresolved=(gap,))
    report = look(ELSEWHERE, entry)
    assert rules_of(report) == []
    assert verdict_of(entry, report.context).word is Word.ASKED


def test_a_catalogue_is_for_everyone_and_its_changes_are_not():
    reading = a_query("products", "select", where("id", asked("path.id")), returned=("*",))
    assert rules_of(look(an_entry("/api/products/[id]", queries=[reading]))) == []
    writing = a_query(
        "products", "update", where("id", asked("path.id")), written=(sets("price", asked("body.price")),)
    )
    assert rules_of(look(an_entry("/api/products/[id]", "PUT", queries=[writing]))) == ["missing-session"]


def test_moving_a_handler_down_keeps_its_fingerprint():
    def at(line):
        query = a_query("chats", "delete", where("id", asked("path.id")), line=line)
        return look(ELSEWHERE, an_entry(guards=[a_guard()], queries=[query])).findings[0]

    assert at(10).fingerprint == at(90).fingerprint
    assert at(10).where.line == 10
    assert at(90).where.line == 90


def test_an_administrator_of_one_team_is_none_of_another():
    """The role was asked in the team of the body, and a member of any other team was removed by a bare id."""
    from assistant.collect.code.map import map_of
    from assistant.detect.code.run import detect_code

    def told(condition: str) -> list[str]:
        code = map_of(
            {
                "app/api/members/route.ts": f"""
                import {{ PrismaClient }} from "@prisma/client";
                import {{ auth }} from "@clerk/nextjs/server";
                const prisma = new PrismaClient();
                export async function DELETE(request) {{
                  const {{ userId }} = await auth();
                  if (!userId) return new Response(null, {{ status: 401 }});
                  const {{ teamId, memberId }} = await request.json();
                  const me = await prisma.teamMember.findFirst({{ where: {{ userId, teamId }} }});
                  if (me?.role !== "ADMIN") return new Response(null, {{ status: 403 }});
                  await prisma.teamMember.delete({{ where: {{ {condition} }} }});
                  return new Response(null, {{ status: 204 }});
                }}"""
            }
        )
        return [found.rule for found in detect_code(code) if found.severity.value in {"critical", "high", "medium"}]

    assert told("id: memberId") == ["parent-authorised-child-by-id"]
    assert told("id: memberId, teamId") == []


def test_a_thing_at_a_provider_that_the_code_names_is_the_applications_own():
    """A landing page shows the stars of its own repository; one that the request names may be anybody's."""
    own = where("repo", Origin(OriginKind.CONSTANT, "'app'"), Origin(OriginKind.ENVIRONMENT, "REPO_NAME"))
    at = {"client": ClientKind.PROVIDER, "engine": "github", "returned": ("*",)}
    assert rules_of(look(an_entry("/api/stars", queries=[a_query("repos", "select", own, **at)]))) == []
    keys = a_query("keys", "select", where("apiId", CONSTANT), where("ownerId", asked("query.owner")), **at)
    assert rules_of(look(an_entry("/api/stars", queries=[keys])))
    named = where("repo", asked("query.repo"))
    assert rules_of(look(an_entry("/api/stars", queries=[a_query("repos", "select", named, **at)]))) == [
        "missing-session"
    ]


def test_what_anybody_may_change_in_rows_that_are_found_by_a_person_is_high():
    """Trades were deleted by anybody, in a week in which every handler took the person from the request."""
    deleted = a_query("trades", "delete", where("id", asked("argument.ids"), operator="in"))
    alone = look(an_entry("/api/trades", verb="DELETE", queries=[deleted]))
    assert {one.severity for one in alone.findings if one.rule == "missing-session"} == {Severity.MEDIUM}
    listed = a_query("trades", "select", where("userId", asked("query.userId")), returned=("*",))
    both = look(
        an_entry("/api/trades", verb="DELETE", queries=[deleted]), an_entry("/api/mine", queries=[listed], verb="GET")
    )
    told = {one.entry: one.severity for one in both.findings if one.rule == "missing-session"}
    assert told["DELETE /api/trades"] is Severity.HIGH
