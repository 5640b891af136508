"""What calls of known libraries answer about the caller: which result is the identity, who is let past, what nobody verified."""

from __future__ import annotations

from typing import NamedTuple


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

LIBRARIES: dict[str, dict[str, Known]] = {
    "next-auth": {
        "getServerSession": _SESSION,
        "unstable_getServerSession": _SESSION,
        "auth": _SESSION,
        "getSession": _SESSION,
        "useSession": Known("session", ("data",)),
        "getToken": Known("token"),
        "decode": _CLAIMS,
        "withAuth": Known("token", throws=True),
    },
    "@auth/": {
        "auth": _SESSION,
        "getSession": _SESSION,
        "getAuthUser": _AUTH,
        "getToken": Known("token"),
        "decode": _CLAIMS,
    },
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
    "node-appwrite": {"Account.get": _USER._replace(throws=True)},
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
    "@nestjs/jwt": {
        "verify": _CLAIMS._replace(throws=True),
        "verifyAsync": _CLAIMS._replace(throws=True),
        "decode": Known("claims", claimed=True),
    },
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
    "stytch": {
        "authenticate": _AUTH._replace(throws=True),
        "authenticateJwt": _AUTH._replace(throws=True),
        "authenticateJwtLocal": _AUTH._replace(throws=True),
    },
    "paseto": {"verify": _CLAIMS._replace(throws=True), "decrypt": _CLAIMS._replace(throws=True)},
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
PREFIXES = tuple(key for key in LIBRARIES if key.endswith("/"))

SUPABASE = {
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
