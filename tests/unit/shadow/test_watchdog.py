"""A migration that never ends, or never stops growing, costs its own connection and nothing else."""

from __future__ import annotations

import contextlib
import time

import psycopg
import pytest

from assistant.shadow.watchdog import Watchdog


pytestmark = pytest.mark.shadow

_UNSTOPPABLE = """
DO $$ BEGIN
    LOOP
        BEGIN
            PERFORM pg_sleep(0.01);
        EXCEPTION WHEN query_canceled THEN NULL;
        END;
    END LOOP;
END $$
"""


def _ended(shadow, statement, *, before=(), **limits):
    """Run a statement under a watchdog; what it was stopped for, and the seconds it took."""
    with Watchdog(shadow, **limits) as watchdog, shadow.connect() as connection:
        pid = connection.info.backend_pid
        for first in before:
            connection.execute(first)
        started = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            connection.execute(statement)
        return watchdog.stopped(pid), time.monotonic() - started


def test_a_loop_that_catches_its_own_cancellation_is_ended(shadow):
    stopped, seconds = _ended(shadow, _UNSTOPPABLE, before=["SET statement_timeout = 0"], statement_seconds=0.3)
    assert seconds < 2
    assert stopped is not None
    assert stopped.reason == "stopped after 0 s: it did not end by itself"
    assert stopped.statement.startswith("DO $$ BEGIN LOOP")
    with shadow.connect() as next_connection:
        assert next_connection.execute("SELECT 1").fetchone() == (1,)


def test_a_sleep_is_ended(shadow):
    stopped, seconds = _ended(shadow, "SELECT pg_sleep(600)", statement_seconds=0.3)
    assert stopped is not None
    assert seconds < 2


def test_a_statement_that_waits_for_a_lock_is_ended_and_says_so(shadow):
    with shadow.connect(autocommit=False) as holder:
        holder.execute("CREATE TABLE public.held (id int)")
        holder.commit()
        holder.execute("LOCK TABLE public.held IN ACCESS EXCLUSIVE MODE")
        stopped, _ = _ended(shadow, "ALTER TABLE public.held ADD COLUMN x int", statement_seconds=0.3)
        assert stopped is not None
        assert stopped.reason.endswith("it waited for a lock")
        assert holder.execute("SELECT count(*) FROM public.held").fetchone() == (0,)


def test_a_database_that_fills_the_disk_is_ended_at_its_limit(shadow):
    fill = "CREATE TABLE public.big AS SELECT repeat(md5(i::text), 30) AS t FROM generate_series(1, 2000000) i"
    stopped, _ = _ended(shadow, fill, megabytes=60)
    assert stopped is not None
    assert stopped.reason.endswith("a shadow may hold 60 MB")
    assert shadow.size() < 400 * 1024 * 1024
    shadow.drop()
    assert not shadow.server.fetch("SELECT 1 FROM pg_database WHERE datname = %s", [shadow.name])


def test_databases_that_a_migration_makes_count_too(shadow):
    with Watchdog(shadow, megabytes=30) as watchdog, shadow.connect() as connection:
        made = 0
        with contextlib.suppress(psycopg.OperationalError):
            for made in range(1, 40):
                connection.execute(f"CREATE DATABASE heap_{made}")
                connection.execute("SELECT pg_sleep(0.15)")
        assert made < 10
        assert watchdog.ended[0].reason.endswith("a shadow may hold 30 MB")


def test_temporary_files_have_a_limit_that_sql_cannot_lift(shadow):
    with shadow.connect() as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET temp_file_limit = -1")
        connection.execute("SET work_mem = '64kB'")
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
            connection.execute(
                "SELECT count(*) FROM (SELECT repeat('x', 500) || i FROM generate_series(1, 900000) i ORDER BY 1) s"
            )


def test_quick_statements_are_left_alone_and_the_thread_ends_with_the_block(shadow):
    with Watchdog(shadow, statement_seconds=0.5) as watchdog, shadow.connect() as connection:
        for _ in range(20):
            connection.execute("SELECT pg_sleep(0.05)")
        assert watchdog.ended == ()
    assert not watchdog._thread.is_alive()


def test_one_value_cannot_take_the_memory_of_the_machine(shadow):
    with shadow.connect() as connection:
        with pytest.raises((psycopg.errors.OutOfMemory, psycopg.errors.ProgramLimitExceeded)):
            connection.execute("SELECT length(repeat('x', 1073741824))")
        assert connection.execute("SELECT 1").fetchone() == (1,)
