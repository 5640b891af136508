"""Whose account is it: roots, rows that are an account, aliases with a key of their own, text ids."""

from __future__ import annotations

from assistant.domain.catalog import PlatformKind
from assistant.domain.names import Name
from assistant.domain.ownership import CodeHints, Confidence
from assistant.ownership.infer import infer

from .rig import catalog, name_of, owners, said


def test_a_key_that_refers_to_the_account_is_the_account_and_so_is_what_hangs_on_it_by_key():
    found = owners("""
        profiles: id>auth.users~c full_name:text
        settings: profile_id>profiles~c theme:text
          key profile_id
    """)
    assert said(found, "profiles") == "self id"
    assert said(found, "settings") == "self profile_id"
    assert found.entries[name_of("profiles")].confidence is Confidence.HIGH
    assert found.entries[name_of("profiles")].evidence == ("its key id refers to auth.users and deletes with it",)
    assert found.principals[0].root
    assert found.principals[0].table == Name("auth", "users")


def test_a_table_called_profiles_without_a_foreign_key_is_only_likely_the_account():
    found = owners("profiles: id name:text")
    assert said(found, "profiles") == "self id"
    assert found.entries[name_of("profiles")].confidence is Confidence.LOW


def test_a_person_with_a_key_of_its_own_is_an_alias_and_rows_that_name_it_are_that_persons():
    found = owners("""
        teachers: id supabase_auth_id! name:text
          unique supabase_auth_id
        cohorts: id teacher_id!>teachers~c
        lessons: id cohort_id!>cohorts~c
    """)
    assert said(found, "teachers") == "user supabase_auth_id"
    assert said(found, "cohorts") == "user teacher_id"
    assert said(found, "lessons") == "via cohorts"
    alias = next(principal for principal in found.principals if principal.table == name_of("teachers"))
    assert (alias.key, alias.subject_column) == (("id",), "supabase_auth_id")


def test_an_organisation_with_a_primary_owner_is_a_tenant_not_a_person():
    found = owners("""
        accounts: id primary_owner_user_id!>auth.users name:text
          unique primary_owner_user_id
        account_user: user_id!>auth.users~c account_id!>accounts~c account_role:text=owner,member!
          key user_id,account_id
        invoices: id account_id!>accounts~c
    """)
    assert said(found, "accounts") == "tenant id"
    assert said(found, "account_user") == "membership user_id,account_id"
    assert said(found, "invoices") == "tenant account_id"
    assert [principal.table.name for principal in found.principals] == ["users"]


def test_text_subjects_of_a_third_party_own_rows_by_text_columns():
    found = owners(
        """
        users: id clerk_user_id:text! email:text
          unique clerk_user_id
        messages: id user_id!>users~c
        notes: id user_id:text!
        """,
        text_subject=True,
    )
    assert said(found, "users") == "user clerk_user_id"
    assert said(found, "messages") == "user user_id"
    assert said(found, "notes") == "user user_id"


def test_on_plain_postgres_the_users_table_is_the_root_whatever_its_spelling():
    found = owners(
        """
        User: id:text name:text
          off
        Session: id:text userId:text!>User~c
          off
        Team: id:text name:text
          off
        TeamMember: id:text teamId:text!>Team~c userId:text!>User~c role:text
          unique teamId,userId
          off
        ApiKey: id:text teamId:text!>Team~c hashedKey:text
          off
        """,
        kind=PlatformKind.PLAIN,
    )
    assert said(found, "User") == "self id"
    assert said(found, "Session") == "user userId"
    assert said(found, "TeamMember") == "membership userId,teamId"
    assert said(found, "ApiKey") == "tenant teamId"
    assert found.principals[0].root


def test_a_column_the_code_compares_with_the_session_counts_as_an_owner():
    schema = catalog("""
        receipts: id belongs_to! total:int4
          select true
    """)
    assert infer(schema).entries[name_of("receipts")].kind == "unknown"
    found = infer(schema, CodeHints(owner_columns={"receipts": ("belongs_to",)}))
    assert said(found, "receipts") == "user belongs_to"
