"""Where secrets stand: bundles, ignored files, untracked files, history, stashes, clones that are not whole; and that no value ever leaves."""

from __future__ import annotations

import dataclasses
import json
import pickle
import stat

import pytest

from assistant.collect.secrets import read_secrets
from assistant.collect.secrets.keys import installation
from assistant.collect.secrets.values import Hidden
from assistant.detect.secrets import detect_secrets, rotation_order
from assistant.domain.errors import UsageError
from assistant.domain.secrets import SecretKind, Standing
from tests.unit.collect.secrets.made_up import MadeUp, commit, git, repository, write


K = SecretKind
made_up = MadeUp()
STRIPE = made_up["stripe-live"]
RESEND = made_up["resend-key"]


def stands(found) -> list[tuple[Standing, str]]:
    return [(seen.standing, seen.where.file) for seen in found.sightings]


def test_an_ignored_environment_file_is_where_a_secret_belongs(tmp_path) -> None:
    root = repository(tmp_path / "app", {".env.local": f"STRIPE_SECRET_KEY={STRIPE}\n"}, ignored=(".env*",))
    found = read_secrets(root, history=True)
    assert stands(found) == [(Standing.IGNORED, ".env.local")]
    assert not detect_secrets(found)
    assert not rotation_order(found)


def test_an_ignored_file_still_leaks_through_a_public_variable(tmp_path) -> None:
    text = f"NEXT_PUBLIC_ADMIN={made_up['supabase-service-role']}\n"
    found = read_secrets(repository(tmp_path / "app", {".env.local": text}, ignored=(".env*",)), history=False)
    (finding,) = detect_secrets(found)
    assert (finding.rule, finding.severity) == ("secret-in-public-variable", "critical")
    assert rotation_order(found)[0].why_now.startswith("Browsers have it")


def test_an_untracked_file_is_graded_below_a_tracked_one(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'const k = "{STRIPE}"\n', "b.ts": ""})
    write(root, {"c.ts": f'const k = "{made_up["stripe-live-2"]}"\n'})
    findings = detect_secrets(read_secrets(root, history=False))
    assert [(each.rule, each.severity) for each in findings] == [
        ("secret-in-tracked-file", "critical"),
        ("secret-in-untracked-file", "medium"),
    ]


@pytest.mark.parametrize(
    ("path", "standing"),
    [
        (".next/static/chunks/x.js", Standing.BUNDLE),
        ("apps/web/.next/static/x.js", Standing.BUNDLE),
        ("dist/assets/x.js", Standing.BUNDLE),
        ("out/_next/x.js", Standing.BUNDLE),
        ("public/x.js", Standing.BUNDLE),
        ("server/dist/x.js", Standing.BUILT),
        (".next/server/x.js", None),
        ("node_modules/lib/x.js", None),
    ],
)
def test_what_browsers_download_is_told_from_other_output(tmp_path, path, standing) -> None:
    files = {path: f'k="{STRIPE}"', "dist/index.html": "<html>", "out/index.html": "<html>"}
    root = repository(tmp_path / "app", files, ignored=(".next", "dist", "out", "node_modules"))
    assert stands(read_secrets(root, history=False)) == ([(standing, path)] if standing else [])


def test_a_deleted_secret_is_told_with_its_commits_and_its_line(tmp_path) -> None:
    root = repository(tmp_path / "app", {"README": "x\n"})
    write(root, {"lib/pay.ts": f'// pay\nexport const key = "{STRIPE}"\n'})
    added = commit(root)
    write(root, {"lib/pay.ts": "// pay\nexport const key = process.env.KEY\n"})
    removed = commit(root)
    found = read_secrets(root, history=True)
    (seen,) = found.sightings
    assert (seen.standing, str(seen.where), seen.where.symbol) == (Standing.HISTORY, "lib/pay.ts:2", "key")
    assert (seen.past.first, seen.past.last, seen.past.commits, seen.past.pushed) == (added, removed, 2, None)
    assert found.history.whole


def test_the_same_secret_still_present_is_one_finding_with_its_past(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'const k = "{STRIPE}"\n'})
    found = read_secrets(root, history=True)
    assert stands(found) == [(Standing.TRACKED, "a.ts")]
    assert found.sightings[0].past.first == git(root, "rev-parse", "HEAD")
    assert len(detect_secrets(found)) == 1


