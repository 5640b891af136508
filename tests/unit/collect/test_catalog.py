"""The catalog of a database that has one of everything."""

from __future__ import annotations

import psycopg
import pytest

from assistant.collect.catalog import api_schemas, read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.names import Name


pytestmark = pytest.mark.shadow

ONE_OF_EVERYTHING = """
CREATE TYPE public.mood AS ENUM ('sad', 'glad');
CREATE DOMAIN public.short AS varchar(20) NOT NULL CONSTRAINT not_empty CHECK (VALUE <> '');
CREATE TABLE public.organizations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text UNIQUE);
CREATE TABLE public.members (
    organization_id uuid REFERENCES public.organizations ON DELETE CASCADE,
    user_id uuid REFERENCES auth.users ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member' CONSTRAINT known_role CHECK (role IN ('owner', 'member')),
    PRIMARY KEY (organization_id, user_id)
);
CREATE TABLE public."Notes" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid, user_id uuid,
    title public.short, moods public.mood[], amount numeric(6,2) DEFAULT 0,
    twice numeric GENERATED ALWAYS AS (amount * 2) STORED,
    dropped text,
    FOREIGN KEY (organization_id, user_id) REFERENCES public.members (organization_id, user_id) ON DELETE SET NULL
);
ALTER TABLE public."Notes" DROP COLUMN dropped;
COMMENT ON TABLE public."Notes" IS 'what they wrote';
CREATE UNIQUE INDEX one_title ON public."Notes" (title);
CREATE UNIQUE INDEX some_title ON public."Notes" (title) WHERE amount > 0;
CREATE INDEX lower_title ON public."Notes" (lower(title), user_id);
ALTER TABLE public."Notes" ENABLE ROW LEVEL SECURITY;
ALTER TABLE public."Notes" FORCE ROW LEVEL SECURITY;
CREATE TABLE public.allowed (email text PRIMARY KEY);
CREATE SCHEMA private;
CREATE FUNCTION private.is_allowed() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
    $$ SELECT EXISTS (SELECT 1 FROM public.allowed /* not public.organizations */ WHERE email = auth.email()) $$;
CREATE FUNCTION public.may_write(org uuid, OUT yes boolean, depth int DEFAULT 1) LANGUAGE plpgsql AS
    $$ BEGIN yes := private.is_allowed() AND EXISTS (SELECT 1 FROM members m, public.organizations WHERE m.organization_id = org); END $$;
CREATE POLICY "read own" ON public."Notes" FOR SELECT TO authenticated USING (user_id = auth.uid());
CREATE POLICY strict ON public."Notes" AS RESTRICTIVE FOR UPDATE WITH CHECK (public.may_write(organization_id));
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER stamping BEFORE INSERT OR UPDATE ON public."Notes" FOR EACH ROW EXECUTE FUNCTION public.stamp();
REVOKE ALL ON public."Notes" FROM anon;
GRANT SELECT (id, title) ON public."Notes" TO anon;
CREATE VIEW public.titles WITH (security_invoker = on) AS SELECT n.id, n.title, o.name FROM public."Notes" n, public.organizations o;
CREATE MATERIALIZED VIEW public.counts AS SELECT count(*) AS n FROM public.titles;
CREATE SEQUENCE public.loose;
CREATE TABLE public.events (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2026 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO storage.buckets (id, name, public) VALUES ('avatars', 'avatars', true);
CREATE POLICY files ON storage.objects FOR SELECT USING (bucket_id IN ('contracts', 'exports') AND owner = auth.uid());
ALTER PUBLICATION supabase_realtime ADD TABLE public.members;
ALTER DEFAULT PRIVILEGES IN SCHEMA private GRANT EXECUTE ON FUNCTIONS TO anon;
"""


@pytest.fixture
def catalog(shadow):
    with shadow.connect() as connection:
        connection.execute(ONE_OF_EVERYTHING)
        yield read_catalog(connection, PlatformKind.SUPABASE)


@pytest.fixture
def notes(catalog):
    return catalog.tables[Name("public", "Notes")]


