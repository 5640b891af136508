"""Database addresses with a password in them: not those of this machine, not those that only show the form."""

from __future__ import annotations

import re
from typing import Final

from assistant.collect.secrets.fakes import entropy, stands_for
from assistant.collect.secrets.forms import Form, Taken
from assistant.domain.secrets import SecretKind, Weight


_URL: Final = re.compile(
    rb"(?<![A-Za-z0-9])((?P<scheme>postgres(?:ql)?(?:\+\w{1,20})?|mysql2?(?:\+\w{1,20})?|mariadb|mongodb(?:\+srv)?|rediss?|prisma\+postgres)://"
    rb"(?P<user>[^\s:@/\"'`<>\\]{0,100}):(?P<password>[^\s@\"'`<>\\]{1,200})@(?P<host>[A-Za-z0-9._\[\]:,${}%*-]{1,200})"
    rb"(?:/(?P<name>[A-Za-z0-9_.${}%-]{0,64}))?)"
)
_LOCAL: Final = re.compile(
    rb"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|::1|host\.docker\.internal|[\w.-]+\.(?:local|localhost|internal|test|invalid|example|lan)"
    rb"|[^.]*",  # a name without a dot is a neighbour in docker compose
    re.IGNORECASE,
)
_SHOWS_THE_FORM: Final = re.compile(
    rb"pass(?:word|wd|wort)?\d{0,4}|pw|pwd|secret|postgres\d{0,3}|root|admin|user(?:name)?|test(?:ing)?|example|mysql|redis|mongo(?:db)?|default|\w?pass"
    rb"|p4ssw0rd|passw0rd|prisma|docker|db_?password|db_?pass|your.*|my.*password|[x*.]+|\[.*\]|\{.*\}|<.*>|\$.*|%.*%|#\{.*|.*password.*|.*\$\{.*"
    rb"|[a-z_]*pass",
    re.IGNORECASE,
)
_TEMPLATE: Final = re.compile(rb"^[\[<{$]|[}>\]]$|\$\{")
_HOST_SHOWS_THE_FORM: Final = re.compile(
    rb"[${}<>%*]|\[|(?:^|\.)(?:your[\w-]*|my-?(?:host|server|domain|project)|host|hostname|server|some|abc|domain)\.|xxxx|yourdomain|mydomain|ep-name|project-?ref|"
    rb"\.\.|^(?:\w+\.)?(?:host|db|database|server)(?:\.(?:com|net|org|io))?$|placeholder",
    re.IGNORECASE,
)
_LONG: Final = 12
_ENOUGH: Final = 3.2
_DRAWN: Final = 9
"""Characters that a password generator gives at least."""
_SUPABASE_HOST: Final = re.compile(rb"(?:^|\.)([a-z]{20})\.supabase\.(?:co|com|net|in)\b")
_RESERVED: Final = re.compile(rb"example|(?:^|\.)(?:acme|my-?(?:db|app))\.", re.IGNORECASE)
"""Names for documentation: believed only with a password that nobody makes up."""
_SUPABASE_ENDS: Final = (b".supabase.co", b".supabase.com", b".supabase.net")
_SUPABASE_USER: Final = re.compile(rb"\w+\.([a-z]{20})")
PROJECT_URL: Final = re.compile(rb"https://([a-z]{20})\.supabase\.(?:co|in|net)")


def target_of(user: bytes, host: bytes, name: bytes) -> str:
    """The database without its credentials: project of Supabase, or host and name; a pooler of Neon is its database."""
    project = _SUPABASE_HOST.search(host.split(b":")[0]) or (
        _SUPABASE_USER.fullmatch(user) if b"supabase" in host else None
    )
    if project:
        return f"supabase project {project[1].decode()}"
    server = re.sub(rb"^(ep-[a-z0-9-]+?)-pooler\.", rb"\1.", host.lower()).decode("ascii", "replace")
    database = name.decode("ascii", "replace") if name else ""
    return f"{server}/{database}" if database else server


def _drawn(password: bytes) -> bool:
    """Long, of all kinds of characters, and not in words."""
    kinds = (rb"[0-9]", rb"[A-Z]", rb"[a-z]")
    return len(password) >= _LONG and entropy(password) > _ENOUGH and all(re.search(kind, password) for kind in kinds)


def _database(match: re.Match[bytes], _variable: bytes) -> Taken | None:
    user, password, host = match["user"], match["password"], match["host"]
    bare = re.sub(rb":\d+$", b"", host.split(b",")[0])
    if _LOCAL.fullmatch(bare) or _HOST_SHOWS_THE_FORM.search(bare):
        return None
    if _RESERVED.search(bare) and not _drawn(password):
        return None
    if _SHOWS_THE_FORM.fullmatch(password) or stands_for(password) or _TEMPLATE.search(password):
        return None
    if password == user or _TEMPLATE.search(user) or user.lower().startswith((b"your", b"my_", b"my-")):
        return None
    if bare.lower().endswith(_SUPABASE_ENDS) and not _SUPABASE_HOST.search(bare) and b"pooler" not in bare:
        return None  # no project has such a name
    target = target_of(user, bare, match["name"] or b"")
    return Taken(
        SecretKind.DATABASE_URL,
        match["scheme"].split(b"+")[0] + b"\x1f" + user + b"\x1f" + password + b"\x1f" + target.encode(),
        match["scheme"].decode() + "://",
        Weight.EVERYTHING,
        target,
        target,
        wordy=not re.search(rb"[0-9]", password) or len(password) < _DRAWN,
    )


DATABASE_FORMS: Final = (
    Form(
        (
            b"postgres://",
            b"postgresql://",
            b"postgresql+",
            b"mysql://",
            b"mysql2://",
            b"mysql+",
            b"mariadb://",
            b"mongodb://",
            b"mongodb+srv://",
            b"redis://",
            b"rediss://",
        ),
        _URL,
        _database,
        before=0,
        after=800,
    ),
)
