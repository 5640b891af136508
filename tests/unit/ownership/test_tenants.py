"""Who belongs together: tables of pairs, pointers, tenant columns, and pairs that give no rights."""

from __future__ import annotations

from assistant.domain.catalog import PlatformKind
from assistant.domain.ownership import Confidence

from .rig import name_of, owners, said


ORGANISATION = """
        organizations: id name:text plan:text stripe_customer_id:text
        organization_members: id organization_id!>organizations~c user_id!>auth.users~c role:text=viewer,owner,member,admin!
          unique organization_id,user_id
        projects: id organization_id!>organizations~c created_by>auth.users~n
"""


def test_the_tenants_own_row_its_members_and_its_rows():
    found = owners(ORGANISATION)
    assert said(found, "organizations") == "tenant id"
    assert said(found, "organization_members") == "membership user_id,organization_id"
    assert said(found, "projects") == "tenant organization_id"
    project = found.entries[name_of("projects")]
    assert project.tenant == name_of("organizations")
    assert project.membership == name_of("organization_members")
    assert project.authors == ("created_by",)
    assert project.confidence is Confidence.HIGH


def test_roles_come_most_privileged_first_and_say_who_may_write():
    found = owners(ORGANISATION)
    assert found.memberships[0].roles == ("owner", "admin", "member", "viewer")
    assert found.entries[name_of("organization_members")].write_roles == ("owner", "admin")
    assert found.entries[name_of("organizations")].write_roles == ("owner", "admin")
    assert found.entries[name_of("projects")].write_roles == ("owner", "admin", "member")


def test_nobody_promotes_himself_on_a_membership_or_gives_his_tenant_a_better_plan():
    found = owners(ORGANISATION)
    assert found.entries[name_of("organization_members")].privileged == ("role",)
    assert found.entries[name_of("organizations")].privileged == ("plan", "stripe_customer_id")
    assert found.entries[name_of("projects")].privileged == ()


def test_likes_and_records_about_members_are_pairs_but_no_memberships():
    found = owners(
        ORGANISATION
        + """
        posts: id user_id!>auth.users~c
        post_likes: post_id!>posts~c user_id!>auth.users~c
          key post_id,user_id
        organization_member_removals: id organization_id!>organizations~c user_id!>auth.users
          unique organization_id,user_id
        """
    )
    assert [membership.table.name for membership in found.memberships] == ["organization_members"]
    assert said(found, "post_likes") == "user user_id"


def test_people_in_a_conversation_belong_to_it_and_its_messages_are_theirs():
    found = owners("""
        conversations: id title:text
        conversation_participants: conversation_id!>conversations~c user_id!>auth.users~c
          key conversation_id,user_id
        messages: id conversation_id!>conversations~c sender_id!>auth.users~c body:text
    """)
    assert said(found, "conversation_participants") == "membership user_id,conversation_id"
    assert said(found, "messages") == "tenant conversation_id"
    assert found.entries[name_of("messages")].authors == ("sender_id",)


def test_a_pointer_on_the_users_own_row_is_how_he_belongs():
    found = owners("""
        tenants: id name:text
        profiles: id>auth.users~c tenant_id>tenants role:text
        invoices: id tenant_id!>tenants
    """)
    assert said(found, "profiles") == "self id"
    assert said(found, "tenants") == "tenant id"
    assert said(found, "invoices") == "tenant tenant_id"
    assert [(known.table.name, known.pointer) for known in found.memberships] == [("profiles", True)]
    assert found.entries[name_of("invoices")].membership is None


def test_an_organisation_id_without_a_table_still_names_a_tenant_when_others_carry_it():
    found = owners(
        """
        documents: id org_id:text! title:text
        files: id org_id:text! path:text
        """,
        text_subject=True,
    )
    assert said(found, "documents") == "tenant org_id"
    assert found.entries[name_of("documents")].confidence is Confidence.LOW


