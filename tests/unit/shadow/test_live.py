"""The operator's live database is read once, in a session that cannot write, and rebuilt without a row of anybody's."""

from __future__ import annotations

import socket
import threading

import psycopg
import pytest

from assistant.domain.errors import UnreachableError
from assistant.shadow.live import copy_schema
from assistant.shadow.unreachable import said, without_secrets


pytestmark = pytest.mark.shadow

_LIVE = """
CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN; CREATE ROLE reporting NOLOGIN BYPASSRLS;
CREATE ROLE looker LOGIN; GRANT reporting TO looker;
CREATE SCHEMA auth;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT NULL::uuid $$;
CREATE SCHEMA storage;
CREATE TABLE storage.objects (id uuid, bucket_id text, name text);
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
CREATE POLICY "anyone may see avatars" ON storage.objects FOR SELECT TO authenticated, anon USING (bucket_id = 'avatars');
CREATE TABLE public.chats (id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users, "Body" text);
ALTER TABLE public.chats ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.chats TO authenticated USING (user_id = auth.uid());
GRANT SELECT ON public.chats TO authenticated, reporting;
CREATE FUNCTION public.welcome() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER on_sign_up AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.welcome();
INSERT INTO auth.users VALUES ('11111111-1111-1111-1111-111111111111', 'ada@customer.example');
INSERT INTO public.chats VALUES (gen_random_uuid(), '11111111-1111-1111-1111-111111111111', 'private');
"""


@pytest.fixture(scope="module")
def live(operators_server):
    """A small leaking app with one customer in it."""
    with psycopg.connect(operators_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE app")
        url = operators_server.replace("/postgres?", "/app?")
        with psycopg.connect(url, autocommit=True) as app:
            app.execute(_LIVE)
        yield url
        connection.execute("DROP DATABASE app WITH (FORCE)")
        connection.execute("DROP ROLE anon, authenticated, reporting, looker")


def _fingerprint(url):
    """Everything a write would change: transaction ids, sizes, rows."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT (SELECT array_agg(xmin::text ORDER BY oid) FROM pg_class), (SELECT array_agg(xmin::text) FROM public.chats),"
            " (SELECT count(*) FROM pg_roles)"
        ).fetchone()


def test_the_schema_arrives_and_no_row_does(live, shadow):
    before = _fingerprint(live)
    outcome = copy_schema(live, shadow)
    assert outcome.skipped == ()
    with shadow.connect() as connection:
        assert connection.execute("SELECT count(*) FROM public.chats").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM auth.users").fetchone() == (0,)
        policies = connection.execute(
            "SELECT tablename, policyname, roles::text FROM pg_policies WHERE schemaname <> 'cron'"
        )
        assert sorted(policies.fetchall()) == [
            ("chats", "own", "{authenticated}"),
            ("objects", "anyone may see avatars", "{anon,authenticated}"),
        ]
        triggers = connection.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'auth.users'::regclass AND NOT tgisinternal"
        )
        assert triggers.fetchall() == [("on_sign_up",)]
    assert _fingerprint(live) == before


def test_the_shadow_grants_what_the_live_database_grants_and_not_what_the_platform_would(live, shadow):
    copy_schema(live, shadow)
    with shadow.connect() as connection:
        seen = connection.execute(
            "SELECT has_table_privilege('anon', 'public.chats', 'SELECT'), has_table_privilege('authenticated', 'public.chats', 'SELECT'),"
            " has_table_privilege('authenticated', 'public.chats', 'INSERT'), has_table_privilege('reporting', 'public.chats', 'SELECT')"
        ).fetchone()
        assert seen == (False, True, False, True)
        assert connection.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = 'reporting'").fetchone() == (True,)


def test_a_superuser_is_accepted_with_a_sentence_and_a_reader_without(live, shadow):
    (note,) = copy_schema(live, shadow).notes
    assert "The role postgres is a superuser" in note
    with psycopg.connect(live, autocommit=True) as connection:
        connection.execute(
            "GRANT USAGE ON SCHEMA auth, storage TO looker; GRANT SELECT ON ALL TABLES IN SCHEMA public, auth TO looker"
        )
    with shadow.server.create() as second:
        reader = live.replace("postgres@", "looker@")
        assert copy_schema(reader, second).notes == ()


def test_the_session_cannot_write_even_as_a_superuser(live):
    from assistant.shadow.live import _read_only

    with _read_only(live) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("CREATE TABLE public.written (id int)")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:open-sesame@127.0.0.1:1/app",
        "host=127.0.0.1 port=1 password=open-sesame dbname=app",
        "postgresql://reader:open-sesame@no-such-host.invalid/app",
        "postgresql://reader:open-sesame@127.0.0.1:notaport/app",
        "mysql://reader:open-sesame@127.0.0.1/app",
    ],
)
def test_a_wrong_address_is_one_sentence_without_its_password(url, shadow):
    with pytest.raises(UnreachableError) as refused:
        copy_schema(url, shadow)
    assert "open-sesame" not in str(refused.value)
    assert refused.value.remedy.startswith("Check the address")
    assert "\n" not in refused.value.says


def test_a_database_that_does_not_exist_is_named(live, shadow):
    with pytest.raises(UnreachableError, match='database "nothing" does not exist'):
        copy_schema(live.replace("/app?", "/nothing?"), shadow)


def test_a_server_that_accepts_and_never_answers_is_given_up(shadow, monkeypatch):
    monkeypatch.setattr("assistant.shadow.live._CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        accepted = []
        thread = threading.Thread(target=lambda: accepted.append(silent.accept()), daemon=True)
        thread.start()
        with pytest.raises(UnreachableError) as refused:
            copy_schema(f"postgresql://reader@127.0.0.1:{silent.getsockname()[1]}/app?sslmode=disable", shadow)
        assert "timeout" in refused.value.says
        thread.join(5)
        for connection, _ in accepted:
            connection.close()


def test_what_a_driver_says_is_shortened_and_blanked():
    url = "postgresql://reader:s3cret@db.example/app"
    noisy = f'connection to server at "db.example" failed: FATAL:  password authentication failed for user "reader" ({url})\n'
    assert said(noisy, url) == 'password authentication failed for user "reader" (…)'
    assert without_secrets("s3cret and more", url) == "… and more"
