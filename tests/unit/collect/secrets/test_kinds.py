"""Every kind of secret in every place where it is met; and what only looks like one."""

from __future__ import annotations

import json

import pytest

from assistant.collect.secrets import read_secrets
from assistant.domain.secrets import SecretKind, Standing, Weight
from tests.unit.collect.secrets.made_up import MadeUp, commit, repository, write


K = SecretKind
SEEDED = (
    ("SUPABASE_SERVICE_ROLE_KEY", "supabase-service-role", K.SUPABASE_SERVICE_ROLE),
    ("SUPABASE_SECRET_KEY", "supabase-secret-key", K.SUPABASE_SECRET),
    ("SUPABASE_ACCESS_TOKEN", "supabase-access-token", K.SUPABASE_ACCESS),
    ("STRIPE_SECRET_KEY", "stripe-live", K.STRIPE_LIVE),
    ("STRIPE_RESTRICTED_KEY", "stripe-restricted", K.STRIPE_LIVE),
    ("STRIPE_TEST", "stripe-test", K.STRIPE_TEST),
    ("STRIPE_WEBHOOK_SECRET", "webhook-signing-secret", K.WEBHOOK),
    ("CLERK_SECRET_KEY", "clerk-live", K.CLERK_LIVE),
    ("NEXTAUTH_SECRET", "random-32", K.AUTH_SECRET),
    ("OPENAI_API_KEY", "openai-key", K.OPENAI),
    ("OPENAI_SERVICE", "openai-service", K.OPENAI),
    ("OPENAI_LEGACY", "openai-legacy", K.OPENAI),
    ("ANTHROPIC_API_KEY", "anthropic-key", K.ANTHROPIC),
    ("DATABASE_URL", "database-url", K.DATABASE_URL),
    ("MONGODB_URI", "mongodb-url", K.DATABASE_URL),
    ("APP_PRIVATE_KEY", "private-key", K.PRIVATE_KEY),
    ("RESEND_API_KEY", "resend-key", K.RESEND),
    ("PINECONE_API_KEY", "pinecone-key", K.PINECONE),
    ("GITHUB_TOKEN", "github-token", K.GITHUB),
    ("GITHUB_FINE", "github-fine", K.GITHUB),
    ("AWS_ACCESS_KEY_ID", "aws-key-id", K.AWS_ID),
    ("AWS_SECRET_ACCESS_KEY", "aws-secret", K.AWS),
    ("SENDGRID_API_KEY", "sendgrid-key", K.SENDGRID),
    ("SLACK_BOT_TOKEN", "slack-token", K.SLACK),
    ("VERCEL_TOKEN", "vercel-token", K.VERCEL),
    ("TWILIO_AUTH_TOKEN", "random-hex", K.TWILIO),
    ("UPSTASH_REDIS_REST_TOKEN", "random-32", K.UPSTASH),
    ("JWT_SECRET", "random-hex", K.JWT_SECRET),
)
DECOYS = (
    "supabase-anon",
    "supabase-demo",
    "supabase-publishable",
    "stripe-publishable",
    "clerk-publishable",
)
PLACEHOLDERS = """\
STRIPE_SECRET_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx
STRIPE_TEST=sk_test_your_key_here_1234567890
STRIPE_DUMMY=sk_test_1234567890abcdefghijklmn
WEBHOOK_SECRET=whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
OPENAI_API_KEY=sk-proj-your-openai-key-goes-here-replace-me-please
ANTHROPIC_API_KEY="sk-ant-api03-..."
DATABASE_URL="postgresql://postgres:[YOUR-PASSWORD]@db.abcdefghijklmnopqrst.supabase.co:5432/postgres"
DIRECT_URL=postgres://user:password@host:5432/db
LOCAL_URL=postgres://postgres:aX93kfP0qLz71@localhost:54322/postgres
DOCKER_URL=postgres://app:aX93kfP0qLz71@db:5432/app
MYSQL_URL=mysql://root:${DB_PASSWORD}@mysql.shop.io/app
REDIS_URL=redis://default:<password>@eu1-fox-123.upstash.io:6379
AUTH_SECRET=super-secret-jwt-token-with-at-least-32-characters-long
NEXTAUTH_SECRET=changeme
JWT_SECRET="generate with openssl rand"
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
RESEND_API_KEY=re_123456789_abcdefghijklmnopqrstuvwx
SESSION_KEY=
PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----"
GOOGLE_MAPS_API_KEY=AIza00000000000000000000000000000000000
"""

