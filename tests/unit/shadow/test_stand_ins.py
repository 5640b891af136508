"""An extension that the rehearsal server lacks must not cost the tables that use it."""

from __future__ import annotations

import psycopg
import pytest

from assistant.shadow.stand_ins import rewrite, scripts, without_operator_class


def test_a_statement_that_creates_no_extension_is_left_alone():
    assert rewrite("CREATE TABLE extension (id int)") is None
    assert rewrite("SELECT 'create extension pgcrypto'") is None


def test_what_needs_the_network_has_no_stand_in():
    assert rewrite("CREATE EXTENSION dblink") is None
    assert rewrite("create extension if not exists postgres_fdw") is None


@pytest.mark.parametrize(
    ("asked", "runs", "replaced"),
    [
        (
            'create extension "uuid-ossp" with schema extensions;',
            'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA extensions',
            True,
        ),
        ("-- ids\nCREATE EXTENSION IF NOT EXISTS pgcrypto", 'CREATE EXTENSION IF NOT EXISTS "pgcrypto"', True),
        ("create extension vector version '0.5.1'", 'CREATE EXTENSION IF NOT EXISTS "vector"', False),
        ("create extension pgmq with schema extensions cascade", 'CREATE EXTENSION IF NOT EXISTS "pgmq" CASCADE', True),
        ("ALTER EXTENSION pg_cron UPDATE TO '1.6'", "SELECT", True),
    ],
)
def test_only_what_the_original_alone_understands_is_mended(asked, runs, replaced):
    stand_in = rewrite(asked)
    assert stand_in is not None
    assert (stand_in.sql, stand_in.replaced) == (runs, replaced)


@pytest.mark.shadow
def test_every_stand_in_can_be_created_by_the_role_that_replays(shadow):
    with shadow.connect() as connection:
        for name in (*scripts(), "vector"):
            stand_in = rewrite(f'CREATE EXTENSION "{name}" WITH SCHEMA extensions')
            assert stand_in is not None
            connection.execute(stand_in.sql)
        owners = connection.execute(
            "SELECT DISTINCT p.prosecdef FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'"
        ).fetchall()
        assert owners == [(False,)], "no stand-in lends the superuser's rights to its caller"


@pytest.mark.shadow
def test_every_function_of_every_stand_in_has_a_body_that_works(shadow):
    with shadow.connect() as connection:
        connection.execute("CREATE SCHEMA again")
        for name in scripts():
            connection.execute(f'CREATE EXTENSION IF NOT EXISTS "{name}"')
        bodies = connection.execute(
            "SELECT n.nspname, pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " JOIN pg_language l ON l.oid = p.prolang AND l.lanname IN ('sql', 'plpgsql')"
            " JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'"
        ).fetchall()
        assert len(bodies) > 150
        for schema, body in bodies:
            # inside an extension the server does not check bodies: it does here
            connection.execute(body.replace(f"FUNCTION {schema}.", "FUNCTION again.", 1))


@pytest.mark.shadow
def test_passwords_and_signatures_made_by_stand_ins_can_be_checked_again(shadow):
    with shadow.connect() as connection:
        connection.execute(
            "CREATE TEMP TABLE login AS SELECT extensions.crypt('sesame', extensions.gen_salt('bf')) AS kept"
        )
        checked = connection.execute(
            "SELECT extensions.crypt('sesame', kept) = kept, extensions.crypt('open', kept) = kept, length(kept) FROM login"
        ).fetchone()
        assert checked == (True, False, 60)
        rfc4231 = connection.execute(
            "SELECT encode(extensions.hmac('what do ya want for nothing?', 'Jefe', 'sha256'), 'hex')"
        ).fetchone()
        assert rfc4231 == ("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",)


@pytest.mark.shadow
def test_citext_compares_without_case_and_keeps_unique(shadow):
    with shadow.connect() as connection:
        connection.execute(
            "CREATE EXTENSION citext SCHEMA extensions; CREATE TABLE public.people (email citext UNIQUE)"
        )
        connection.execute("INSERT INTO public.people VALUES ('Ada@x.org')")
        assert connection.execute("SELECT count(*) FROM public.people WHERE email = 'ada@X.org'").fetchone() == (1,)
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO public.people VALUES ('ADA@x.org')")


@pytest.mark.shadow
def test_columns_of_types_from_stand_ins_hold_rows(shadow):
    with shadow.connect() as connection:
        connection.execute(
            "CREATE EXTENSION postgis SCHEMA extensions; CREATE EXTENSION ltree; CREATE EXTENSION hstore"
        )
        connection.execute("CREATE EXTENSION vector")
        connection.execute(
            "CREATE TABLE public.places (at geography(Point, 4326), shape geometry(POLYGON), path ltree, tags hstore, v vector(2))"
        )
        connection.execute(
            "INSERT INTO public.places VALUES (st_setsrid(st_makepoint(1, 2), 4326)::geography, 'POINT(1 2)', 'a.b', 'k=>v', '[1,2]')"
        )
        read = connection.execute(
            "SELECT st_x(shape), path <@ 'a', tags -> 'k', v <-> '[1,2]' FROM public.places"
        ).fetchone()
        assert read == (1.0, True, "v", 0.0)


@pytest.mark.shadow
def test_an_index_without_its_operator_class_becomes_a_plain_one(shadow):
    asked = (
        "CREATE INDEX ON public.posts USING gin (lower(title) gin_trgm_ops) WITH (fastupdate = off) WHERE (title <> '')"
    )
    with shadow.connect() as connection:
        connection.execute("CREATE TABLE public.posts (title text)")
        with pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute(asked)
        plain = without_operator_class(asked)
        assert plain is not None
        connection.execute(plain.sql)


@pytest.mark.shadow
def test_a_table_with_an_exclusion_constraint_is_kept_without_it(shadow):
    asked = (
        'CREATE TABLE public.bookings (room int, during tstzrange, CONSTRAINT "no (double) booking"'
        " EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room IN (1, 2)), guest text)"
    )
    with shadow.connect() as connection:
        with pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute(asked)
        plain = without_operator_class(asked)
        assert plain is not None
        connection.execute(plain.sql)
        assert connection.execute("SELECT room, during, guest FROM public.bookings").fetchall() == []


def test_an_exclusion_constraint_added_later_is_left_out():
    left_out = without_operator_class("ALTER TABLE bookings ADD CONSTRAINT free EXCLUDE USING gist (room WITH =)")
    assert left_out is not None
    assert left_out.sql == "SELECT"
    assert without_operator_class("ALTER TABLE bookings ADD COLUMN x nothing") is None
