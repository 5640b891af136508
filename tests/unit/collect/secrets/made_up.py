"""Keys of the right form that open nothing, made anew at every run: nothing that looks like a secret is ever committed here."""

from __future__ import annotations

import base64
import json
import random
import string
import subprocess


BASE62 = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase
HEX = "0123456789abcdef"


class MadeUp:
    """Keys by the name of their kind; ``-2`` behind a name gives another one."""

    def __init__(self, seed: int = 7) -> None:
        self._seed = seed

    def __getitem__(self, name: str) -> str:
        """The same key for the same name and seed."""
        kind = name.removesuffix("-2")
        dice = random.Random(f"{self._seed} {name}")
        return KINDS[kind](dice)

    def fill(self, text: str) -> str:
        """``{stripe-live}`` in a text becomes a key; other braces stay."""
        for kind in sorted(KINDS, key=len, reverse=True):
            for name in (f"{kind}-2", kind):
                text = text.replace("{" + name + "}", self[name])
        return text


def drawn(dice: random.Random, length: int, letters: str = BASE62) -> str:
    """Random characters, digits and both cases among them where the alphabet has them."""
    while True:
        value = "".join(dice.choice(letters) for _ in range(length))
        kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
        if all(not set(kind) & set(letters) or set(kind) & set(value) for kind in kinds):
            return value


def token(dice: random.Random, claims: dict) -> str:
    """A JSON Web Token with a random signature."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    encoded = [
        base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=").decode()
        for part in parts
    ]
    return ".".join([*encoded, drawn(dice, 43)])


def supabase(dice: random.Random, role: str, issuer: str = "supabase") -> str:
    claims = {"iss": issuer, "ref": drawn(dice, 20, LOWER), "role": role, "iat": 1700000000, "exp": 4000000000}
    if issuer == "supabase-demo":
        del claims["ref"]
    return token(dice, claims)


def pem(dice: random.Random, label: str = "") -> str:
    body = "MII" + drawn(dice, 1200, BASE62 + "+/")
    lines = "\n".join(body[n : n + 64] for n in range(0, len(body), 64))
    head = f"{label} PRIVATE KEY" if label else "PRIVATE KEY"
    return f"-----BEGIN {head}-----\n{lines}\n-----END {head}-----"


KINDS = {
    "supabase-service-role": lambda dice: supabase(dice, "service_role"),
    "supabase-secret-key": lambda dice: f"sb_secret_{drawn(dice, 22)}_{drawn(dice, 8)}",
    "supabase-access-token": lambda dice: "sbp_" + drawn(dice, 40, HEX),
    "stripe-live": lambda dice: "sk_live_51" + drawn(dice, 97),
    "stripe-restricted": lambda dice: "rk_live_51" + drawn(dice, 97),
    "stripe-test": lambda dice: "sk_test_" + drawn(dice, 24),
    "webhook-signing-secret": lambda dice: "whsec_" + drawn(dice, 32),
    "clerk-live": lambda dice: "sk_live_" + drawn(dice, 42),
    "openai-key": lambda dice: f"sk-proj-{drawn(dice, 74)}T3BlbkFJ{drawn(dice, 74)}",
    "openai-service": lambda dice: f"sk-svcacct-{drawn(dice, 58)}T3BlbkFJ{drawn(dice, 58)}",
    "openai-legacy": lambda dice: f"sk-{drawn(dice, 20)}T3BlbkFJ{drawn(dice, 20)}",
    "anthropic-key": lambda dice: f"sk-ant-api03-{drawn(dice, 93)}AA",
    "database-url": lambda dice: (
        f"postgresql://postgres.{drawn(dice, 20, LOWER)}:{drawn(dice, 16)}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres"
    ),
    "mongodb-url": lambda dice: f"mongodb+srv://app:{drawn(dice, 18)}@cluster0.{drawn(dice, 5, LOWER)}.mongodb.net/app",
    "private-key": pem,
    "rsa-key": lambda dice: pem(dice, "RSA"),
    "resend-key": lambda dice: f"re_{drawn(dice, 8)}_{drawn(dice, 24)}",
    "pinecone-key": lambda dice: f"pcsk_{drawn(dice, 6)}_{drawn(dice, 63)}",
    "github-token": lambda dice: "ghp_" + drawn(dice, 36),
    "github-fine": lambda dice: f"github_pat_{drawn(dice, 22)}_{drawn(dice, 59)}",
    "aws-key-id": lambda dice: "AKIA" + drawn(dice, 16, string.ascii_uppercase + "234567"),
    "aws-secret": lambda dice: drawn(dice, 40, BASE62 + "+/"),
    "sendgrid-key": lambda dice: f"SG.{drawn(dice, 22)}.{drawn(dice, 43)}",
    "slack-token": lambda dice: f"xoxb-{drawn(dice, 12, '123456789')}-{drawn(dice, 12, '123456789')}-{drawn(dice, 24)}",
    "vercel-token": lambda dice: "vcp_" + drawn(dice, 56),
    "random-32": lambda dice: base64.b64encode(dice.randbytes(33)).decode(),
    "random-hex": lambda dice: drawn(dice, 32, HEX),
    "supabase-anon": lambda dice: supabase(dice, "anon"),
    "supabase-demo": lambda dice: supabase(dice, "service_role", "supabase-demo"),
    "supabase-publishable": lambda dice: f"sb_publishable_{drawn(dice, 22)}_{drawn(dice, 8)}",
    "stripe-publishable": lambda dice: "pk_live_51" + drawn(dice, 97),
    "clerk-publishable": lambda dice: "pk_live_" + base64.b64encode(b"clerk.shop.dev$").decode().rstrip("="),
}


def git(root, *arguments: str) -> str:
    """Run git in a folder as somebody."""
    identity = (
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@example.com",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "protocol.file.allow=always",
    )
    return subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def repository(root, files: dict[str, str | bytes], *, ignored: tuple[str, ...] = (), untracked: tuple[str, ...] = ()):
    """A repository with one commit of these files, without those that are ignored or untracked."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    if ignored:
        (root / ".gitignore").write_text("".join(f"{path}\n" for path in ignored))
    write(root, files)
    commit(root, untracked=untracked)
    return root


def write(root, files: dict[str, str | bytes]) -> None:
    """Write files, folders included."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(root, message: str = "change", *, untracked: tuple[str, ...] = ()) -> str:
    """Commit everything but ``untracked``; the hash."""
    git(root, "add", "-A")
    if untracked:
        git(root, "rm", "-q", "--cached", "--ignore-unmatch", "--", *untracked)
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")
