"""A scratch server of the operator's is used when it is empty, and left as it was found."""

from __future__ import annotations

import psycopg
import pytest

from assistant.domain.catalog import PlatformKind
from assistant.domain.errors import ShadowError
from assistant.shadow.server import open_server


pytestmark = pytest.mark.shadow


def _seen(url):
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT (SELECT array_agg(rolname ORDER BY rolname) FROM pg_roles), (SELECT array_agg(datname ORDER BY datname) FROM pg_database)"
        ).fetchone()


@pytest.mark.parametrize("platform", list(PlatformKind))
def test_a_shadow_on_a_scratch_server_is_gone_afterwards(operators_server, platform):
    before = _seen(operators_server)
    with open_server(operators_server, platform=platform) as server, server.create() as shadow:
        with shadow.connect() as connection:
            connection.execute("CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1); CREATE ROLE made_here")
            who = connection.execute(
                "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert who == ("stanch_owner", False)
        with shadow.clone() as copy, copy.connect("admin") as connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute("SELECT id FROM public.t").fetchall() == [(1,)]
    assert _seen(operators_server) == before


def test_what_a_killed_run_left_there_is_dropped_by_the_next(operators_server):
    before = _seen(operators_server)
    with psycopg.connect(operators_server, autocommit=True) as connection:
        connection.execute("CREATE ROLE anon; COMMENT ON ROLE anon IS 'made by stanch'")
        connection.execute("CREATE DATABASE stanch_1_1")
    with open_server(operators_server) as server, server.create():
        pass
    assert _seen(operators_server) == before


def test_a_server_that_holds_something_is_never_taken(operators_server):
    with psycopg.connect(operators_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
        try:
            with pytest.raises(ShadowError, match="it holds a database named shop"), open_server(operators_server):
                pass
        finally:
            connection.execute("DROP DATABASE shop")
        connection.execute("CREATE TABLE public.orders (id int)")
        try:
            with pytest.raises(ShadowError, match="it holds 1 tables"), open_server(operators_server):
                pass
        finally:
            connection.execute("DROP TABLE public.orders")


def test_a_role_without_rights_is_refused(operators_server):
    with psycopg.connect(operators_server, autocommit=True) as connection:
        connection.execute("CREATE ROLE poor LOGIN")
        try:
            with (
                pytest.raises(ShadowError, match="no superuser"),
                open_server(operators_server.replace("postgres@", "poor@")),
            ):
                pass
        finally:
            connection.execute("DROP ROLE poor")


def test_two_runs_do_not_share_a_scratch_server(operators_server):
    with open_server(operators_server), pytest.raises(ShadowError, match="another run"), open_server(operators_server):
        pass


def test_a_scratch_server_that_is_not_there_is_one_sentence():
    with (
        pytest.raises(ShadowError) as refused,
        open_server("postgresql://me:open-sesame@127.0.0.1:1/x"),
    ):
        pass
    assert "open-sesame" not in str(refused.value)
    assert refused.value.remedy == "Check the address given with --shadow."
