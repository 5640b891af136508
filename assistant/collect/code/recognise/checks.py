"""Checks that are no session: signatures of senders, shared secrets, rate limits, validated input."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.collect.code.drafts import Check
from assistant.collect.code.origins import origins_of
from assistant.collect.code.recognise.chains import NOBODYS, Seen, argument, package_of
from assistant.collect.code.values import Chain, Closure
from assistant.domain.code import OriginKind


_SIGNED: dict[str, dict[str, tuple[bool, str]]] = {
    "stripe": {
        "constructEvent": (True, "signed"),
        "constructEventAsync": (True, "signed"),
        "construct_event": (True, "signed"),
        "parseEventNotification": (True, "signed"),
    },
    "svix": {"verify": (True, "signed")},
    "standardwebhooks": {"verify": (True, "signed"), "unwrap": (True, "signed")},
    "@upstash/qstash": {
        "verify": (True, "boolean"),
        "verifySignature": (True, "signed"),
        "verifySignatureAppRouter": (True, "signed"),
        "verifySignatureEdge": (True, "signed"),
    },
    "@upstash/workflow": {"serve": (True, "signed")},
    "@clerk/": {"verifyWebhook": (True, "signed")},
    "@paddle/": {"unmarshal": (True, "signed"), "isSignatureValid": (False, "boolean")},
    "@octokit/": {"verify": (False, "boolean"), "verifyAndReceive": (True, "signed")},
    "@slack/": {"verifySlackRequest": (True, "boolean"), "isValidSlackRequest": (False, "boolean")},
    "slack-edge": {"verifySlackRequest": (False, "boolean")},
    "twilio": {
        "validateRequest": (False, "boolean"),
        "validateRequestWithBody": (False, "boolean"),
        "webhook": (True, "signed"),
    },
    "@polar-sh/": {"validateEvent": (True, "signed"), "Webhooks": (True, "signed")},
    "@lemonsqueezy/": {"verifySignature": (False, "boolean")},
    "inngest": {"serve": (True, "signed")},
    "@trigger.dev/": {"createAppRoute": (True, "signed"), "verifyWebhook": (True, "signed")},
    "@mux/": {"verifySignature": (True, "signed"), "unwrap": (True, "signed"), "verifyHeader": (True, "boolean")},
    "resend": {"verify": (True, "signed")},
    "livekit-server-sdk": {"receive": (True, "signed")},
    "@vercel/edge-config": {},
    "@mailgun/": {"verify": (False, "boolean")},
    "@sendgrid/": {"verifySignature": (False, "boolean")},
    "discord-interactions": {"verifyKey": (False, "boolean"), "verifyKeyMiddleware": (True, "signed")},
    "tweetnacl": {"verify": (False, "boolean")},
    "@sanity/webhook": {"isValidSignature": (False, "boolean"), "isValidRequest": (False, "boolean")},
    "next-sanity": {"parseBody": (False, "boolean")},
    "@workos-inc/": {"constructEvent": (True, "signed")},
    "uploadthing": {"createRouteHandler": (True, "signed")},
    "openai": {"unwrap": (True, "signed"), "verifySignature": (True, "signed")},
    "@openai/": {"unwrap": (True, "signed")},
}
_PREFIXES = tuple(key for key in _SIGNED if key.endswith("/"))
_COMPARES = frozenset(
    {
        "timingSafeEqual",
        "compare_digest",
        "safeCompare",
        "safeEqual",
        "timingSafeCompare",
        "secureCompare",
        "tsscmp",
        "constant_time_compare",
    }
)
_PASSWORDS = frozenset(
    {
        "bcrypt",
        "bcryptjs",
        "@node-rs/bcrypt",
        "@node-rs/argon2",
        "argon2",
        "oslo",
        "passlib",
        "werkzeug",
        "scrypt-kdf",
        "@phc/argon2",
    }
)
_RATE: dict[str, frozenset[str]] = {
    "@upstash/ratelimit": frozenset({"limit", "blockUntilReady"}),
    "rate-limiter-flexible": frozenset({"consume", "penalty"}),
    "@unkey/ratelimit": frozenset({"limit"}),
    "@unkey/": frozenset({"limit", "ratelimit"}),
    "@arcjet/": frozenset({"protect"}),
    "express-rate-limit": frozenset({"default", "rateLimit"}),
    "@vercel/firewall": frozenset({"checkRateLimit"}),
    "limiter": frozenset({"removeTokens", "tryRemoveTokens"}),
    "lambda-rate-limiter": frozenset({"check"}),
    "slowapi": frozenset({"limit"}),
    "hono-rate-limiter": frozenset({"rateLimiter"}),
}
_RATE_NAME = re.compile(r"rate_?limit|^ratelimit|throttle|limiter", re.IGNORECASE)
_SIGNED_NAME = re.compile(
    r"^(?:verify|validate|check|is_?valid|assert|construct|require)_?\w*(?:signature|webhook|hmac|cron|qstash|signed)\w*$",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"^(?:verify|validate|check|is_?valid|assert|require)_?\w*(?:secret|internal_?(?:token|key|call|request))\w*$",
    re.IGNORECASE,
)

_SCHEMAS: dict[str, tuple[str, frozenset[str]]] = {
    "zod": ("zod", frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync", "spa"})),
    "@hono/zod-openapi": ("zod", frozenset({"parse", "safeParse"})),
    "drizzle-zod": ("zod", frozenset({"parse", "safeParse", "parseAsync"})),
    "@repo/": ("zod", frozenset()),
    "valibot": ("valibot", frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync", "parser", "is", "assert"})),
    "yup": ("yup", frozenset({"validate", "validateSync", "isValid", "isValidSync", "cast"})),
    "joi": ("joi", frozenset({"validate", "validateAsync", "attempt", "assert"})),
    "@hapi/joi": ("joi", frozenset({"validate", "validateAsync"})),
    "arktype": ("arktype", frozenset({"assert", "allows"})),
    "superstruct": ("superstruct", frozenset({"assert", "is", "validate", "create"})),
    "class-validator": (
        "class-validator",
        frozenset({"validate", "validateOrReject", "validateSync", "isUUID", "isEmail"}),
    ),
    "ajv": ("ajv", frozenset({"validate", "compile"})),
    "@sinclair/typebox": ("typebox", frozenset({"Check", "Decode", "Parse"})),
    "runtypes": ("runtypes", frozenset({"check", "validate", "guard"})),
    "io-ts": ("io-ts", frozenset({"decode"})),
    "effect": (
        "effect",
        frozenset({"decodeUnknownSync", "decodeUnknown", "decodeUnknownEither", "decodeUnknownPromise"}),
    ),
    "@effect/schema": ("effect", frozenset({"decodeUnknownSync", "decodeUnknown", "parseSync"})),
    "uuid": ("uuid", frozenset({"validate"})),
    "validator": ("validator", frozenset({"isUUID", "isEmail", "isURL"})),
    "@hono/zod-validator": ("zod", frozenset({"zValidator"})),
    "@hono/valibot-validator": ("valibot", frozenset({"vValidator"})),
    "zod-form-data": ("zod", frozenset({"parse", "safeParse"})),
    "pydantic": ("pydantic", frozenset({"model_validate", "parse_obj", "model_validate_json", "validate_python"})),
    "marshmallow": ("marshmallow", frozenset({"load", "validate"})),
}
PARSES = frozenset().union(*(words for _, words in _SCHEMAS.values())) | {"safeParse", "parseAsync"}
"""Methods that may validate."""
_BOOLEAN = frozenset(
    {"isValid", "isValidSync", "validate", "is", "allows", "isUUID", "isEmail", "isURL", "Check", "guard"}
)
_TELLS = frozenset({"safeParse", "safeParseAsync", "spa", "decode", "decodeUnknownEither"})
_CRYPTO = frozenset({"global", "crypto", "node:crypto"})
_RIGHTS: dict[str, frozenset[str]] = {
    "django.contrib.auth.decorators": frozenset({"permission_required"}),
    "django.contrib.auth.mixins": frozenset({"PermissionRequiredMixin"}),
    "django.contrib.admin.views.decorators": frozenset({"staff_member_required"}),
    "rest_framework.permissions": frozenset({"IsAdminUser", "DjangoModelPermissions", "DjangoObjectPermissions"}),
    "flask_security": frozenset({"roles_required", "roles_accepted", "permissions_required"}),
    "flask_principal": frozenset({"require", "test"}),
}
"""Decorators and classes of Python's frameworks that ask for a right."""

