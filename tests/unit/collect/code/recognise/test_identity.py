"""Who says who the caller is, in every library's spelling; a decoded token is a claim."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, identity_of
from assistant.collect.code.values import UNKNOWN, Closure, request
from assistant.domain.syntax import Function
from tests.unit.collect.code.recognise.chaining import env, grow


SEEN = Seen("app/x.ts")
BROWSER = Seen("app/x.tsx", client_module=True, server=False)
SSR = grow("@supabase/ssr", "createServerClient").call("u", env("SUPABASE_ANON_KEY"))
HANDLER = Closure(Function("", (), (), is_async=True, directives=(), decorators=(), at=0, end=0), "a.ts", None)


def of(grown, seen=SEEN):
    return identity_of(grown.chain, seen)


@pytest.mark.parametrize(
    ("grown", "path", "wraps", "throws"),
    [
        (SSR.get("auth").do("getUser"), "user", ("data", "user"), False),
        (SSR.get("auth").do("getUser", UNKNOWN), "user", ("data", "user"), False),
        (SSR.get("auth").do("getClaims"), "claims", ("data", "claims"), False),
        (SSR.get("auth").do("signInWithPassword", {}), "user", ("data", "user"), False),
        (grow("unresolved", "createClient").call().get("auth").do("getUser"), "user", ("data", "user"), False),
        (grow("next-auth", "getServerSession").call(UNKNOWN), "session", (), False),
        (grow("next-auth/next", "unstable_getServerSession").call(), "session", (), False),
        (grow("next-auth", "default").call({}).get("auth").call(), "session", (), False),
        (grow("next-auth", "default").call({}).do("auth"), "session", (), False),
        (grow("next-auth/jwt", "getToken").call({}), "token", (), False),
        (grow("next-auth/react", "getSession").call({}), "session", (), False),
        (grow("next-auth/react", "useSession").call(), "session", ("data",), False),
        (grow("@clerk/nextjs/server", "auth").call(), "auth", (), False),
        (grow("@clerk/nextjs/server", "currentUser").call(), "user", (), False),
        (grow("@clerk/nextjs/server", "getAuth").call(UNKNOWN), "auth", (), False),
        (grow("@clerk/nextjs/server", "auth").do("protect"), "auth", (), True),
        (grow("@clerk/nextjs/server", "auth").call().do("protect"), "auth", (), True),
        (
            grow("better-auth", "betterAuth").call({}).get("api").do("getSession", {"headers": UNKNOWN}),
            "session",
            (),
            False,
        ),
        (grow("unresolved", "auth").get("api").do("getSession", {}), "session", (), False),
        (grow("lucia", "Lucia").new().do("validateSession", UNKNOWN), "session", (), False),
        (grow("iron-session", "getIronSession").call(), "session", (), False),
        (grow("@kinde-oss/kinde-auth-nextjs/server", "getKindeServerSession").call().do("getUser"), "user", (), False),
        (grow("@workos-inc/authkit-nextjs", "withAuth").call(), "auth", (), False),
        (grow("@auth0/nextjs-auth0", "getSession").call(), "session", (), False),
        (grow("@stackframe/stack", "StackServerApp").new({}).do("getUser"), "user", (), False),
        (grow("@stackframe/stack", "StackServerApp").new({}).do("getUser", {"or": "redirect"}), "user", (), True),
        (grow("firebase-admin", "default").do("auth").do("verifyIdToken", UNKNOWN), "claims", (), True),
        (grow("unresolved", "adminAuth").do("verifySessionCookie", UNKNOWN), "claims", (), True),
        (grow("jose", "jwtVerify").call(UNKNOWN), "claims", ("payload",), True),
        (grow("jsonwebtoken", "default").do("verify", UNKNOWN, UNKNOWN), "claims", (), True),
        (grow("aws-jwt-verify", "CognitoJwtVerifier").do("create", {}).do("verify", UNKNOWN), "claims", (), True),
        (grow("@logto/next/server-actions", "getLogtoContext").call({}), "claims", (), False),
        (grow("flask_jwt_extended", "get_jwt_identity").call(), "user", (), False),
        (grow("jwt", "*").do("decode", UNKNOWN, UNKNOWN, {"algorithms": ["HS256"]}), "claims", (), True),
        (grow("jose", "jwt").do("decode", UNKNOWN, UNKNOWN), "claims", (), True),
        (grow("supabase", "create_client").call().get("auth").do("get_user", UNKNOWN), "user", ("user",), False),
    ],
)
def test_verified_identities(grown, path, wraps, throws):
    found = of(grown)
    assert found is not None
    assert (found.kind, found.path, found.wraps, found.throws, found.weakness) == ("caller", path, wraps, throws, "")
    assert not found.says.endswith("(by name only)")


@pytest.mark.parametrize(
    "grown",
    [
        grow("jose", "decodeJwt").call(UNKNOWN),
        grow("jwt-decode", "jwtDecode").call(UNKNOWN),
        grow("jsonwebtoken", "default").do("decode", UNKNOWN),
        grow("jwt", "*").do("decode", UNKNOWN, {"options": {"verify_signature": False}}),
    ],
)
def test_a_decoded_token_is_a_claim(grown):
    found = of(grown)
    assert found is not None
    assert found.kind == "claimed"


def test_the_session_of_a_cookie_is_a_claim_on_a_server_only():
    asked = SSR.get("auth").do("getSession")
    found = of(asked)
    assert found is not None
    assert (found.kind, found.weakness, found.wraps) == ("claimed", "get-session", ("data", "session"))
    found = of(asked, BROWSER)
    assert found is not None
    assert (found.kind, found.weakness) == ("caller", "")


@pytest.mark.parametrize(
    ("name", "throws"),
    [
        ("getCurrentUser", False),
        ("requireAuth", True),
        ("getSession", False),
        ("getUser", False),
        ("getCurrentTeam", False),
        ("validateApiKey", False),
        ("withAuth", False),
        ("requireUser", True),
        ("auth", False),
        ("getUserOrThrow", True),
        ("get_current_user", False),
        ("authenticateRequest", False),
        ("ensureAuthenticated", True),
    ],
)
def test_a_name_is_asked_and_not_believed(name, throws):
    found = of(grow("unresolved", name).call())
    assert found is not None
    assert found.says.endswith(" (by name only)")
    assert found.throws is throws


@pytest.mark.parametrize(
    "grown",
    [
        grow("unresolved", "getUserById").call(UNKNOWN),
        grow("unresolved", "createUser").call(UNKNOWN),
        grow("unresolved", "getUser").call(request("path.id")),
        grow("unresolved", "getTeam").call(request("path.slug")),
        grow("unresolved", "getWorkspace").call(),
        grow("unresolved", "signIn").call(),
        grow("unresolved", "getAllUsers").call(),
        grow("unresolved", "getChat").call(UNKNOWN),
        grow("react", "useState").call(),
        grow("parameter", "getUser").call(),
        grow("unresolved", "tokenize").call(UNKNOWN),
        grow("next-auth", "default").call({}),
        SSR.get("auth").do("signOut"),
    ],
)
def test_what_says_nothing_about_the_caller(grown):
    assert of(grown) is None


def test_a_wrapper_hands_the_session_to_its_handler():
    found = of(grow("next-auth", "default").call({}).get("auth").call(HANDLER))
    assert found is not None
    assert found.wraps == ("auth",)
