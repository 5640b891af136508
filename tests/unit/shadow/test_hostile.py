"""SQL from a repository is hostile input: each way out of the shadow, tried as the role that replays migrations."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from assistant.shadow.server import open_server


pytestmark = pytest.mark.shadow

_WAYS_OUT = {
    "program": [
        "COPY (SELECT 1) TO PROGRAM 'touch {mark}'",
        "CREATE TABLE out (t text); COPY out FROM PROGRAM 'touch {mark}; echo x'",
        "CREATE FUNCTION run(cstring) RETURNS int AS 'libc.so.6', 'system' LANGUAGE c STRICT",
        "CREATE FUNCTION run(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'",
        "CREATE EXTENSION plpython3u",
        "LOAD 'libpq'",
    ],
    "file": [
        "COPY (SELECT 1) TO '{mark}'",
        "CREATE TABLE taken (t text); COPY taken FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_binary_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_stat_file('PG_VERSION')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(lo_creat(-1), '{mark}')",
        "SELECT pg_file_write('{mark}', 'x', false)",
        "CREATE TABLESPACE away LOCATION '/var'",
        "CREATE EXTENSION file_fdw",
    ],
    "role": [
        "CREATE ROLE root SUPERUSER",
        "ALTER ROLE postgres SUPERUSER",
        "ALTER ROLE anon SUPERUSER",
        "SET ROLE {superuser}",
        "SET SESSION AUTHORIZATION {superuser}",
        "GRANT {superuser} TO postgres",
        "ALTER ROLE {superuser} PASSWORD 'x'",
        "DROP ROLE {superuser}",
        "GRANT pg_execute_server_program TO postgres",
        "GRANT pg_read_server_files TO postgres",
        "GRANT pg_write_server_files TO postgres",
        "UPDATE pg_authid SET rolsuper = true WHERE rolname = 'postgres'",
        "SELECT rolpassword FROM pg_authid",
        "ALTER ROLE stanch_admin SET role = 'postgres'",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{superuser}'",
    ],
    "setting": [
        "ALTER SYSTEM SET archive_command = 'touch {mark}'",
        "SET session_preload_libraries = 'evil'",
        "ALTER DATABASE {database} SET session_preload_libraries = 'evil'",
        "ALTER ROLE postgres SET session_preload_libraries = 'evil'",
        "SET dynamic_library_path = '/var'",
        "SET extension_control_path = '/var'",
        "ALTER ROLE ALL SET search_path = evil",
        "SET log_min_messages = debug5",
        "SET temp_file_limit = -1",
        "SELECT pg_reload_conf()",
        "SELECT pg_rotate_logfile()",
        "CREATE EVENT TRIGGER evil ON ddl_command_end EXECUTE FUNCTION evil()",
        "CREATE EVENT TRIGGER evil ON ddl_command_end EXECUTE FUNCTION graphql_public.graphql()",
    ],
    "another database": [
        "DROP DATABASE stanch WITH (FORCE)",
        "DROP DATABASE stanch_template",
        "ALTER DATABASE stanch RENAME TO mine",
        "ALTER DATABASE stanch_template SET search_path = evil",
        "ALTER DATABASE stanch ALLOW_CONNECTIONS false",
        "CREATE DATABASE mine TEMPLATE stanch",
        "GRANT CONNECT ON DATABASE stanch TO postgres",
        "CREATE EXTENSION dblink",
    ],
    "network": [
        "CREATE EXTENSION postgres_fdw",
        "SELECT * FROM dblink('host=192.0.2.1', 'select 1') AS t (a int)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=192.0.2.1 dbname=x' PUBLICATION p WITH (connect = false)",
        "CREATE PUBLICATION everything FOR ALL TABLES",
        "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
        "SELECT pg_create_physical_replication_slot('s')",
        "CREATE FOREIGN DATA WRAPPER f HANDLER postgres_fdw_handler",
    ],
}


@pytest.fixture(scope="module")
def besieged(own_cache):
    """One shadow that takes every attack, and the shadow of somebody else's run at the same time."""
    with open_server() as mine, mine.create() as attacked, open_server() as theirs, theirs.create() as other:
        yield attacked, other