def test_a_stash_a_reset_commit_and_a_merge_are_read(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": "1\n", "b.ts": "1\n"})
    write(root, {"a.ts": f'k = "{STRIPE}"\n', "new.ts": f'k = "{RESEND}"\n'})
    git(root, "stash", "push", "-q", "--include-untracked")
    write(root, {"b.ts": f'k = "{made_up["openai-key"]}"\n'})
    commit(root)
    git(root, "reset", "-q", "--hard", "HEAD~1")
    git(root, "checkout", "-q", "-b", "side")
    commit(root, "side")
    git(root, "checkout", "-q", "main")
    commit(root, "main")
    git(root, "merge", "-q", "--no-ff", "--no-commit", "side")
    write(root, {"b.ts": f'k = "{made_up["anthropic-key"]}"\n'})
    commit(root, "evil merge")
    write(root, {"b.ts": "2\n"})
    commit(root)
    found = read_secrets(root, history=True)
    assert {seen.kind for seen in found.sightings} == {K.STRIPE_LIVE, K.RESEND, K.OPENAI, K.ANTHROPIC}
    assert all(seen.standing is Standing.HISTORY for seen in found.sightings)


def test_a_private_key_in_the_history_is_the_one_in_a_file(tmp_path) -> None:
    key = made_up["private-key"]
    root = repository(tmp_path / "app", {"key.pem": f"{key}\n", "a.json": json.dumps({"private_key": key})})
    (fingerprint,) = {seen.fingerprint for seen in read_secrets(root, history=False).sightings}
    write(root, {"key.pem": "gone\n", "a.json": "{}\n"})
    commit(root)
    (seen,) = read_secrets(root, history=True).sightings
    assert (seen.standing, seen.fingerprint, seen.past.commits) == (Standing.HISTORY, fingerprint, 2)


def test_what_was_pushed_is_high_and_what_was_not_is_medium(tmp_path) -> None:
    origin = tmp_path / "origin.git"
    git(tmp_path, "init", "-q", "--bare", str(origin))
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n'})
    write(root, {"a.ts": "1\n"})
    commit(root)
    git(root, "remote", "add", "origin", str(origin))
    git(root, "push", "-q", "origin", "main")
    write(root, {"a.ts": f'k = "{RESEND}"\n'})
    commit(root)
    write(root, {"a.ts": "2\n"})
    commit(root)
    found = read_secrets(root, history=True)
    by_kind = {dict(each.facts)["kind"]: each.severity for each in detect_secrets(found)}
    assert by_kind == {"stripe-live": "high", "resend-key": "medium"}
    assert [step.kind for step in rotation_order(found)] == [K.STRIPE_LIVE, K.RESEND]
    assert found.history.remotes == ("origin (a folder)",)


def test_a_shallow_clone_says_that_the_history_is_not_local(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n'})
    write(root, {"a.ts": "1\n"})
    commit(root)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    found = read_secrets(tmp_path / "shallow", history=True)
    assert not found.history.whole
    assert "shallow" in found.history.says[0]


def test_a_partial_clone_fetches_nothing_and_is_never_called_clean(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n', "b.ts": "1\n"})
    git(root, "config", "uploadpack.allowFilter", "true")
    write(root, {"a.ts": "1\n"})
    commit(root)
    write(root, {"b.ts": f'k = "{RESEND}"\n'})
    commit(root)
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{root}", "partial")
    before = sorted((tmp_path / "partial/.git/objects/pack").iterdir())
    found = read_secrets(tmp_path / "partial", history=True)
    assert sorted((tmp_path / "partial/.git/objects/pack").iterdir()) == before
    assert not found.history.whole
    assert any("not local" in says for says in found.history.says)
    assert K.RESEND in {seen.kind for seen in found.sightings}


def test_a_stream_that_dies_is_continued_and_counted(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n'})
    for n in range(4):
        write(root, {"a.ts": f"{n}\n", f"{n}.ts": f'k = "{MadeUp(n)["resend-key"]}"\n', "lost.txt": f"lost {n}\n"})
        commit(root)
    lost = git(root, "rev-parse", "HEAD~2:lost.txt")
    blob = root / ".git/objects" / lost[:2] / lost[2:]
    blob.chmod(0o600)
    blob.unlink()
    found = read_secrets(root, history=True)
    assert {seen.kind for seen in found.sightings} == {K.STRIPE_LIVE, K.RESEND}
    assert len(found.sightings) == 5
    assert not found.history.whole
    assert (
        "1 changed files in 2 commits" in found.history.says[0]
        or "2 changed files in 2 commits" in found.history.says[0]
    )


def test_a_cancelled_reading_says_that_it_is_not_all(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n'})
    found = read_secrets(root, history=True, cancelled=lambda: True)
    assert found.not_read["."].startswith("Stopped after 0")
    assert not found.history.whole
    assert "Stopped on request" in found.history.says[0]


def test_links_binaries_and_large_files_are_passed_over_with_a_reason(tmp_path, monkeypatch) -> None:
    outside = tmp_path / "outside.env"
    outside.write_text(f"K={STRIPE}\n")
    root = repository(
        tmp_path / "app", {"logo.bin2": b"\0\1" + STRIPE.encode(), "large.ts": f'"{RESEND}"' + " " * 3000}
    )
    (root / ".env").symlink_to(outside)
    (root / "folder").symlink_to(tmp_path)
    monkeypatch.setattr("assistant.collect.secrets.reading.LARGEST", 2000)
    found = read_secrets(root, history=False)
    assert not found.sightings
    assert found.passed_over == {"binary": 1, "symbolic link": 2}
    assert "files over" in found.not_read["large.ts"]


def test_a_minified_line_of_ten_megabytes_is_read(tmp_path) -> None:
    text = "function(){};" * 800_000 + f'e="{STRIPE}"' + ";var t=1" * 10
    found = read_secrets(repository(tmp_path / "app", {"public/a.js": text}), history=True)
    assert stands(found) == [(Standing.BUNDLE, "public/a.js")]
    assert found.sightings[0].past.commits == 1


def test_attributes_of_the_repository_hide_nothing(tmp_path) -> None:
    root = repository(tmp_path / "app", {".gitattributes": "*.ts -diff\n*.js diff=own\n", "a.ts": f'k = "{STRIPE}"\n'})
    git(root, "config", "diff.own.command", "touch stolen")
    write(root, {"a.ts": "1\n", "b.js": f'k = "{RESEND}"\n'})
    commit(root)
    write(root, {"b.js": "1\n"})
    commit(root)
    found = read_secrets(root, history=True)
    assert {seen.kind for seen in found.sightings} == {K.STRIPE_LIVE, K.RESEND}
    assert not (root / "stolen").exists()


def test_a_second_work_tree_and_a_folder_below_are_read(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n', "folder/b.ts": "1\n"})
    git(root, "worktree", "add", "-q", str(tmp_path / "second"))
    for place in (tmp_path / "second", root / "folder"):
        found = read_secrets(place, history=True)
        assert stands(found) == [(Standing.TRACKED, "a.ts")]
        assert found.sightings[0].past is not None


def test_git_that_complains_without_end_does_not_stop_the_reading(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n'})
    for n in range(1500):
        (root / ".git/refs/heads" / f"broken-with-a-long-name-so-that-the-pipe-is-full-{n}").write_text("0" * 40 + "\n")
    found = read_secrets(root, history=True)
    assert stands(found) == [(Standing.TRACKED, "a.ts")]


def test_an_empty_repository_and_no_repository(tmp_path) -> None:
    git(tmp_path, "init", "-q", "empty")
    assert read_secrets(tmp_path / "empty", history=True).history.whole
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="not a git repository"):
        read_secrets(tmp_path / "none", history=False)


def test_paths_of_any_form_are_told(tmp_path) -> None:
    files = {"mit leer zeichen/ä.ts": f'k = "{STRIPE}"\n', 'quo"te.ts': f'k = "{RESEND}"\n'}
    root = repository(tmp_path / "app", files)
    write(root, dict.fromkeys(files, "1\n"))
    commit(root)
    found = read_secrets(root, history=True)
    assert sorted(seen.where.file for seen in found.sightings) == sorted(files)


def test_environments_are_compared_by_key_and_by_database_without_its_password(tmp_path) -> None:
    reference = "abcdwxyzabcdwxyzabcd"
    files = {
        ".env.production": f"DATABASE_URL=postgres://postgres:aP9xK3mQ7tLw2@db.{reference}.supabase.co:5432/postgres\nSTRIPE_SECRET_KEY={STRIPE}\nA=1\n",
        ".env.preview": f"NEXT_PUBLIC_SUPABASE_URL=https://{reference}.supabase.co\n",
        ".vercel/.env.local": f'# Created by Vercel CLI\nVERCEL_ENV="development"\nPAY="{STRIPE}"\n',
    }
    found = read_secrets(repository(tmp_path / "app", files, ignored=(".env*", ".vercel")), history=False)
    assert [(each.what, each.environments) for each in found.shared] == [
        ("database", ("preview", "production")),
        ("key", ("development", "production")),
    ]
    findings = detect_secrets(found)
    assert {(each.rule, each.severity) for each in findings} == {("same-secret-in-environments", "medium")}
    assert {str(each.where) for each in findings} == {".env.preview:1", ".vercel/.env.local:3"}


def test_a_public_name_is_told_even_without_a_value(tmp_path) -> None:
    root = repository(
        tmp_path / "app",
        {
            "lib/a.ts": "const k = process.env.NEXT_PUBLIC_OPENAI_API_KEY\n// never use process.env.NEXT_PUBLIC_SERVICE_ROLE_KEY\n",
            "lib/b.ts": "const on = import.meta.env.VITE_PASSWORD_LOGIN_ENABLED\nconst p = process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY\n",
            ".env.example": "NEXT_PUBLIC_JWT_SECRET=\nVITE_DB_PASSWORD=your-password\n",
        },
    )
    findings = detect_secrets(read_secrets(root, history=False))
    assert [(each.where.symbol, str(each.where), each.severity) for each in findings] == [
        ("NEXT_PUBLIC_OPENAI_API_KEY", "lib/a.ts:1", "critical")
    ]


def test_what_the_operator_declares_known_is_left_out(tmp_path) -> None:
    root = repository(tmp_path / "app", {"a.ts": f'k = "{STRIPE}"\n', "b.ts": f'k = "{RESEND}"\n'})
    found = read_secrets(root, history=False)
    first, second = detect_secrets(found)
    secret = dict(second.facts)["secret"]
    (root / "stanch.toml").write_text(
        f'[secrets]\nknown = [{{ fingerprint = "{first.fingerprint}", reason = "rotated 2026-11-02" }}, "{secret} a canary"]\n'
    )
    again = read_secrets(root, history=False)
    assert again.known == {first.fingerprint: "rotated 2026-11-02", secret: "a canary"}
    assert not detect_secrets(again)
    (root / "stanch.toml").write_text(f'[secrets]\nknown = ["{STRIPE}"]\n')
    with pytest.raises(UsageError) as refused:
        read_secrets(root, history=False)
    assert STRIPE not in str(refused.value)


def test_no_value_reaches_a_finding_a_repr_progress_or_an_error(tmp_path) -> None:
    names = (
        "stripe-live",
        "resend-key",
        "database-url",
        "private-key",
        "supabase-service-role",
        "random-32",
        "aws-secret",
    )
    values = {name: made_up[name] for name in names}
    env = "".join(f"{name.upper().replace('-', '_')}_SECRET={json.dumps(value)}\n" for name, value in values.items())
    root = repository(
        tmp_path / "app", {".env.production": env, ".env.preview": env, ".next/static/a.js": env}, ignored=(".next",)
    )
    write(root, {"x.ts": "1"})
    told = []
    found = read_secrets(root, history=True, on_progress=lambda *said: told.append(said))
    findings = detect_secrets(found)
    steps = rotation_order(found)
    assert len(found.sightings) >= 14
    said = "\n".join(
        [
            repr(found),
            repr(findings),
            repr(steps),
            repr(told),
            json.dumps([dataclasses.asdict(each) for each in findings], default=str),
        ]
    )
    values["private-key"] = values["private-key"].split("\n")[3]
    values["database-url"] = values["database-url"].split("@")[0].rpartition(":")[2]
    for name, value in values.items():
        assert value[-12:] not in said, name
        assert value[10:22] not in said, name


def test_a_hidden_value_cannot_be_printed_or_pickled() -> None:
    hidden = Hidden(STRIPE.encode())
    assert {repr(hidden), str(hidden), f"{hidden}"} == {"<hidden>"}
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(hidden)


def test_the_key_of_the_installation_is_private_and_lasts(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("STANCH_CONFIG_DIR", str(tmp_path / "config"))
    first, again = installation(), installation()
    assert first.lasting
    assert first.of("key", b"x") == again.of("key", b"x")
    path = tmp_path / "config/secrets.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    installation()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    assert not installation().lasting


def test_rotation_begins_with_what_browsers_have(tmp_path) -> None:
    files = {
        ".next/static/a.js": f'k="{RESEND}";',
        "a.ts": f'k = "{made_up["openai-key"]}"\n',
        "b.ts": f'k = "{STRIPE}"\n',
        "c.ts": f'k = "{made_up["supabase-service-role"]}"\n',
        "d.ts": f'k = "{made_up["stripe-test"]}"\n',
        "e.ts": f'k = "{made_up["sendgrid-key"]}"\n',
    }
    found = read_secrets(repository(tmp_path / "app", files, ignored=(".next",)), history=True)
    steps = rotation_order(found)
    assert [step.kind for step in steps] == [
        K.RESEND,
        K.SUPABASE_SERVICE_ROLE,
        K.STRIPE_LIVE,
        K.OPENAI,
        K.SENDGRID,
        K.STRIPE_TEST,
    ]
    assert [step.order for step in steps] == [1, 2, 3, 4, 5, 6]
    assert "signs out everyone" in steps[1].then