def test_tables_of_the_operator_and_two_of_the_platform(catalog):
    assert list(catalog.tables) == sorted(catalog.tables)
    assert [str(name) for name in catalog.tables] == [
        "auth.users",
        "public.Notes",
        "public.allowed",
        "public.events",
        "public.events_2026",
        "public.members",
        "public.organizations",
        "storage.objects",
    ]
    assert catalog.tables[Name("public", "events")].kind == "partitioned"
    assert catalog.tables[Name("public", "events_2026")].parent == Name("public", "events")


def test_columns_with_their_types_under_domains_and_arrays(notes):
    found = {column.name: column for column in notes.columns}
    assert list(found) == ["id", "organization_id", "user_id", "title", "moods", "amount", "twice"]
    assert found["id"].identity == "a"
    title = found["title"]
    assert (title.type, title.base, title.base_schema, title.not_null) == ("short", "varchar", "pg_catalog", True)
    assert title.typmod == 24
    assert (found["moods"].base, found["moods"].array, found["moods"].labels) == ("mood", True, ("sad", "glad"))
    assert (found["amount"].type, found["amount"].default) == ("numeric(6,2)", "0")
    assert found["twice"].generated
    assert notes.comment == "what they wrote"


def test_keys_foreign_keys_checks_and_indexes(catalog, notes):
    assert [(key.name, key.columns, key.primary) for key in notes.keys] == [
        ("Notes_pkey", ("id",), True),
        ("one_title", ("title",), False),
    ]
    (key,) = notes.foreign_keys
    assert (key.columns, key.target_columns, key.on_delete) == (
        ("organization_id", "user_id"),
        ("organization_id", "user_id"),
        "set null",
    )
    assert [(check.name, check.columns) for check in notes.checks] == [("not_empty", ("title",))]
    members = catalog.tables[Name("public", "members")]
    assert [(check.name, check.columns) for check in members.checks] == [("known_role", ("role",))]
    assert {link.target for link in members.foreign_keys} == {Name("auth", "users"), Name("public", "organizations")}
    indexes = {index.name: index for index in notes.indexes}
    assert indexes["lower_title"].columns == ("", "user_id")
    assert indexes["some_title"].partial
    assert not indexes["one_title"].partial


def test_policies_and_flags(notes):
    own, strict = notes.policies
    assert (own.name, own.command, own.roles, own.permissive) == ("read own", "select", ("authenticated",), True)
    assert (own.using, own.check) == ("(user_id = auth.uid())", None)
    assert (strict.command, strict.roles, strict.permissive) == ("update", ("public",), False)
    assert (notes.rls, notes.force_rls) == (True, True)
    assert [(trigger.name, trigger.timing, trigger.events) for trigger in notes.triggers] == [
        ("stamping", "before", ("insert", "update"))
    ]


def test_grants_on_tables_and_columns_and_the_ones_nobody_wrote(catalog, notes):
    assert [grant.columns for grant in notes.grants if grant.grantee == "anon"] == [("id", "title")]
    assert {grant.privilege for grant in notes.grants if grant.grantee == "authenticated"} >= {
        "SELECT",
        "INSERT",
        "DELETE",
    }
    implicit = catalog.functions[Name("private", "is_allowed", "")]
    assert {(grant.grantee, grant.privilege) for grant in implicit.grants} == {
        ("postgres", "EXECUTE"),
        ("public", "EXECUTE"),
    }


def test_functions_of_the_operator_alone(catalog):
    assert [str(name) for name in catalog.functions] == [
        "private.is_allowed()",
        "public.may_write(uuid,integer)",
        "public.stamp()",
    ]
    allowed, write, stamp = catalog.functions.values()
    assert (allowed.definer, allowed.search_path, allowed.volatility) == (True, "", "stable")
    assert [(argument.name, argument.type, argument.has_default) for argument in write.arguments] == [
        ("org", "uuid", False),
        ("depth", "integer", True),
    ]
    assert (write.returns, write.search_path, write.definer) == ("boolean", None, False)
    assert write.definition.startswith("CREATE OR REPLACE FUNCTION public.may_write")
    assert stamp.trigger


