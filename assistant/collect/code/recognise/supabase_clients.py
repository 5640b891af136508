"""As whom a Supabase client speaks: decided by the function that makes it, its key, and when neither is known by its name."""

from __future__ import annotations

import base64
import binascii
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    alternatives,
    argument,
    at_path,
    is_nothing,
    names_in,
    package_of,
)
from assistant.collect.code.values import Chain, Constant, Step, Value
from assistant.domain.code import ClientKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterable

_PACKAGES = ("@supabase/", "@nuxtjs/supabase", "#supabase/", "supabase", "@supabase-cache-helpers/")
_SERVER = frozenset({"createServerClient", "createServerSupabaseClient"})
_USER = frozenset(
    {
        "createRouteHandlerClient",
        "createServerComponentClient",
        "createServerActionClient",
        "createMiddlewareClient",
        "createPagesServerClient",
        "createMiddlewareSupabaseClient",
        "createRouteHandlerSupabaseClient",
        "createServerComponentSupabaseClient",
        "withApiAuth",
        "withPageAuth",
        "serverSupabaseClient",
    }
)
_BROWSER = frozenset(
    {
        "createBrowserClient",
        "createBrowserSupabaseClient",
        "createClientComponentClient",
        "createClientComponentSupabaseClient",
        "createPagesBrowserClient",
        "createSharedBrowserClient",
        "useSupabaseClient",
        "useSupabase",
        "useUser",
    }
)
_PLAIN = frozenset(
    {
        "createClient",
        "SupabaseClient",
        "create_client",
        "acreate_client",
        "create_async_client",
        "AsyncClient",
        "Client",
    }
)
MAKERS = _SERVER | _USER | _BROWSER | _PLAIN | {"serverSupabaseServiceRole"}
"""Functions of Supabase's packages that make a client."""

_SERVICE_KEY = re.compile(
    r"service[-_]?role|service[-_]?key|servicekey|_SERVICE$|secret|_?admin_?key|^sb_secret_|supabase_?admin",
    re.IGNORECASE,
)
_PUBLIC_KEY = re.compile(r"anon|publishable|public_key|^sb_publishable_", re.IGNORECASE)
_BUNDLED = re.compile(r"^(?:VITE_|EXPO_PUBLIC_|REACT_APP_|PUBLIC_|NUXT_PUBLIC_|GATSBY_)")
_SERVICE_NAME = re.compile(
    r"admin|service_?role|service_?client|service_?supabase|supabase_?service(?:_?client)?$|(?:create|get|use|make)_?service(?!s)|super_?user|privileged|bypass|elevated|^serviceDb$|_service$",
    re.IGNORECASE,
)
_BROWSER_NAME = re.compile(r"browser|useSupabase|clientComponent|createClientClient", re.IGNORECASE)
_ANON_NAME = re.compile(
    r"anon|public_?client|supabase_?public|static_?client|build_?client|createCookieless", re.IGNORECASE
)
_SERVER_NAME = re.compile(
    r"server|route|middleware|action|^createClient$|^createSupabase|^getSupabase|^create_?supabase_?client|cookies|user_?client|authed",
    re.IGNORECASE,
)
_JWT_PARTS = 3


def is_package(package: str) -> bool:
    """True for a package of Supabase or of a framework's wrapper around it."""
    return package.startswith(_PACKAGES)


def maker(chain: Chain) -> tuple[str, Step | None, int]:
    """Name of what made the client, the step that made it, number of steps that belong to the making."""
    if chain.name in MAKERS and chain.steps and not chain.steps[0].name:
        return chain.name, chain.steps[0], 1
    for number, step in enumerate(chain.steps[:3]):
        if step.name in MAKERS and step.arguments is not None:
            return step.name, step, number + 1
    return chain.name, None, 0


def client_of(chain: Chain, head: tuple[Step, ...] | None = None) -> ClientKind | None:
    """Kind of client that a chain starts with; None when nothing says that it is Supabase's."""
    package = package_of(chain.source)
    if is_package(package):
        return _made(chain)
    if chain.source in NOBODYS or chain.source.startswith(("@/", "~/", "./", "../", "#")):
        return _named(
            [chain.name, *(step.name for step in (chain.steps if head is None else head) if step.name)], chain.source
        )
    return None


