"""Is an endpoint called by a provider and not by a person? The path says so together with a provider's name, or the code verifies a provider's signature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.walking import nodes_of
from assistant.domain.syntax import Attribute, Name


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Module


_HOOK = re.compile(r"web-?hooks?|(?:^|-)hooks?$", re.IGNORECASE)
_PROVIDERS = frozenset({
    "airtable", "auth0", "authsignal", "box", "calcom", "calendly", "chargebee", "clerk", "coinbase", "contentful", "creem", "cryptomus",
    "deepgram", "discord", "docusign", "dodo", "dodopayments", "dropbox", "dsync", "elevenlabs", "fal", "flutterwave", "github", "gitlab",
    "gumroad", "heygen", "hubspot", "inngest", "instagram", "intercom", "jackson", "jira", "kinde", "kiwify", "lemon", "lemon-squeezy",
    "lemonsqueezy", "line", "linear", "livekit", "loops", "mailchimp", "mailgun", "mercadopago", "messenger", "meta", "midtrans", "mollie",
    "mux", "notion", "novu", "paddle", "paypal", "paystack", "plaid", "plivo", "polar", "postmark", "qstash", "quickbooks", "razorpay",
    "replicate", "resend", "retell", "revenuecat", "runpod", "saml", "sanity", "scim", "segment", "sendgrid", "ses", "shopify", "slack",
    "sns", "square", "strapi", "stripe", "supabase", "svix", "telegram", "telnyx", "tinybird", "trigger", "twilio", "typeform", "upstash",
    "vapi", "vercel", "wechat", "whatsapp", "wise", "workos", "xendit", "youtube", "zapier", "zoom",
})  # fmt: skip
_LIBRARIES = (
    "svix",
    "standardwebhooks",
    "@octokit/webhooks",
    "@polar-sh/",
    "@dub/",
    "@clerk/",
    "stripe",
    "@paddle/",
    "@upstash/qstash",
    "@mux/",
    "resend",
    "twilio",
)
_VERIFIES = frozenset({
    "constructEvent", "constructEventAsync", "unmarshal", "verifyWebhook", "verifyAndReceive", "validateEvent", "verifySignatureAppRouter",
    "verifySignature", "verifySignatureEdge", "verifyWebhookSignature", "validateWebhookSignature", "validateRequest",
    "isValidWebhookEventSignature", "Webhooks", "verifyQstashSignature", "Webhook",
})  # fmt: skip


def is_webhook(program: Program, module: Module, url: str, verbs: Sequence[str]) -> bool:
    """True when a provider calls it. A folder of customers' own webhooks below an id, or one that is also read, is not one."""
    segments = [part.lower() for part in url.split("/") if part]
    hooks = [index for index, part in enumerate(segments) if _HOOK.search(part)]
    only_posts = bool(verbs) and set(verbs) <= {"POST", "HEAD", "OPTIONS", "GET"} and "POST" in verbs
    if hooks and only_posts:
        first = hooks[0]
        fixed = not any(part.startswith("[") for part in segments[:first])
        named = any(
            part in _PROVIDERS or any(piece in _PROVIDERS for piece in re.split(r"[-_.]", part)) for part in segments
        )
        if fixed and (
            named or (first == len(segments) - 1 and set(verbs) <= {"POST", "OPTIONS"} and segments[-1] != "webhooks")
        ):
            return True
    return only_posts and _verifies(program, module)


def _verifies(program: Program, module: Module) -> bool:
    """True when the module itself checks a provider's signature."""
    if not any(one.source.startswith(_LIBRARIES) or program.target(module.path, one.source) for one in module.imports):
        return False
    for node in nodes_of(module.body):
        if type(node) is Attribute and node.name in _VERIFIES:
            return node.name not in {"Webhook", "validateRequest"}
        if type(node) is Name and node.id in _VERIFIES and not _is_another(module, node.id):
            return True
    return False


def _is_another(module: Module, name: str) -> bool:
    """``validateRequest`` of the application's own holds what was sent to a schema; Twilio's looks at a signature."""
    return name == "validateRequest" and not any(
        one.source.startswith("twilio") and name in {one.name, one.local} for one in module.imports
    )