def test_views_with_what_they_read(catalog):
    titles, counts = catalog.views[Name("public", "titles")], catalog.views[Name("public", "counts")]
    assert (titles.kind, titles.security_invoker) == ("view", True)
    assert titles.reads == (Name("public", "Notes"), Name("public", "organizations"))
    assert (counts.kind, counts.reads) == ("matview", (Name("public", "titles"),))
    assert [column.name for column in titles.columns] == ["id", "title", "name"]


def test_what_policies_read_through_their_helpers(catalog):
    assert catalog.reads["public.Notes: strict"] == (
        Name("public", "allowed"),
        Name("public", "members"),
        Name("public", "organizations"),
    )
    assert "public.Notes: read own" not in catalog.reads
    assert catalog.reads["private.is_allowed()"] == (Name("public", "allowed"),)


def test_buckets_that_exist_and_buckets_that_only_a_policy_names(catalog):
    assert [(bucket.id, bucket.public, bucket.declared) for bucket in catalog.buckets] == [
        ("avatars", True, True),
        ("contracts", False, False),
        ("exports", False, False),
    ]


def test_sequences_publications_roles_and_default_privileges(catalog):
    sequences = {str(sequence.name): sequence.owned_by for sequence in catalog.sequences}
    assert sequences == {"public.Notes_id_seq": Name("public", "Notes"), "public.loose": None}
    realtime = next(publication for publication in catalog.publications if publication.name == "supabase_realtime")
    assert realtime.tables == (Name("public", "members"),)
    roles = {role.name: role for role in catalog.roles}
    assert roles["service_role"].bypass_rls
    assert "anon" in roles["postgres"].member_of
    assert roles["authenticator"].member_of == ()
    private = [found for found in catalog.default_privileges if found.schema == "private"]
    assert [(found.object, {grant.grantee for grant in found.grants}) for found in private] == [("function", {"anon"})]


def test_the_platform_and_its_roles(catalog):
    platform = catalog.platform
    assert (platform.guest_role, platform.user_role, platform.service_role) == ("anon", "authenticated", "service_role")
    assert platform.claims_setting == "request.jwt.claims"
    assert platform.exposed_schemas == ("public",)
    assert catalog.search_path[:1] == ("public",)


def test_twice_the_same_and_without_any_rights(shadow, catalog):
    with shadow.connect() as connection:
        assert read_catalog(connection, PlatformKind.SUPABASE) == catalog
        connection.execute("SET ROLE anon")
        seen = read_catalog(connection, PlatformKind.SUPABASE)
    assert seen.tables == catalog.tables
    assert [bucket.id for bucket in seen.buckets] == ["contracts", "exports"]


def test_settings_that_name_the_user_and_the_tenant(shadow):
    with shadow.connect() as connection:
        connection.execute("""
            CREATE TABLE public.orders (id int PRIMARY KEY, tenant_id uuid, owner text, place text);
            CREATE FUNCTION public.me() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.user_id', true) $$;
            CREATE FUNCTION public.unused() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.person', true) $$;
            CREATE POLICY a ON public.orders USING (tenant_id = current_setting('app.current_tenant', true)::uuid);
            CREATE POLICY b ON public.orders USING (owner = public.me() AND current_setting('app.role', true) = 'clerk');
            CREATE POLICY c ON public.orders USING (tenant_id = (SELECT current_setting('my.scope', true))::uuid);
        """)
        platform = read_catalog(connection, PlatformKind.SUPABASE).platform
    assert platform.user_settings == ("app.user_id",)
    assert "app.current_tenant" in platform.tenant_settings


def test_a_database_that_is_gone_says_so(shadow):
    connection = shadow.connect()
    connection.close()
    with pytest.raises(psycopg.OperationalError):
        read_catalog(connection, PlatformKind.SUPABASE)


@pytest.mark.parametrize(
    ("config", "schemas"),
    [
        ('[api]\nschemas = ["public", "basejump", "graphql_public"]\n', ("public", "basejump")),
        ('[api]\nschemas = ["storage"]\n', ("public",)),
        ("[api]\nport = 1\n", ("public",)),
        ('[api]\nschemas = "public"\n', ("public",)),
        ("not toml [", ("public",)),
        ("api = 3\n", ("public",)),
    ],
)
def test_schemas_the_api_serves(config, schemas):
    assert api_schemas(config) == schemas
