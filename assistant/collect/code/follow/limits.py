"""Values of the request that the code holds to a list or a shape of its own: the list decides then, and not the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import Lesson
from assistant.collect.code.follow.kinds import CONSTANT, ENVIRONMENT, REQUEST
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Chain, Constant, Either, Known, Value, text_of
from assistant.domain.code import ActKind, GuardKind, Origin, Weakness
from assistant.domain.code_words import LISTED_KEYS
from assistant.domain.syntax import Assign, Do, Literal, Name


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Statement

_HOSTS = ("host", "hostname", "origin")
"""Parts of an address that say where it leads."""
_HELD = frozenset({ActKind.REDIRECT, ActKind.HEADER, ActKind.FETCH})
_FIXED = frozenset(
    {
        "enum",
        "nativeEnum",
        "literal",
        "regex",
        "refine",
        "startsWith",
        "picklist",
        "oneOf",
        "valid",
        "transform",
        "pipe",
    }
)
"""Words of a schema by which a text is held to what the code says."""
_ADDRESS = re.compile(
    r"next|redirect|return|callback|ur[il]|(?:^|[._])to$|continue|target|dest|goto|from|path|back|origin", re.IGNORECASE
)
"""Values that say where somebody is sent; a role that is one of a list is still the role that the request chose."""
_PATHS = ("^\\/", "^/", "^[/", "^(\\/", "^(/", "^(?:/", "^(?:\\/")
"""Beginnings of patterns that let paths of the application through."""
_HOST_PATTERN = re.compile(r"/?\^https\??:\\?/\\?/[^/]*[a-z]{2,}\\?/")
_ORIGIN_PATTERN = re.compile(r"/?\^https?\??:\\?/\\?/.*[a-z]{2,}(?:\\.|[^.\\a-z])*\$(?:/[a-z]*)?$", re.IGNORECASE)
"""Of an address without a path the host is written out, or its end, and nothing may come behind it but a port."""
_OUTSIDE = frozenset({REQUEST, CONSTANT})
_ANYWHERE = Origin(CONSTANT, "'https://…'")
_AFTER_HOST = 3
"""Slashes of an address whose host is written out: ``https://acme.com/``."""
_SENT = re.compile(r"secret|token|passw|api_?key|authori[sz]ation|cron|(?:^|[._-])pin$|signature", re.IGNORECASE)
"""What somebody sends who wants to be let in."""
_PASSWORD = 6
"""Letters of a text that somebody would have to guess."""
_LONG = 16
"""Letters of a text that is no word of a list."""
_GUESSED = re.compile(r"\d|secret|passw|token|key|cron|letmein|changeme|hunter", re.IGNORECASE)
"""What a password is made of."""
_NO_PASSWORDS = frozenset(
    {"undefined", "bearer", "expired", "invalid", "refresh", "access", "signup", "recovery", "invite", "magiclink"}
)
"""Texts that say what a token is for, or that there is none."""
LISTED = Origin(CONSTANT, "a list")


def limits(origin: Origin) -> frozenset[tuple[str, Origin]]:
    """What follows when a value of the request is one of those that the code lists; of an address, when its host is."""
    head, _, last = origin.path.rpartition(".")
    found = {("limited", origin)}
    if head and last in _HOSTS:
        found.add(("limited", origin._replace(path=head)))
    return frozenset(found)


def leads_home(value: Value, other: Value) -> frozenset[tuple[str, Origin]]:
    """``target.origin === new URL(request.url).origin``, ``url.host === process.env.HOST``."""
    fixed = origins_of(other)
    if not fixed or not all(
        one.kind in {CONSTANT, ENVIRONMENT}
        or (one.kind is REQUEST and one.path.partition(".")[0] in {"url", "nextUrl"})
        for one in fixed
    ):
        return frozenset()
    sent = (one for one in origins_of(value) if one.kind is REQUEST and one not in fixed)
    return frozenset(fact for one in sent if one.path.rpartition(".")[2] in _HOSTS for fact in limits(one))


def stays_here(value: Known, name: str, arguments: tuple[Value, ...]) -> bool:
    """``next.startsWith("/")``, ``origin.endsWith(".acme.com")``: an address of the application, or a host below one of the code's."""
    said = text_of(arguments[0]) if arguments else None
    if said is None or not all(one.kind in _OUTSIDE for one in value.origins):
        return False
    begins, ends = name in {"startsWith", "startswith"}, name in {"endsWith", "endswith"}
    return (begins and _keeps_here(said)) or (ends and said.startswith("."))


def _keeps_here(prefix: str) -> bool:
    """A text that begins so stays in the application, or at a host that is written out to its end."""
    return (prefix.startswith("/") and prefix != "//") or (
        prefix.startswith("http") and prefix.count("/") >= _AFTER_HOST
    )