_SILENT = ("drizzle-orm", "react", "path", "fs", "date-fns", "next/headers", "nanoid", "clsx")


@lru_cache(maxsize=4096)
def _about(
    package: str,
) -> tuple[dict[str, tuple[bool, str]], frozenset[str] | None, tuple[str, frozenset[str]] | None, bool]:
    """What is known of a package: its signatures, its rate limits, its schemas, and whether it can be passed over."""
    head = "/".join(package.split("/")[: 2 if package.startswith("@") else 1])
    signed = _SIGNED.get(package) or _SIGNED.get(head)
    if signed is None:
        signed = next((_SIGNED[key] for key in _PREFIXES if package.startswith(key)), {})
    rate = _RATE.get(package) or next(
        (_RATE[key] for key in _RATE if key.endswith("/") and package.startswith(key)), None
    )
    schema = _SCHEMAS.get(package) or _SCHEMAS.get(head)
    return signed, rate, schema, package.startswith(_SILENT)


def check(chain: Chain, seen: Seen) -> Check | None:
    """What a call checks; None when it checks nothing."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    package = package_of(chain.source)
    name = last.name or chain.name
    del seen
    if name in _RIGHTS.get(package, ()):
        return Check("role", _says(chain), throws=True, result="boolean")
    signed, rate, schema, silent = _about(package)
    if silent or (schema is not None and schema[0] == "zod" and name not in schema[1]):
        return None
    return (
        _signature(chain, signed, name)
        or _secret(chain, package, name)
        or _rate(chain, rate, name)
        or _validation(chain, schema, name)
    )


def _signature(chain: Chain, signed: dict[str, tuple[bool, str]], name: str) -> Check | None:
    found = signed.get(name)
    about = argument(chain.last, 0)
    if found is not None:
        return Check("signature", _says(chain), found[0], found[1], about)
    if name == "verify" and chain.source in _CRYPTO and any(step.name == "subtle" for step in chain.steps):
        return Check("signature", "crypto.subtle.verify", throws=False, result="boolean", about=argument(chain.last, 3))
    if name == "verify" and _by_public_key(chain):
        return Check("signature", "crypto.verify", throws=False, result="boolean", about=about)
    if name in {"constructEvent", "constructEventAsync", "construct_event"}:
        return Check("signature", _says(chain), throws=True, result="signed", about=about)
    if name in {"unmarshal", "verify", "verifyAndReceive", "unwrap"}:
        names = [chain.name, *(step.name for step in chain.steps)]
        if any(one in {"webhooks", "Webhook", "webhook", "wh", "svix"} for one in names[:-1]):
            octokit = "octokit" in " ".join(names).lower() or "Webhooks" in names
            return Check(
                "signature",
                _says(chain),
                throws=not octokit,
                result="boolean" if octokit else "signed",
                about=about,
            )
    if chain.source == "unresolved" and _SIGNED_NAME.match(name) and len(chain.steps) <= 2:  # noqa: PLR2004 - Class.method()
        return Check("signature", f"{name} (by name only)", throws=False, result="boolean", about=about)
    return None


def _by_public_key(chain: Chain) -> bool:
    """``createVerify("SHA256").update(body).verify(key, signature)``, ``crypto.verify(…)``, ``nacl.sign.detached.verify(…)``; not by a key that the request brings along."""
    arguments = chain.last.arguments if chain.last is not None and chain.last.arguments is not None else ()
    names = [chain.name, *(step.name for step in chain.steps)]
    if package_of(chain.source).removeprefix("node:") == "crypto":
        key = 0 if "createVerify" in names else 2
    elif names[-2:-1] == ["detached"]:
        key = 2
    else:
        return False
    if len(arguments) <= key:
        return False
    return not any(origin.kind is OriginKind.REQUEST for origin in origins_of(arguments[key]))


def _secret(chain: Chain, package: str, name: str) -> Check | None:
    about = argument(chain.last, 0)
    if name in _COMPARES:
        return Check("secret", _says(chain), throws=False, result="boolean", about=about)
    if package.partition("/")[0] in _PASSWORDS or package in _PASSWORDS:
        if name in {"compare", "compareSync", "verify", "verifySync", "checkpw", "check_password_hash"}:
            return Check("secret", _says(chain), throws=False, result="boolean", about=about)
    elif name in {"check_password_hash", "checkpw"}:
        return Check("secret", _says(chain), throws=False, result="boolean", about=about)
    if chain.source == "unresolved" and _SECRET_NAME.match(name) and len(chain.steps) <= 2:  # noqa: PLR2004
        return Check("secret", f"{name} (by name only)", throws=False, result="boolean", about=about)
    return None


def _rate(chain: Chain, words: frozenset[str] | None, name: str) -> Check | None:
    if words is not None and name in words:
        return Check(
            "rate",
            _says(chain),
            throws=name in {"consume", "default", "rateLimit"},
            result="boolean",
            about=argument(chain.last, 0),
        )
    if chain.source in NOBODYS and chain.source != "global":
        called = [chain.name, *(step.name for step in chain.steps)]
        if any(_RATE_NAME.search(one) for one in called) and (
            name in {"limit", "check", "consume", "protect"} or _RATE_NAME.search(name)
        ):
            return Check("rate", _says(chain), throws=False, result="boolean", about=argument(chain.last, 0))
    return None


def _validation(chain: Chain, found: tuple[str, frozenset[str]] | None, name: str) -> Check | None:
    last = chain.last
    if last is None:
        return None
    if found is None:
        shaped = (
            name in {"safeParse", "safeParseAsync", "parseAsync"} and chain.source in NOBODYS and bool(last.arguments)
        )
        return (
            Check("validation", "zod", throws=name == "parseAsync", result="input", about=argument(last, 0))
            if shaped
            else None
        )
    library, words = found
    called_type = library == "arktype" and not last.name and len(chain.steps) > 1
    if name not in words and not called_type:
        return None
    second = library in {"valibot", "superstruct"} or (library == "effect" and len(last.arguments or ()) > 1)
    about = argument(last, 1) if second else argument(last, 0)
    if about is None or isinstance(about, Closure):
        return None
    boolean = (
        name in _BOOLEAN and library not in {"yup", "joi"} and not (library == "class-validator" and name == "validate")
    )
    throws = not boolean and name not in _TELLS and not (library == "joi" and name == "validate") and not called_type
    return Check(
        "validation",
        library,
        throws=throws,
        result="boolean" if boolean or name in {"isValid", "isValidSync"} else "input",
        about=about,
    )


def _says(chain: Chain) -> str:
    """``stripe.webhooks.constructEvent``: the package's name for a client made here, else what it is called."""
    names = [step.name for step in chain.steps if step.name]
    head = chain.name
    if head in {"default", "*"} or (chain.steps and chain.steps[0].new):
        head = package_of(chain.source).rpartition("/")[2]
    return ".".join([head, *names][-4:])
