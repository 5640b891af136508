"""The services whose clients are read: their packages, what their clients are called, which of their objects are customers'."""

from __future__ import annotations

from typing import NamedTuple


class Provider(NamedTuple):
    """How one service's client is read."""

    engine: str
    """``Query.engine``."""
    packages: tuple[str, ...]
    """Prefixes of its packages."""
    names: frozenset[str] = frozenset()
    """What an object nobody saw being made is called."""
    wraps: tuple[str, ...] = ()
    """Path to the object in the answer."""
    only: frozenset[str] = frozenset()
    """Resources that hold customers' objects; empty for all."""
    methods: frozenset[str] = frozenset()
    """Methods that stand on the client itself; empty for all."""


PROVIDERS = (
    Provider(
        "stripe",
        ("stripe", "@stripe/stripe-node"),
        frozenset({"stripe", "getstripe", "stripeclient", "stripeadmin", "stripeserver"}),
    ),
    Provider("paddle", ("@paddle/paddle-node-sdk",), frozenset({"paddle", "getpaddleinstance", "getpaddle"})),
    Provider("polar", ("@polar-sh/",), frozenset({"polar", "polarclient"})),
    Provider("lemonsqueezy", ("@lemonsqueezy/", "lemonsqueezy.ts"), frozenset({"lemonsqueezy"}), ("data", "data")),
    Provider("trigger", ("@trigger.dev/sdk",), only=frozenset({"runs", "schedules", "batch"})),
    Provider(
        "openai",
        ("openai",),
        only=frozenset(
            {
                "files",
                "threads",
                "assistants",
                "vectorStores",
                "vector_stores",
                "messages",
                "runs",
                "batches",
                "conversations",
                "fineTuning",
                "steps",
                "items",
            }
        ),
    ),
    Provider("anthropic", ("@anthropic-ai/", "anthropic"), only=frozenset({"files", "batches"})),
    Provider(
        "clerk",
        ("@clerk/",),
        frozenset({"clerkclient", "clerk"}),
        only=frozenset(
            {
                "users",
                "organizations",
                "sessions",
                "invitations",
                "emailAddresses",
                "allowlistIdentifiers",
                "oauthApplications",
            }
        ),
    ),
    Provider(
        "auth0",
        ("auth0",),
        frozenset({"managementclient", "auth0management"}),
        ("data",),
        only=frozenset({"users", "organizations", "roles", "usersByEmail", "tickets", "connections"}),
    ),
    Provider(
        "firebase",
        ("firebase-admin", "firebase_admin"),
        methods=frozenset(
            {
                "setCustomUserClaims",
                "updateUser",
                "deleteUser",
                "deleteUsers",
                "getUser",
                "getUserByEmail",
                "listUsers",
                "createCustomToken",
                "revokeRefreshTokens",
                "generatePasswordResetLink",
                "generateSignInWithEmailLink",
                "set_custom_user_claims",
                "update_user",
                "delete_user",
                "list_users",
                "create_custom_token",
            }
        ),
    ),
    Provider("workos", ("@workos-inc/node",), frozenset({"workos"})),
    Provider(
        "jackson",
        ("@boxyhq/saml-jackson",),
        frozenset({"connectionapicontroller", "apicontroller", "directorysynccontroller", "directorysync", "jackson"}),
    ),
    Provider("github", ("@octokit/", "octokit"), frozenset({"octokit"}), ("data",)),
    Provider(
        "resend",
        ("resend",),
        frozenset({"resend"}),
        ("data",),
        only=frozenset({"domains", "audiences", "contacts", "apiKeys", "broadcasts"}),
    ),
    Provider("plaid", ("plaid",), frozenset({"plaidclient", "plaid"}), ("data",)),
    Provider("unkey", ("@unkey/api",), frozenset({"unkey"}), only=frozenset({"keys", "apis", "identities"})),
    Provider("liveblocks", ("@liveblocks/node",), frozenset({"liveblocks"})),
    Provider("novu", ("@novu/",), only=frozenset({"subscribers"})),
    Provider("svix", ("svix",), only=frozenset({"application", "endpoint", "message"})),
    Provider("shopify", ("@shopify/shopify-api",)),
    Provider("paypal", ("@paypal/",)),
    Provider("razorpay", ("razorpay",), frozenset({"razorpay"})),
    Provider("chargebee", ("chargebee",), frozenset({"chargebee"})),
    Provider("metronome", ("@metronome/sdk",)),
    Provider("dodo", ("dodopayments",), frozenset({"dodopayments", "dodo"})),
    Provider("elevenlabs", ("elevenlabs", "@elevenlabs/"), only=frozenset({"conversations", "agents", "voices"})),
    Provider("vapi", ("@vapi-ai/server-sdk",)),
    Provider("retell", ("retell-sdk",)),
)
