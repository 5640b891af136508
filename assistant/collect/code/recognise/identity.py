"""Who says who the caller is: sessions of the libraries, verified tokens, and those that only decode."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.collect.code.drafts import Identity
from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import NOBODYS, Seen, argument, at_path, is_nothing, package_of
from assistant.collect.code.recognise.identity_libraries import LIBRARIES, PREFIXES, SUPABASE, Known
from assistant.collect.code.recognise.opened_tokens import opened
from assistant.collect.code.recognise.own_session import FETCHERS, own_session
from assistant.collect.code.recognise.session_storage import kept_in_session
from assistant.collect.code.recognise.supabase_clients import client_of
from assistant.collect.code.values import Chain, Closure, Step, Value, caller, text_of
from assistant.domain.code import ClientKind, OriginKind
from assistant.domain.syntax import Literal, Return


_JWT = frozenset({"jwt", "jsonwebtoken", "PyJWT", "jose"})
_BY_NAME = re.compile(
    r"^(?:get|fetch|load|use|require|ensure|assert|check|verify|validate|with|is|authenticate|resolve|read|protect|enforce|must)?_?"
    r"(?:current|server|auth|authed|authenticated|active|signed_?in|logged_?in|api|session|verified|optional|my|request|safe|cached)*_?"
    r"(?:auth|user|session|authed|authenticated|authorized|authentication|authorization|api_?key|token|admin|account|identity|claims|jwt|logged_?in|signed_?in|permission|role|access|member|membership|organization|workspace|team|tenant|principal|viewer|me)"
    r"(?:_?(?:or_?(?:throw|redirect|fail)|from_?(?:request|session|cookies?|headers?|token|context|req|jwt)|required|server|guard|id|session|user|context|request|info|profile|active|api|route|token|key|access|required))*$",
    re.IGNORECASE,
)
_OTHER_NAMES = frozenset(
    {
        "authenticaterequest",
        "authenticate",
        "authorize",
        "authorizerequest",
        "authguard",
        "authmiddleware",
        "verifyrequest",
    }
)
_VERBED = re.compile(
    r"^(?:auth|get|require|ensure|assert|check|verify|validate|with|is|authenticate|resolve|protect|enforce|must|current)",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"create|update|delete|insert|all|list|users$|sign_?(?:in|up|out)|log_?(?:in|out)|register|send|set|reset|by_?(?:id|email|slug|username)|webhook|stripe|generate|count|settings|prefer",
    re.IGNORECASE,
)
_THROWS = re.compile(
    r"^(?:require|ensure|assert|must|enforce|protect)|or_?(?:throw|redirect|fail)|required$", re.IGNORECASE
)
_FETCHED = re.compile(r"^(?:get|fetch|load|use|read|resolve)", re.IGNORECASE)
_OBJECT = re.compile(
    r"^(?:get|fetch|load|use|read|resolve|is|with)_?(?:team|organi[sz]ation|workspace|tenant|member|membership|account|role|permission|access|admin|token|api_?key|access_?token|access_?key)(?:_?(?:id|info|profile|key))?$",
    re.IGNORECASE,
)
"""Things that belong to a caller and do not name one."""
BY_NAME = " (by name only)"
"""End of ``Identity.says`` when nothing but a name speaks for it."""


def identity(chain: Chain, seen: Seen) -> Identity | None:
    """What a call says about the caller; None when it says nothing."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    package = package_of(chain.source)
    if chain.source == "global" or package in FETCHERS:
        return own_session(chain)
    found = _supabase(chain, seen) or kept_in_session(chain) or _library(chain, package, seen)
    if found is not None:
        return found
    if chain.source in NOBODYS or package.startswith(("@/", "~/", "./", "../", "#")):
        return _shaped(chain) or _named(chain)
    if package.startswith(("firebase", "@firebase/")):
        return None  # getAuth() gives its service and names nobody
    named = _named(chain) if "auth" in package or "session" in package else None
    return opened(chain, package) or named