def test_a_tenant_that_only_a_setting_names():
    found = owners("orders: id tenant_id! total:int4", tenant_settings=("app.tenant_id",))
    assert said(found, "orders") == "tenant tenant_id"


def test_personal_rows_inside_a_tenant_stay_personal():
    found = owners(
        ORGANISATION
        + """
        notifications: id organization_id!>organizations~c user_id!>auth.users~c
        tasks: id organization_id!>organizations~c user_id!>auth.users~c
        devices: id organization_id!>organizations~c user_id!>auth.users~c token:text
          unique user_id,token
        """
    )
    assert said(found, "notifications") == "user user_id"
    assert said(found, "devices") == "user user_id"
    assert said(found, "tasks") == "tenant organization_id"


def test_policies_break_the_tie_only_towards_the_person():
    both = (
        ORGANISATION
        + """
        journals: id organization_id!>organizations~c user_id!>auth.users~c
          select {}
    """
    )
    own = "(user_id = auth.uid())"
    everyone = (
        "(organization_id IN ( SELECT m.organization_id FROM organization_members m WHERE (m.user_id = auth.uid())))"
    )
    leads = "(EXISTS ( SELECT 1 FROM organization_members m WHERE ((m.organization_id = journals.organization_id) AND (m.role = 'admin'::text))))"
    assert said(owners(both.format(own)), "journals") == "user user_id"
    assert said(owners(both.format(f"({own} OR {leads})")), "journals") == "user user_id"
    assert said(owners(both.format(f"({own} OR {everyone})")), "journals") == "tenant organization_id"
    assert (
        said(owners(both.format(f"({everyone} AND ((NOT hidden) OR {own}))")), "journals") == "tenant organization_id"
    )
    assert said(owners(both.format("true")), "journals") == "tenant organization_id"


def test_a_part_of_a_tenants_thing_follows_the_thing_and_keeps_its_author():
    found = owners(
        ORGANISATION
        + """
        project_comments: id project_id!>projects~c user_id!>auth.users~c body:text
        comment_attachments: id comment_id!>project_comments~c path:text
        """
    )
    assert said(found, "project_comments") == "via projects"
    assert found.entries[name_of("project_comments")].authors == ("user_id",)
    assert said(found, "comment_attachments") == "via project_comments"


def test_a_project_inside_an_organisation_is_the_organisations_and_an_invoice_follows_what_it_must_hang_on():
    found = owners(
        ORGANISATION
        + """
        project_members: project_id!>projects~c user_id!>auth.users~c role:text
          key project_id,user_id
        clients: id organization_id!>organizations~c
        invoices: id client_id!>clients~c project_id>projects
        tasks: id project_id!>projects~c
        """
    )
    assert said(found, "projects") == "tenant organization_id"
    assert said(found, "project_members") == "membership user_id,project_id"
    assert said(found, "invoices") == "via clients"
    assert said(found, "tasks") == "tenant project_id"


def test_a_pair_of_a_person_and_somebodys_project_without_a_role_gives_no_rights():
    found = owners("""
        projects: id owner_id!>auth.users~c
        comments: id project_id>projects~c author_id>auth.users~c
        project_backers: project_id!>projects~c user_id!>auth.users~c
          key project_id,user_id
    """)
    assert found.memberships == ()
    assert said(found, "projects") == "user owner_id"
    assert said(found, "comments") == "user author_id"
    assert said(found, "project_backers") == "user user_id"


def test_where_only_a_tenant_is_ever_named_peoples_rows_are_the_tenants():
    """A fix by user would ask for a setting that the application never sends, and lock everybody out."""
    schema = """
        tenants: id name:text
        users: id tenant_id!>tenants email:text
        notes: id tenant_id!>tenants user_id!>users body:text
        """
    found = owners(schema, kind=PlatformKind.PLAIN, tenant_settings=("app.tenant_id",))
    assert said(found, "users") == "tenant tenant_id"
    assert said(found, "notes") == "tenant tenant_id"
    assert said(owners(schema, kind=PlatformKind.PLAIN), "users") == "self id"