made_up = MadeUp()


def seen_in(tmp_path, files, **settings):
    found = read_secrets(repository(tmp_path / "app", files, **settings), history=False)
    assert not found.not_read
    return found.sightings


def in_carrier(carrier: str, name: str, value: str) -> tuple[str, str]:
    quoted = json.dumps(value)
    return {
        "env": (".env", f"# settings\n{name}={quoted if chr(10) in value else value}\n"),
        "typescript": ("lib/config.ts", f"export const config = {{\n  other: 1,\n  {name}: {quoted},\n}};\n"),
        "bundle": (
            ".next/static/chunks/app.js",
            f"(()=>{{var e={{a:1,{name}:{quoted}}},t=e.a;" + "function n(){return t}" * 400,
        ),
    }[carrier]


@pytest.mark.parametrize("carrier", ["env", "typescript", "bundle"])
@pytest.mark.parametrize(("name", "made", "kind"), SEEDED, ids=[f"{name}" for name, _, _ in SEEDED])
def test_a_seeded_secret_is_found_with_its_kind_line_and_variable(tmp_path, carrier, name, made, kind) -> None:
    path, text = in_carrier(carrier, name, made_up[made])
    seen = seen_in(tmp_path, {path: text}, ignored=(".next/",))
    assert [(each.kind, each.where.file, each.where.symbol) for each in seen] == [(kind, path, name)]
    assert seen[0].where.line == {"env": 2, "typescript": 3, "bundle": 1}[carrier]
    assert seen[0].standing is (Standing.BUNDLE if carrier == "bundle" else Standing.TRACKED)


@pytest.mark.parametrize("carrier", ["env", "typescript", "bundle"])
@pytest.mark.parametrize("made", DECOYS)
def test_what_browsers_are_meant_to_have_is_silent(tmp_path, carrier, made) -> None:
    for n, name in enumerate(("NEXT_PUBLIC_SUPABASE_ANON_KEY", "API_KEY", "KEY")):
        path, text = in_carrier(carrier, name, made_up[made])
        assert not seen_in(tmp_path / str(n), {path: text}, ignored=(".next/",))


@pytest.mark.parametrize("path", [".env", ".env.example", "lib/config.ts", "README.md", "docker-compose.yml"])
def test_placeholders_and_local_databases_are_silent(tmp_path, path) -> None:
    assert not seen_in(tmp_path, {path: PLACEHOLDERS})


def test_lock_files_hashes_and_source_maps_are_silent(tmp_path) -> None:
    digest = made_up["random-hex"] * 2
    assert not seen_in(
        tmp_path,
        {
            "package-lock.json": json.dumps({"token": made_up["github-token"]}),
            "src/hash.ts": f'export const SHA_256 = "{digest}";\nexport const integrity = "sha512-{made_up["aws-secret"]}";\n',
            "src/vendor.js.map": json.dumps({"sourcesContent": [f'const JWT_SECRET = "{made_up["random-hex"]}"']}),
            "tests/auth.test.ts": f'process.env.JWT_SECRET = "{made_up["random-hex"]}"\n',
        },
    )


@pytest.mark.parametrize("spelling", ["escaped", "quoted-lines", "one-line", "crlf"])
def test_a_private_key_is_the_same_in_every_spelling(tmp_path, spelling) -> None:
    key = made_up["rsa-key"]
    spelled = {
        "escaped": '{"private_key": ' + json.dumps(key) + "}",
        "quoted-lines": "const key = [\n" + "".join(f'  "{line}",\n' for line in key.split("\n")) + "]",
        "one-line": "PRIVATE_KEY=" + key.replace("\n", "\\n"),
        "crlf": key.replace("\n", "\r\n"),
    }[spelling]
    (plain,) = seen_in(tmp_path / "plain", {"key.pem": key})
    (other,) = seen_in(tmp_path / "other", {"other.json": spelled})
    assert other.fingerprint == plain.fingerprint
    assert other.kind is K.PRIVATE_KEY