_KEPT = re.compile(
    r"^(?:\w*_)?(?:db|database|conn|connection|cursor|pool|engine|client|supabase|redis|cache)$", re.IGNORECASE
)
"""What Flask's ``g`` holds beside the caller: a connection that was opened for the request."""


def told(value: Value) -> Value:
    """``current_user.id`` of Flask-Login and ``session["user_id"]`` of Flask: the caller, though nothing is called."""
    if not isinstance(value, Chain) or any(step.arguments is not None for step in value.steps):
        return value
    package = package_of(value.source)
    if value.steps and _KEPT.match(value.steps[0].name):
        return value
    if (package, value.name) in {("flask_login", "current_user"), ("flask", "session"), ("flask", "g")}:
        return caller(
            ".".join(["session" if value.name == "session" else "user", *(step.name for step in value.steps)])
        )
    return value


def _made(known: Known, says: str, weakness: str = "") -> Identity:
    kind = OriginKind.CLAIMED if known.claimed else OriginKind.CALLER
    return Identity(kind=kind, path=known.path, wraps=known.wraps, throws=known.throws, says=says, weakness=weakness)


def _supabase(chain: Chain, seen: Seen) -> Identity | None:
    steps = chain.steps
    if not steps or steps[-1].name not in SUPABASE:
        return None
    owner = steps[-2].name if len(steps) > 1 else chain.name
    if owner != "auth" or (len(steps) > 1 and steps[-2].arguments is not None):
        return None
    kind = client_of(chain, steps[:-2])
    if kind is None and chain.source not in NOBODYS:
        return None
    known = SUPABASE[steps[-1].name]
    says = f"supabase.auth.{steps[-1].name}"
    if (
        steps[-1].name in {"getSession", "get_session"}
        and seen.server
        and not seen.client_module
        and kind is not ClientKind.BROWSER
    ):
        return _made(known._replace(claimed=True), says, "get-session")
    return _made(known, says)


@lru_cache(maxsize=4096)
def _table(package: str) -> dict[str, Known]:
    found = LIBRARIES.get(package)
    if found is None:
        head = package.partition("/")[0]
        found = LIBRARIES.get(head) or next((LIBRARIES[key] for key in PREFIXES if package.startswith(key)), None)
    return found or {}


def _library(chain: Chain, package: str, seen: Seen) -> Identity | None:
    table = _table(package)
    last = chain.last
    if not table or last is None:
        return _decoded(chain, package)
    names = [chain.name, *(step.name for step in chain.steps if step.name)]
    name = names[-1]
    known = table.get(".".join(names[-2:])) or table.get(name)
    if known is None or (name == "auth" and last.new):
        return _decoded(chain, package)
    if package.startswith("@clerk/") and name == "protect" and "auth" not in names:
        known = Known("auth", throws=True)
    if package.startswith("@stackframe/") and text_of(at_path(argument(last, 0), "or")) in {
        "redirect",
        "throw",
        "return-null",
    }:
        known = known._replace(throws=text_of(at_path(argument(last, 0), "or")) != "return-null")
    if package.startswith("@workos-inc/") and name == "withAuth":
        known = known._replace(throws=getattr(at_path(argument(last, 0), "ensureSignedIn"), "value", None) is True)
    if name == "withAuth" and _lets_all(last):
        return None
    if any(isinstance(each, Closure) for each in last.arguments or ()):
        # ``auth((req) => …)``, ``withApiAuthRequired(handler)``: the handler gets the session, the call itself returns a handler
        return (
            _made(known._replace(wraps=("auth",)), f"{package} {name}")
            if name in {"auth", "withApiAuthRequired", "withPageAuthRequired"}
            else None
        )
    del seen
    if len(names) > 1 and names[-2] not in {"default", "*"}:
        return _made(known, ".".join(names[-2:]))
    return _made(known, f"{package.rpartition('/')[2]}.{name}" if name in {"verify", "decode", "validate"} else name)


