"""Where the schema may come from: a folder of a monorepo, a dump, a live database; and where it may be rehearsed."""

from __future__ import annotations

import json

import pytest

from assistant.shadow.open import open_shadow
from tests.journeys.desk import LEAKY, LOCKED, Desk, desk, leaky


__all__ = ["desk", "leaky"]
pytestmark = pytest.mark.shadow


def test_one_app_of_a_monorepo(desk: Desk) -> None:
    for app, sql in (("web", LEAKY), ("admin", LOCKED)):
        folder = desk.root / "apps" / app / "supabase" / "migrations"
        folder.mkdir(parents=True)
        (folder / "20240101000000_notes.sql").write_text(sql)
    desk.commit()
    assert desk.type("prove", "apps/web").code == 1
    assert desk.type("prove", "apps/admin").code == 0
    fixed = desk.type("fix", "apps/web", "--yes", "--json")
    assert fixed.code == 0, fixed
    assert all(path.startswith("apps/web/") for path in json.loads(fixed.out)["written"])


def test_a_dump_instead_of_migrations(desk: Desk) -> None:
    (desk.root / "dump.sql").write_text(LEAKY)
    done = desk.type("prove", "--schema", "dump.sql", "--json")
    assert done.code == 1, done
    assert json.loads(done.out)["leaks"][0]["object"] == "public.notes"
    desk.type("prove", "--schema", "nowhere.sql").says(2, "is not there", "pg_dump")


def test_a_live_database_is_copied_and_not_touched(desk: Desk) -> None:
    """The migrations say that it is locked; the database, where somebody changed a policy by hand, is not."""
    desk.write("20240101000000_notes.sql", LOCKED)
    owner = "00000000-0000-4000-8000-000000000001"
    rows = "select xmin::text, xmax::text, notes::text from public.notes"
    with open_shadow() as live, live.connect(autocommit=True) as connection:
        connection.execute(LEAKY)
        connection.execute("insert into auth.users (id) values (%s)", [owner])
        connection.execute("insert into public.notes (user_id, body) values (%s, 'a customer''s own words')", [owner])
        info = connection.info
        url = f"postgresql://{info.user}@/{live.name}?host={info.host}&port={info.port}"
        before = connection.execute(rows).fetchall()
        done = desk.type("prove", "--database-url", url, "--json")
        assert done.code == 1, done
        assert json.loads(done.out)["leaks"][0]["object"] == "public.notes"
        assert "own words" not in done.out
        assert "a role that may only read is safer" in json.loads(done.out)["notes"][0]
        assert connection.execute(rows).fetchall() == before
    assert desk.type("prove").code == 0