def is_path_pattern(pattern: Value) -> bool:
    """A pattern that only paths of the application pass, or addresses of a host that it writes out to its end."""
    written = text_of(pattern) or ""
    if _HOST_PATTERN.match(written) or _ORIGIN_PATTERN.match(written):
        return True
    return written.strip("/").startswith(_PATHS) or written.startswith(("/^\\/", "/^/"))


def looked_at(value: Value) -> frozenset[tuple[str, Origin]]:
    """``url.hostname === "localhost"``, ``isPrivate(url.hostname)``: somebody looked where an address leads, and what they let through is theirs to know."""
    sent = [one for one in origins_of(value) if one.kind is REQUEST]
    hosts = [one for one in sent if one.path.rpartition(".")[2] in _HOSTS]
    return frozenset(("looked", one._replace(path=one.path.rpartition(".")[0])) for one in hosts)


def _looked(run: Run, origin: Origin) -> bool:
    whole = origin._replace(path=origin.path.removesuffix(".href"))
    return bool({("looked", whole), ("limited", whole)} & run.facts)


def held(run: Run, kind: ActKind, origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """Where a redirect goes, or what a header says, when it is one of a list in the code."""
    if kind is ActKind.FETCH:
        origins = tuple(_ANYWHERE if _looked(run, one) else one for one in origins)
    if kind not in _HELD or not any(("limited", one) in run.facts for one in origins):
        return origins
    said = Origin(CONSTANT, "'/'") if kind is ActKind.REDIRECT else Origin(CONSTANT, "'https://…'")
    return tuple(said if ("limited", one) in run.facts else one for one in origins)


def chosen_outside(run: Run, value: Value) -> bool:
    """``row[key] = body[key]`` for each key of the body: whatever keys it has, unless the code lists which."""
    sent = [one for one in origins_of(value) if one.kind is REQUEST]
    return any(("limited", one) not in run.facts for one in sent)


def answered(run: Run, value: Value) -> Value:
    """What a helper gives back when it held the value to its list: ``if (!PATHS.includes(next)) return "/"; return next``."""
    if isinstance(value, Either):
        return Either(tuple(answered(run, one) for one in value.values), value.facts)
    if not isinstance(value, Known) or not value.origins:
        return value
    limited = all(
        one.kind is REQUEST and ("limited", one) in run.facts and _ADDRESS.search(one.path) for one in value.origins
    )
    return Known(frozenset({LISTED})) if limited else value


def replaced(scope: Scope, body: tuple[Statement, ...], known: Facts, other: Facts) -> Facts:
    """``if (!next.startsWith("/")) next = "/"``: whoever kept their own value had it looked at."""
    names = [
        one.expression.target.id
        for one in body
        if isinstance(one, Do)
        and isinstance(one.expression, Assign)
        and isinstance(one.expression.target, Name)
        and isinstance(one.expression.value, Literal)
    ]
    if not names:
        return frozenset()
    carried: set[Origin] = set()
    for name in names:
        carried |= origins_of(scope.find(name))
    return frozenset(fact for fact in known - other if fact[0] == "limited" and fact[1] in carried)


def fixed_fields(fields: Iterable[tuple[str, Value]]) -> frozenset[str]:
    """Fields that a schema holds to a list or a pattern."""
    return frozenset(
        name for name, inner in fields if isinstance(inner, Chain) and any(step.name in _FIXED for step in inner.steps)
    )


def written_down(origin: Origin, constant: Constant) -> tuple[Lesson, ...]:
    """``secret === "blue-machine-2026"``: a password for everybody who has read the code."""
    said = constant.value
    if not isinstance(said, str) or len(said) < _PASSWORD or said.lower() in _NO_PASSWORDS:
        return ()
    if len(said) < _LONG and not _GUESSED.search(said):
        return ()  # ``key.permission === "full_access"`` of what a cache holds under the key
    if not _SENT.search(origin.path) or origin.path.endswith(("type", "kind", "length")):
        return ()
    return (Lesson(GuardKind.SECRET, f"{origin.path} = a text", (origin,), weakness=Weakness.IN_CODE),)


def under_listed_keys(facts: Facts, key: Value, value: Value) -> Value:
    """``if (ALLOWED.has(key)) changes[key] = input[key]``: what stands under a key that the code lists is no whole object of the request."""
    sent = [one for one in origins_of(key) if one.kind is REQUEST]
    if not sent or not all(("limited", one) in facts for one in sent):
        return value
    return of_listed_keys(value)


def of_listed_keys(value: Value) -> Value:
    """The fields of a request's object that the code lists."""
    if not isinstance(value, Known):
        return value
    return Known(
        frozenset(
            Origin(REQUEST, f"{one.path}{LISTED_KEYS}")
            if one.kind is REQUEST and not one.path.endswith(LISTED_KEYS)
            else one
            for one in value.origins
        )
    )