def _lets_all(last: Step) -> bool:
    """``withAuth(…, { callbacks: { authorized: () => true } })`` leaves the question to the function it wraps."""
    for each in last.arguments or ():
        said = at_path(each, "callbacks", "authorized")
        if isinstance(said, Closure) and len(said.function.body) == 1:
            only = said.function.body[0]
            if isinstance(only, Return) and isinstance(only.value, Literal) and only.value.value is True:
                return True
    return False


def door(chain: Chain) -> bool:
    """``withAuth(function middleware(request) {…})`` of NextAuth: strangers are sent away before the function runs."""
    last = chain.last
    name = (last.name or chain.name) if last is not None else ""
    return last is not None and name == "withAuth" and chain.source.startswith("next-auth") and not _lets_all(last)


def _decoded(chain: Chain, package: str) -> Identity | None:
    """``jwt.decode(token, key, algorithms=[…])`` of Python verifies unless it is told not to."""
    last = chain.last
    if last is None or last.name != "decode" or package.partition(".")[0] not in _JWT:
        return None
    settings = next((each for each in (last.arguments or ())[::-1] if at_path(each, "options") is not None), None)
    off = at_path(at_path(settings, "options"), "verify_signature")
    verified = (off is None or bool(getattr(off, "value", True))) and len(last.arguments or ()) > 1
    return _made(Known("claims", throws=verified, claimed=not verified), "jwt.decode")


def _shaped(chain: Chain) -> Identity | None:
    """Calls that only one library spells like that, on an object nobody knows."""
    names = [chain.name, *(step.name for step in chain.steps if step.name)]
    tail = names[-3:]
    if tail[-2:] == ["api", "getSession"]:
        return _made(Known("session"), "auth.api.getSession")
    if tail[-1] in {"verifyIdToken", "verifySessionCookie", "verify_id_token"}:
        return _made(Known("claims", throws=True), ".".join(tail[-2:]))
    if tail[-2:] == ["auth", "protect"]:
        return _made(Known("auth", throws=True), "auth.protect")
    if tail[-1] in {"validateRequest", "validateSession"} and len(chain.steps) <= 2:  # noqa: PLR2004 - lucia.validateSession(id)
        return _made(Known("session"), tail[-1])
    if tail[-1] == "getUserIdentity" and "auth" in tail:
        return _made(Known("identity"), "ctx.auth.getUserIdentity")
    if "stackServerApp" in names and tail[-1] == "getUser":
        return _made(
            Known("user", throws=not is_nothing(at_path(argument(chain.last, 0), "or"))), "stackServerApp.getUser"
        )
    if chain.source == "unresolved" and chain.name == "auth" and len(chain.steps) == 1 and not chain.steps[0].name:
        return _made(Known("session"), "auth" + BY_NAME)
    return None


def _asked_for(last: Step) -> bool:
    """``getUser(params.id)`` fetches whom the request names; ``getUser(request)`` asks who is calling."""
    paths = [
        origin.path for each in last.arguments or () for origin in origins_of(each) if origin.kind is OriginKind.REQUEST
    ]
    return any(path.startswith(("body.", "query.", "path.", "form.", "argument.", "input.")) for path in paths)


def _named(chain: Chain) -> Identity | None:
    """A function that could not be found and whose name says that it asks who is there."""
    if chain.source in {"parameter", "global"} or not chain.steps:
        return None
    last: Step = chain.steps[-1]
    name = last.name or (chain.name if len(chain.steps) == 1 else "")
    if chain.name in {"default", "*"} and not last.name:
        return None
    if len(chain.steps) > 2 or not name or _NOT.search(name):  # noqa: PLR2004 - Auth.getUser()
        return None
    if name.lower().replace("_", "") not in _OTHER_NAMES and not (_BY_NAME.match(name) and _VERBED.match(name)):
        return None
    if _OBJECT.match(name) or (_FETCHED.match(name) and _asked_for(last)):
        return None
    return Identity(
        kind=OriginKind.CALLER,
        path="session" if "ession" in name else "user",
        wraps=(),
        throws=bool(_THROWS.search(name)),
        says=name + BY_NAME,
    )