def in_context(kind: ClientKind, seen: Seen) -> ClientKind:
    """The same client where it was seen: in a browser it is the browser's, unless it holds the service key."""
    if kind is ClientKind.SERVICE:
        return kind
    if seen.client_module and not (seen.server and kind is ClientKind.USER):
        return ClientKind.BROWSER
    return kind


def key_kind(value: Value | None) -> str:
    """``service``, ``public`` or nothing, by what the key is called or by the role inside a written token."""
    found = ""
    for each in alternatives(value):
        kinds = {_word_kind(word) for word in _key_words(each)}
        if "role" in kinds or ("service" in kinds and "public" not in kinds):
            return "service"
        if "public" in kinds:
            found = "public"
    return found


@lru_cache(maxsize=1024)
def _word_kind(word: str) -> str:
    role = _role_of(word)
    if role == "service_role":
        return "role"
    if role == "anon" or _PUBLIC_KEY.search(word):
        return "public"
    return "service" if _SERVICE_KEY.search(word) else ""


def _key_words(value: Value) -> Iterable[str]:
    return (
        word
        for word in names_in(value)
        if word and word not in {"process", "env", "Deno", "get", "os", "environ", "getenv"}
    )


def _role_of(word: str) -> str:
    parts = word.split(".")
    if len(parts) != _JWT_PARTS or not word.startswith("ey"):
        return ""
    try:
        body = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return ""
    return str(body.get("role", "")) if isinstance(body, dict) else ""


def _made(chain: Chain) -> ClientKind | None:
    name, step, _ = maker(chain)
    if name == "serverSupabaseServiceRole":
        return ClientKind.SERVICE
    if name in _BROWSER:
        return ClientKind.BROWSER
    key = key_kind(argument(step, 1))
    given = [value for value in (step.arguments or () if step else ()) if at_path(value, "supabaseKey") is not None]
    if given:
        key = key_kind(at_path(given[0], "supabaseKey"))
    if key == "service":
        return ClientKind.SERVICE
    if name in _SERVER | _USER:
        return ClientKind.USER
    if step is None:
        return None if name not in _PLAIN else ClientKind.UNKNOWN
    if name not in _PLAIN:
        return None
    return _spoken_for(step, key)


def _spoken_for(step: Step, key: str) -> ClientKind:
    """A plain client with a public or unknown key: whose token it carries decides."""
    settings = argument(step, 2)
    if not is_nothing(at_path(settings, "accessToken")):
        return ClientKind.USER
    for path in (("global", "headers", "authorization"), ("headers", "authorization")):
        header = at_path(settings, *path)
        if header is None:
            continue
        if key_kind(header) == "service":
            return ClientKind.SERVICE
        if not isinstance(header, Constant):
            return ClientKind.USER
    if any(_BUNDLED.match(word) for word in names_in(argument(step, 1))):
        return ClientKind.BROWSER
    if key == "public":
        return ClientKind.ANON
    kinds = {origin.kind for origin in origins_of(argument(step, 1))}
    return ClientKind.USER if kinds & {OriginKind.REQUEST, OriginKind.CALLER} else ClientKind.UNKNOWN


def _named(names: list[str], source: str) -> ClientKind | None:
    """A client nobody saw being made: its name is all there is."""
    words = [name for name in names if name]
    joined = " ".join(words).lower()
    if "supabase" not in joined and not any(
        word
        in {
            "createClient",
            "createAdminClient",
            "createServiceClient",
            "createServerClient",
            "createBrowserClient",
            "sb",
        }
        for word in words
    ):
        return None
    if any(_SERVICE_NAME.search(word) for word in words):
        return ClientKind.SERVICE
    if any(_BROWSER_NAME.search(word) for word in words) or source.rstrip("/").endswith(
        ("supabase/client", "supabase/browser")
    ):
        return ClientKind.BROWSER
    if any(_ANON_NAME.search(word) for word in words):
        return ClientKind.ANON
    if source == "parameter":
        return ClientKind.UNKNOWN if not any(_SERVER_NAME.search(word) for word in words) else ClientKind.USER
    return ClientKind.USER
