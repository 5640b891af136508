"""A policy that stanch writes must say what was meant, quoted, and nothing PostgreSQL would refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.catalog import PolicyRow
from assistant.domain.errors import UsageError
from assistant.domain.names import Name
from assistant.sql.policy import Policy, alter_policy, create_policy, drop_policy, enable_rls, same


PROJECT = Name("public", "Project")
READ = Policy(
    table=PROJECT,
    name='team "A" reads',
    command="select",
    roles=("authenticated",),
    using="organization_id = ANY(ARRAY(SELECT private.my_org_ids()))",
)


def test_names_that_need_quotes_get_them_and_the_predicate_stays_as_given():
    assert create_policy(READ) == (
        'CREATE POLICY "team ""A"" reads" ON public."Project"\n'
        "  FOR SELECT\n"
        "  TO authenticated\n"
        "  USING (organization_id = ANY(ARRAY(SELECT private.my_org_ids())))"
    )


def test_a_policy_for_everyone_names_the_keyword_and_not_a_role_called_public():
    assert "TO PUBLIC" in create_policy(replace(READ, roles=("public",)))
    assert '"public"' not in create_policy(replace(READ, roles=("public",)))


def test_a_restrictive_policy_is_written_as_one():
    assert "\n  AS RESTRICTIVE\n" in create_policy(replace(READ, permissive=False))


def test_alter_sets_roles_and_both_predicates_but_never_the_command():
    policy = replace(READ, command="update", check="true")
    assert alter_policy(policy).splitlines()[1:] == [
        "  TO authenticated",
        "  USING (organization_id = ANY(ARRAY(SELECT private.my_org_ids())))",
        "  WITH CHECK (true)",
    ]


def test_drop_and_enable_can_be_run_twice():
    assert drop_policy(PROJECT, "x; drop table y") == 'DROP POLICY IF EXISTS "x; drop table y" ON public."Project"'
    assert enable_rls(PROJECT) == 'ALTER TABLE public."Project" ENABLE ROW LEVEL SECURITY'


@pytest.mark.parametrize(
    ("command", "using", "check"),
    [("insert", "true", "true"), ("select", "true", "true"), ("delete", "true", "true"), ("merge", "true", None)],
)
def test_what_postgres_would_refuse_is_refused_before_a_file_is_written(command, using, check):
    with pytest.raises(UsageError):
        Policy(table=PROJECT, name="p", command=command, using=using, check=check)


def test_the_catalogs_spelling_and_the_migrations_spelling_are_the_same_policy():
    row = PolicyRow(
        table=PROJECT,
        name="from the catalog",
        command="select",
        permissive=True,
        roles=("authenticated",),
        using="((( SELECT auth.uid() AS uid) = user_id) AND (kind = 'a'::text))",
        check=None,
    )
    written = replace(READ, using="kind = 'a' AND (user_id = (select auth.uid()))")
    assert same(Policy.from_row(row), written)
    assert not same(Policy.from_row(row), replace(written, using="kind = 'b' AND user_id = (select auth.uid())"))
    assert not same(Policy.from_row(row), replace(written, permissive=False))