def test_a_google_service_account_is_told_from_other_keys(tmp_path) -> None:
    account = json.dumps({"type": "service_account", "project_id": "shop", "private_key": made_up["private-key"]})
    (seen,) = seen_in(tmp_path, {"service-account.json": account})
    assert (seen.kind, seen.where.symbol) == (K.GOOGLE_ACCOUNT, "private_key")


def test_the_project_of_a_service_role_key_is_told_and_an_expired_one_weighs_little(tmp_path) -> None:
    import random

    from tests.unit.collect.secrets.made_up import token

    reference = "abcdwxyzabcdwxyzabcd"
    old = token(random.Random(1), {"iss": "supabase", "ref": reference, "role": "service_role", "exp": 1600000000})
    (seen,) = seen_in(tmp_path, {"a.ts": f'const k = "{old}"\n'})
    assert seen.about == f"project {reference}, expired 2020-09-13"
    assert seen.weight is Weight.LITTLE


def test_the_pair_of_an_aws_key_is_found_without_a_name(tmp_path) -> None:
    text = f'const client = new S3({{ credentials: ["{made_up["aws-key-id"]}", "{made_up["aws-secret"]}"] }})\n'
    (seen,) = seen_in(tmp_path, {"s3.ts": text})
    assert (seen.kind, seen.weight) == (K.AWS, Weight.EVERYTHING)


def test_stripe_and_clerk_keys_are_told_apart_by_form_and_by_name(tmp_path) -> None:
    text = f"A={made_up['clerk-live']}\nB={made_up['stripe-live']}\nCLERK_KEY={made_up['stripe-test'].replace('test', 'live')}\n"
    assert [seen.kind for seen in seen_in(tmp_path, {"prod.env": text})] == [K.CLERK_LIVE, K.STRIPE_LIVE, K.CLERK_LIVE]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_an_environment_file_of_another_encoding_is_read(tmp_path, encoding) -> None:
    content = f"A=1\r\nSTRIPE_SECRET_KEY={made_up['stripe-live']}\r\n".encode(encoding)
    (seen,) = seen_in(tmp_path, {".env": content})
    assert (seen.kind, seen.where.line, seen.where.symbol) == (K.STRIPE_LIVE, 2, "STRIPE_SECRET_KEY")


@pytest.mark.parametrize("carrier", ["env", "typescript", "bundle"])
def test_the_history_knows_what_the_files_knew(tmp_path, carrier) -> None:
    files = {}
    for n, (name, made, _) in enumerate(SEEDED):
        path, text = in_carrier(carrier, name, made_up[made])
        files[f"{n}/{path}"] = text
    root = repository(tmp_path / "app", files)
    before = {seen.fingerprint: seen.kind for seen in read_secrets(root, history=False).sightings}
    assert len(before) == len(SEEDED) - 2  # two names are seeded with a value that another has
    write(root, dict.fromkeys(files, "gone\n"))
    commit(root)
    found = read_secrets(root, history=True)
    assert {seen.fingerprint: seen.kind for seen in found.sightings}.keys() == before.keys()
    assert all(seen.standing is Standing.HISTORY and seen.where.file in files for seen in found.sightings)


def test_a_value_that_says_in_base64_that_it_is_none_is_none(tmp_path) -> None:
    import base64

    said, drawn = base64.b64encode(b"test-secret-key-for-build").decode(), MadeUp().fill("{random-32}")
    files = {"ci.yml": f"ENCRYPTION_SECRET: {said}\n", "live.yml": f"ENCRYPTION_SECRET: {drawn}\n"}
    found = read_secrets(repository(tmp_path / "app", files), history=False)
    assert [seen.where.file for seen in found.sightings] == ["live.yml"]
