"""A rehearsal starts from the same clean server every time, and leaves nothing behind."""

from __future__ import annotations

import pytest


pytestmark = pytest.mark.shadow


def test_a_migration_runs_as_the_owner_and_not_as_a_superuser(shadow):
    with shadow.connect() as connection:
        role = connection.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert role.fetchone() == ("postgres", False, True)


def test_a_clone_has_the_rows_and_its_own_future(shadow):
    with shadow.connect() as connection:
        connection.execute("CREATE TABLE public.chats (id int PRIMARY KEY); INSERT INTO public.chats VALUES (1)")
    with shadow.clone() as copy, copy.connect() as connection:
        assert connection.execute("SELECT id FROM public.chats").fetchall() == [(1,)]
        connection.execute("DELETE FROM public.chats")
        with shadow.connect() as original:
            assert original.execute("SELECT count(*) FROM public.chats").fetchone() == (1,)
