"""Signatures, shared secrets, rate limits and schemas."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, check_of
from assistant.collect.code.values import UNKNOWN, request
from tests.unit.collect.code.recognise.chaining import grow


SEEN = Seen("app/x.ts")
BODY = request("body")
SCHEMA = grow("zod", "z").do("object", {})


@pytest.mark.parametrize(
    ("grown", "throws", "result"),
    [
        (
            grow("stripe", "default").new(UNKNOWN).get("webhooks").do("constructEvent", BODY, UNKNOWN, UNKNOWN),
            True,
            "signed",
        ),
        (grow("stripe", "default").new(UNKNOWN).get("webhooks").do("constructEventAsync", BODY), True, "signed"),
        (grow("unresolved", "stripe").get("webhooks").do("constructEvent", BODY), True, "signed"),
        (grow("npm:stripe@14", "Stripe").new().get("webhooks").do("constructEventAsync", BODY), True, "signed"),
        (grow("svix", "Webhook").new(UNKNOWN).do("verify", BODY, UNKNOWN), True, "signed"),
        (grow("standardwebhooks", "Webhook").new(UNKNOWN).do("verify", BODY), True, "signed"),
        (grow("@upstash/qstash", "Receiver").new({}).do("verify", {}), True, "boolean"),
        (grow("@upstash/qstash/nextjs", "verifySignatureAppRouter").call(UNKNOWN), True, "signed"),
        (grow("@clerk/nextjs/webhooks", "verifyWebhook").call(UNKNOWN), True, "signed"),
        (grow("@paddle/paddle-node-sdk", "Paddle").new().get("webhooks").do("unmarshal", BODY), True, "signed"),
        (grow("@polar-sh/sdk/webhooks", "validateEvent").call(BODY), True, "signed"),
        (grow("@octokit/webhooks", "Webhooks").new().do("verify", BODY), False, "boolean"),
        (grow("twilio", "default").do("validateRequest", UNKNOWN), False, "boolean"),
        (grow("inngest/next", "serve").call({}), True, "signed"),
        (grow("unresolved", "verifyWebhookSignature").call(BODY), False, "boolean"),
    ],
)
def test_signatures(grown, throws, result):
    found = check_of(grown.chain, SEEN)
    assert found is not None
    assert (found.kind, found.throws, found.result) == ("signature", throws, result)


@pytest.mark.parametrize(
    "grown",
    [
        grow("crypto", "timingSafeEqual").call(UNKNOWN, UNKNOWN),
        grow("crypto", "default").do("timingSafeEqual", UNKNOWN, UNKNOWN),
        grow("bcryptjs", "default").do("compare", UNKNOWN, UNKNOWN),
        grow("hmac", "compare_digest").call(UNKNOWN, UNKNOWN),
        grow("unresolved", "verifyInternalSecret").call(UNKNOWN),
    ],
)
def test_secrets_are_compared(grown):
    found = check_of(grown.chain, SEEN)
    assert found is not None
    assert (found.kind, found.throws, found.result) == ("secret", False, "boolean")


def test_a_signature_that_is_only_computed_checks_nothing():
    assert check_of(grow("crypto", "createHmac").call("sha256", UNKNOWN).chain, SEEN) is None


@pytest.mark.parametrize(
    "grown",
    [
        grow("@upstash/ratelimit", "Ratelimit").new({}).do("limit", UNKNOWN),
        grow("rate-limiter-flexible", "RateLimiterMemory").new({}).do("consume", UNKNOWN),
        grow("@arcjet/next", "default").call({}).do("protect", UNKNOWN),
        grow("unresolved", "ratelimit").do("limit", UNKNOWN),
        grow("unresolved", "checkRateLimit").call(UNKNOWN),
    ],
)
def test_rates(grown):
    found = check_of(grown.chain, SEEN)
    assert found is not None
    assert found.kind == "rate"


@pytest.mark.parametrize(
    ("grown", "library", "throws"),
    [
        (SCHEMA.do("parse", BODY), "zod", True),
        (SCHEMA.do("safeParse", BODY), "zod", False),
        (SCHEMA.do("parseAsync", BODY), "zod", True),
        (grow("zod/v4", "z").do("string").do("parse", BODY), "zod", True),
        (grow("drizzle-zod", "createInsertSchema").call(UNKNOWN).do("parse", BODY), "zod", True),
        (grow("unresolved", "bodySchema").do("safeParse", BODY), "zod", False),
        (grow("yup", "*").do("object", {}).do("validate", BODY), "yup", True),
        (grow("joi", "default").do("object", {}).do("validate", BODY), "joi", False),
    ],
)
def test_schemas(grown, library, throws):
    found = check_of(grown.chain, SEEN)
    assert found is not None
    assert (found.kind, found.says, found.throws, found.result) == ("validation", library, throws, "input")
    assert found.about == BODY


def test_valibot_takes_the_schema_first():
    found = check_of(grow("valibot", "*").do("parse", UNKNOWN, BODY).chain, SEEN)
    assert found is not None
    assert (found.says, found.about) == ("valibot", BODY)


def test_a_schema_that_is_only_built_checks_nothing():
    assert check_of(SCHEMA.chain, SEEN) is None
    assert check_of(grow("global", "JSON").do("parse", BODY).chain, SEEN) is None
    assert check_of(grow("drizzle-orm", "eq").call(UNKNOWN, UNKNOWN).chain, SEEN) is None
