"""Who says who the caller is: sessions of the libraries, verified tokens, and those that only decode."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from assistant.collect.code.recognise.chains import NOBODYS, Seen, argument, at_path, is_nothing, package_of
from assistant.collect.code.recognise.supabase_clients import client_of
from assistant.collect.code.values import Chain, Closure, Identity, Step, Value, caller, origins_of, text_of
from assistant.domain.code import ClientKind, OriginKind


class Known(NamedTuple):
    """How one call of a library answers."""

    path: str
    """What the result is called."""
    wraps: tuple[str, ...] = ()
    """Path to the identity in the result."""
    throws: bool = False
    """True when a stranger does not get past it."""
    claimed: bool = False
    """True when nothing is verified."""


_SESSION, _USER, _CLAIMS, _AUTH = Known("session"), Known("user"), Known("claims"), Known("auth")

_LIBRARIES: dict[str, dict[str, Known]] = {
    "next-auth": {
        "getServerSession": _SESSION,
        "unstable_getServerSession": _SESSION,
        "auth": _SESSION,
        "getSession": _SESSION,
        "useSession": Known("session", ("data",)),
        "getToken": Known("token"),
        "withAuth": Known("token", throws=True),
    },
    "@auth/": {"auth": _SESSION, "getSession": _SESSION, "getAuthUser": _AUTH, "getToken": Known("token")},
    "@clerk/": {
        "auth": _AUTH,
        "auth.protect": Known("auth", throws=True),
        "currentUser": _USER,
        "getAuth": _AUTH,
        "getAuth.protect": Known("auth", throws=True),
        "protect": Known("auth", throws=True),
        "useAuth": _AUTH,
        "useUser": Known("user", ("user",)),
        "verifyToken": _CLAIMS,
        "authenticateRequest": Known("auth"),
        "toAuth": _AUTH,
        "requireAuth": Known("auth", throws=True),
        "getUserFromToken": _USER,
    },
    "better-auth": {
        "getSession": _SESSION,
        "useSession": Known("session", ("data",)),
        "verifyApiKey": Known("key", ("key",)),
    },
    "lucia": {"validateSession": _SESSION, "validateRequest": _SESSION, "validate": _SESSION},
    "@lucia-auth/": {"validateSession": _SESSION},
    "iron-session": {"getIronSession": _SESSION, "getServerSession": _SESSION},
    "next-iron-session": {"getIronSession": _SESSION},
    "@kinde-oss/": {
        "getUser": _USER,
        "isAuthenticated": _AUTH,
        "getOrganization": Known("organization"),
        "getPermission": Known("permission"),
        "getClaim": _CLAIMS,
        "getAccessToken": _CLAIMS,
        "getIdToken": _CLAIMS,
    },
    "@workos-inc/": {
        "withAuth": _AUTH,
        "getUser": _AUTH,
        "getSession": _SESSION,
        "authkit": Known("session", ("session",)),
        "authenticateWithSessionCookie": _SESSION,
        "authenticate": _SESSION,
        "authkitLoader": _AUTH,
    },
    "@auth0/": {
        "getSession": _SESSION,
        "getAccessToken": _CLAIMS,
        "withApiAuthRequired": Known("session", throws=True),
        "withPageAuthRequired": Known("session", throws=True),
        "requiresAuth": Known("auth", throws=True),
        "useUser": Known("user", ("user",)),
    },
    "express-oauth2-jwt-bearer": {"auth": Known("auth", throws=True)},
    "@stackframe/": {"getUser": _USER, "useUser": _USER, "getTeam": Known("team")},
    "firebase-admin": {
        "verifyIdToken": _CLAIMS._replace(throws=True),
        "verifySessionCookie": _CLAIMS._replace(throws=True),
    },
    "next-firebase-auth-edge": {"getTokens": Known("tokens"), "authMiddleware": Known("tokens")},
    "jose": {
        "jwtVerify": Known("claims", ("payload",), throws=True),
        "jwtDecrypt": Known("claims", ("payload",), throws=True),
        "compactVerify": Known("claims", ("payload",), throws=True),
        "decodeJwt": Known("claims", claimed=True),
    },
    "jsonwebtoken": {"verify": _CLAIMS._replace(throws=True), "decode": Known("claims", claimed=True)},
    "jwt-decode": {
        "default": Known("claims", claimed=True),
        "jwtDecode": Known("claims", claimed=True),
        "jwt_decode": Known("claims", claimed=True),
    },
    "fast-jwt": {"createVerifier": _CLAIMS._replace(throws=True), "createDecoder": Known("claims", claimed=True)},
    "@tsndr/cloudflare-worker-jwt": {"verify": _CLAIMS, "decode": Known("claims", claimed=True)},
    "hono/jwt": {
        "verify": _CLAIMS._replace(throws=True),
        "decode": Known("claims", claimed=True),
        "jwt": _CLAIMS._replace(throws=True),
    },
    "aws-jwt-verify": {"verify": _CLAIMS._replace(throws=True)},
    "aws-amplify": {
        "getCurrentUser": _USER._replace(throws=True),
        "fetchAuthSession": _SESSION,
        "fetchUserAttributes": _USER,
    },
    "@descope/": {
        "session": _SESSION,
        "validateSession": _SESSION._replace(throws=True),
        "getSession": _SESSION,
        "validateJwt": _CLAIMS._replace(throws=True),
    },
    "@logto/": {"getLogtoContext": _CLAIMS, "getContext": _CLAIMS, "getUser": _USER},
    "@propelauth/": {
        "getUser": _USER,
        "getUserOrRedirect": Known("user", throws=True),
        "validateAccessTokenAndGetUserClass": Known("user", throws=True),
        "requireUser": Known("user", throws=True),
    },
    "@hanko/": {"getSession": _SESSION},
    "passport": {"authenticate": Known("user", throws=True)},
    "google-auth-library": {"verifyIdToken": _CLAIMS._replace(throws=True)},
    "@convex-dev/auth": {"getAuthUserId": _USER, "isAuthenticatedNextjs": _AUTH, "getAuthSessionId": _SESSION},
    "@nhost/": {"getUser": _USER, "getSession": _SESSION},
    "@ory/": {"toSession": Known("session", ("data",), throws=True)},
    "supertokens-node": {
        "getSession": _SESSION._replace(throws=True),
        "verifySession": _SESSION._replace(throws=True),
        "withSession": _SESSION,
    },
    "@privy-io/": {"verifyAuthToken": _CLAIMS._replace(throws=True), "getUser": _USER},
    "@magic-sdk/admin": {"validate": _CLAIMS._replace(throws=True)},
    "@thirdweb-dev/auth": {"getUser": _USER},
    "express-jwt": {"expressjwt": _AUTH._replace(throws=True), "default": _AUTH._replace(throws=True)},
    "@fastify/jwt": {"jwtVerify": _USER._replace(throws=True)},
    "@unkey/": {"verifyKey": Known("key"), "verify": Known("key")},
    "flask_login": {
        "current_user": _USER,
        "login_required": _USER._replace(throws=True),
        "fresh_login_required": _USER._replace(throws=True),
    },
    "flask_httpauth": {"login_required": _USER._replace(throws=True), "current_user": _USER},
    "flask_security": {
        "login_required": _USER._replace(throws=True),
        "auth_required": _USER._replace(throws=True),
        "auth_token_required": _USER._replace(throws=True),
    },
    "django.contrib.auth.decorators": {
        "login_required": _USER._replace(throws=True),
        "user_passes_test": _USER._replace(throws=True),
    },
    "django.contrib.auth.mixins": {
        "LoginRequiredMixin": _USER._replace(throws=True),
        "UserPassesTestMixin": _USER._replace(throws=True),
    },
    "rest_framework.permissions": {"IsAuthenticated": _USER._replace(throws=True)},
    "ninja.security": {"django_auth": _USER._replace(throws=True), "HttpBearer": _CLAIMS._replace(throws=True)},
    "flask": {"session.get": _SESSION},
    "flask_jwt_extended": {
        "get_jwt_identity": _USER,
        "get_current_user": _USER,
        "get_jwt": _CLAIMS,
        "verify_jwt_in_request": Known("claims", throws=True),
        "jwt_required": _CLAIMS._replace(throws=True),
    },
    "firebase_admin": {
        "verify_id_token": _CLAIMS._replace(throws=True),
        "verify_session_cookie": _CLAIMS._replace(throws=True),
    },
    "fastapi_users": {"current_user": _USER._replace(throws=True)},
    "fastapi_clerk_auth": {"ClerkHTTPBearer": _CLAIMS._replace(throws=True)},
}
_PREFIXES = tuple(key for key in _LIBRARIES if key.endswith("/"))

_SUPABASE = {
    "getUser": Known("user", ("data", "user")),
    "get_user": Known("user", ("user",)),
    "getClaims": Known("claims", ("data", "claims")),
    "get_claims": Known("claims", ("claims",)),
    "getSession": Known("session", ("data", "session")),
    "get_session": Known("session"),
    "signInWithPassword": Known("user", ("data", "user")),
    "signUp": Known("user", ("data", "user")),
    "verifyOtp": Known("user", ("data", "user")),
    "exchangeCodeForSession": Known("user", ("data", "user")),
    "refreshSession": Known("user", ("data", "user")),
    "setSession": Known("user", ("data", "user")),
    "signInWithIdToken": Known("user", ("data", "user")),
    "updateUser": Known("user", ("data", "user")),
}
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
    found = _supabase(chain, seen) or _library(chain, package, seen)
    if found is not None:
        return found
    if chain.source in NOBODYS or package.startswith(("@/", "~/", "./", "../", "#")):
        return _shaped(chain) or _named(chain)
    if package.startswith(("firebase", "@firebase/")):
        return None  # getAuth() gives its service and names nobody
    return _named(chain) if "auth" in package or "session" in package else None


def told(value: Value) -> Value:
    """``current_user.id`` of Flask-Login and ``session["user_id"]`` of Flask: the caller, though nothing is called."""
    if not isinstance(value, Chain) or any(step.arguments is not None for step in value.steps):
        return value
    package = package_of(value.source)
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
    if not steps or steps[-1].name not in _SUPABASE:
        return None
    owner = steps[-2].name if len(steps) > 1 else chain.name
    if owner != "auth" or (len(steps) > 1 and steps[-2].arguments is not None):
        return None
    kind = client_of(chain, steps[:-2])
    if kind is None and chain.source not in NOBODYS:
        return None
    known = _SUPABASE[steps[-1].name]
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
    found = _LIBRARIES.get(package)
    if found is None:
        head = package.partition("/")[0]
        found = _LIBRARIES.get(head) or next((_LIBRARIES[key] for key in _PREFIXES if package.startswith(key)), None)
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


def _decoded(chain: Chain, package: str) -> Identity | None:
    """``jwt.decode(token, key, algorithms=[…])`` of Python verifies unless it is told not to."""
    last = chain.last
    if last is None or last.name != "decode" or package.partition(".")[0] not in _JWT:
        return None
    settings = next((each for each in reversed(last.arguments or ()) if at_path(each, "options") is not None), None)
    off = at_path(at_path(settings, "options"), "verify_signature")
    verified = (off is None or bool(getattr(off, "value", True))) and len(last.arguments or ()) > 1
    return _made(Known("claims", throws=verified, claimed=not verified), "jwt.decode")


def _shaped(chain: Chain) -> Identity | None:
    """Calls that only one library spells like that, on an object nobody knows."""
    names = [chain.name, *(step.name for step in chain.steps if step.name)]
    tail = names[-3:]
    if tail[-2:] == ["api", "getSession"]:
        return _made(_SESSION, "auth.api.getSession")
    if tail[-1] in {"verifyIdToken", "verifySessionCookie", "verify_id_token"}:
        return _made(_CLAIMS._replace(throws=True), ".".join(tail[-2:]))
    if tail[-2:] == ["auth", "protect"]:
        return _made(Known("auth", throws=True), "auth.protect")
    if tail[-1] in {"validateRequest", "validateSession"} and len(chain.steps) <= 2:  # noqa: PLR2004 - lucia.validateSession(id)
        return _made(_SESSION, tail[-1])
    if tail[-1] == "getUserIdentity" and "auth" in tail:
        return _made(Known("identity"), "ctx.auth.getUserIdentity")
    if "stackServerApp" in names and tail[-1] == "getUser":
        return _made(
            _USER._replace(throws=not is_nothing(at_path(argument(chain.last, 0), "or"))), "stackServerApp.getUser"
        )
    if chain.source == "unresolved" and chain.name == "auth" and len(chain.steps) == 1 and not chain.steps[0].name:
        return _made(_SESSION, "auth" + BY_NAME)
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