@pytest.mark.parametrize(("way", "statement"), [(way, sql) for way, tried in _WAYS_OUT.items() for sql in tried])
def test_there_is_no_way_out(besieged, tmp_path, way, statement):
    shadow, other = besieged
    superuser = shadow.server.fetch("SELECT current_user", [])[0][0]
    mark = tmp_path / "escaped"
    tmp_path.chmod(0o777)
    words = {"mark": mark, "superuser": superuser, "database": shadow.name}
    for word, value in words.items():
        statement = statement.replace(f"{{{word}}}", str(value))
    with shadow.connect() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement)
    assert refused.value.sqlstate is not None, "refused by the server, not by a broken connection"
    with other.connect() as connection:
        assert connection.execute("SELECT count(*) FROM auth.users").fetchone() == (0,)
    assert not mark.exists()


def test_another_run_cannot_even_be_named(besieged):
    attacked, other = besieged
    with attacked.connect() as connection:
        names = {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}
    assert attacked.name in names
    assert other.name not in names


def test_a_default_that_waits_for_a_superuser_never_meets_one(shadow, tmp_path):
    """Seeding evaluates defaults and checks of the repository: it must not lend them any right."""
    tmp_path.chmod(0o777)
    mark = tmp_path / "escaped"
    with shadow.connect() as connection:
        connection.execute(
            f"""CREATE FUNCTION public.trap() RETURNS int LANGUAGE plpgsql AS $$
                BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; RETURN 1; END $$"""
        )
        connection.execute("CREATE TABLE public.bait (id int, n int DEFAULT public.trap())")
    with shadow.connect("admin") as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO public.bait (id) VALUES (1)")
        connection.execute("INSERT INTO public.bait VALUES (1, 2)")
    assert not mark.exists()


def test_the_role_that_seeds_may_touch_every_row_whoever_owns_it(shadow):
    with shadow.connect() as connection:
        connection.execute("CREATE ROLE crew; GRANT CREATE ON SCHEMA public TO crew; SET ROLE crew")
        connection.execute("CREATE TABLE public.theirs (id int); ALTER TABLE public.theirs ENABLE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE public.theirs FORCE ROW LEVEL SECURITY")
    with shadow.connect("admin") as connection:
        connection.execute("SET session_replication_role = replica; INSERT INTO public.theirs VALUES (1)")
        connection.execute("INSERT INTO auth.users (id) VALUES (gen_random_uuid())")
        assert connection.execute("SELECT count(*) FROM public.theirs").fetchone() == (1,)
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        connection.execute("SET ROLE anon")


_LASTING_HARM = {
    "undone": [
        "CREATE ROLE leftover BYPASSRLS",
        "GRANT service_role TO anon",
        "ALTER ROLE anon BYPASSRLS",
        "ALTER ROLE authenticated SET search_path = evil",
        "ALTER ROLE postgres SET statement_timeout = 7",
        "ALTER ROLE postgres PASSWORD 'x'",
        "ALTER DATABASE postgres SET statement_timeout = 1",
        "CREATE DATABASE leftover",
        "CREATE ROLE a CREATEROLE",
        "SET ROLE a",
        "CREATE ROLE b",
        "SET ROLE b",
        "CREATE TEMP TABLE t (i int)",
    ],
    "nobody can log in": ["ALTER ROLE postgres SET local_preload_libraries = '../evil'"],
    "beyond repair": [
        "ALTER ROLE service_role RENAME TO gone",
        "COMMENT ON DATABASE postgres IS 'x'",
        "GRANT CONNECT ON DATABASE postgres TO anon",
        "ALTER DATABASE postgres RENAME TO mine",
        "DROP SCHEMA auth CASCADE",
        "DROP DATABASE mine",
    ],
}


def test_what_one_run_does_to_roles_and_databases_the_next_one_never_sees(empty_cache):
    def seen(server, shadow):
        superuser = server.fetch("SELECT current_user", [])[0][0]
        return json.dumps(server.state(but=[shadow.name])).replace(superuser, "superuser")

    with open_server() as server, server.create() as shadow:
        clean = seen(server, shadow)
    for harm, statements in _LASTING_HARM.items():
        with open_server() as server, server.create() as shadow:
            assert seen(server, shadow) == clean, f"before: {harm}"
            with shadow.connect() as connection:
                for statement in statements:
                    connection.execute(statement)
    with open_server() as server, server.create() as shadow, shadow.connect() as connection:
        assert seen(server, shadow) == clean
        assert connection.execute("SELECT count(*) FROM auth.users").fetchone() == (0,)


def test_the_server_has_no_network_address_and_its_socket_is_private(shadow):
    parameters = shadow.server.parameters("postgres", shadow.name)
    with shadow.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert Path(parameters["host"]).stat().st_mode & 0o077 == 0
