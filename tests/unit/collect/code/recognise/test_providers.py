"""Objects that other services hold, stored files, and vectors: found by which id, in which namespace."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, client_of, query_of
from assistant.collect.code.values import UNKNOWN, caller, request
from tests.unit.collect.code.recognise.chaining import grow, pairs


SEEN = Seen("app/x.ts")
ID, ME = request("body.id"), caller("user.id")
STRIPE = grow("stripe", "default").new(UNKNOWN)
INDEX = grow("@pinecone-database/pinecone", "Pinecone").new().do("index", "docs")
S3 = grow("@aws-sdk/client-s3", "S3Client").new({})


def draft_of(grown):
    draft = query_of(grown.chain, SEEN)
    assert draft is not None
    return draft


@pytest.mark.parametrize(
    ("grown", "engine", "verb", "table", "filters"),
    [
        (STRIPE.get("subscriptions").do("retrieve", ID), "stripe", "select", "subscriptions", [("id", "eq")]),
        (STRIPE.get("subscriptions").do("cancel", ID), "stripe", "delete", "subscriptions", [("id", "eq")]),
        (
            STRIPE.get("customers").do("list", {"email": ID, "limit": 1}),
            "stripe",
            "select",
            "customers",
            [("email", "eq")],
        ),
        (
            STRIPE.get("checkout", "sessions").do("retrieve", ID, {"expand": []}),
            "stripe",
            "select",
            "checkout.sessions",
            [("id", "eq")],
        ),
        (
            grow("unresolved", "stripe").get("invoices").do("list", {"customer": ID}),
            "stripe",
            "select",
            "invoices",
            [("customer", "eq")],
        ),
        (grow("stripe", "*").get("Customer").do("retrieve", ID), "stripe", "select", "Customer", [("id", "eq")]),
        (grow("@trigger.dev/sdk/v3", "runs").do("retrieve", ID), "trigger", "select", "runs", [("id", "eq")]),
        (
            grow("@paddle/paddle-node-sdk", "Paddle").new(UNKNOWN).get("subscriptions").do("get", ID),
            "paddle",
            "select",
            "subscriptions",
            [("id", "eq")],
        ),
        (
            grow("@lemonsqueezy/lemonsqueezy.js", "cancelSubscription").call(ID),
            "lemonsqueezy",
            "delete",
            "subscription",
            [("id", "eq")],
        ),
        (
            grow("@polar-sh/sdk", "Polar").new({}).get("subscriptions").do("get", {"id": ID}),
            "polar",
            "select",
            "subscriptions",
            [("id", "eq")],
        ),
        (
            grow("openai", "default").new({}).get("files").do("retrieve", ID),
            "openai",
            "select",
            "files",
            [("id", "eq")],
        ),
        (
            grow("openai", "default").new({}).get("beta", "threads", "messages").do("list", ID),
            "openai",
            "select",
            "threads.messages",
            [("id", "eq")],
        ),
        (
            grow("@clerk/nextjs/server", "clerkClient").call().get("users").do("getUser", ID),
            "clerk",
            "select",
            "users",
            [("id", "eq")],
        ),
        (
            grow("@boxyhq/saml-jackson", "default")
            .call({})
            .get("connectionAPIController")
            .do("getConnections", {"tenant": ID, "product": "x"}),
            "jackson",
            "select",
            "connections",
            [("tenant", "eq"), ("product", "eq")],
        ),
        (
            grow("global", "ret").get("apiController").do("deleteConnections", {"clientID": ID}),
            "jackson",
            "delete",
            "connections",
            [("clientID", "eq")],
        ),
        (
            grow("octokit", "App").new({}).do("getInstallationOctokit", ID),
            "github",
            "select",
            "installationOctokit",
            [("id", "eq")],
        ),
    ],
)
def test_objects_are_found_by_their_id(grown, engine, verb, table, filters):
    draft = draft_of(grown)
    assert (draft.engine, draft.client, draft.verb, draft.table, pairs(draft)) == (
        engine,
        "provider",
        verb,
        table,
        filters,
    )


def test_a_checkout_names_its_customer():
    draft = draft_of(
        STRIPE.get("checkout", "sessions").do(
            "create", {"customer": ID, "line_items": [{"price": ID}], "metadata": {"userId": ME}}
        )
    )
    assert [column for column, _ in draft.written] == ["customer", "line_items.price", "metadata.userId"]
    draft = draft_of(STRIPE.get("subscriptions").do("update", ID, {"items": [{"price": ID}]}))
    assert (draft.filters[0], [column for column, _ in draft.written]) == (("id", "eq", ID), ["items.price"])


@pytest.mark.parametrize(
    "grown",
    [
        STRIPE.get("webhooks").do("constructEvent", ID),
        grow("resend", "Resend").new().get("emails").do("send", {}),
        grow("openai", "default").new({}).get("chat", "completions").do("create", {}),
        grow("openai", "default").new({}).get("embeddings").do("create", {}),
    ],
)
def test_what_holds_no_object(grown):
    assert query_of(grown.chain, SEEN) is None


def test_a_providers_client():
    assert client_of(STRIPE.chain) == "provider"
    assert client_of(INDEX.chain) is None


@pytest.mark.parametrize(
    ("grown", "engine", "filters"),
    [
        (INDEX.do("query", {"vector": [], "topK": 3}), "pinecone", []),
        (INDEX.do("query", {"vector": [], "filter": {"userId": {"$eq": ME}}}), "pinecone", [("userId", "eq")]),
        (INDEX.do("namespace", ME).do("query", {"vector": []}), "pinecone", [("namespace", "eq")]),
        (
            grow("@qdrant/js-client-rest", "QdrantClient")
            .new({})
            .do("search", "docs", {"filter": {"must": [{"key": "userId", "match": {"value": ME}}]}}),
            "qdrant",
            [("userId", "eq")],
        ),
        (
            grow("chromadb", "ChromaClient")
            .new()
            .do("getCollection", {"name": "docs"})
            .do("query", {"where": {"userId": ME}}),
            "chroma",
            [("userId", "eq")],
        ),
        (
            grow("@langchain/pinecone", "PineconeStore")
            .do("fromExistingIndex", UNKNOWN, {"namespace": ME})
            .do("similaritySearch", ID, 4),
            "pinecone",
            [("namespace", "eq")],
        ),
        (grow("unresolved", "vectorStore").do("similaritySearch", ID, 4), "other", []),
    ],
)
def test_searches_of_vectors(grown, engine, filters):
    draft = draft_of(grown)
    assert (draft.engine, draft.verb, pairs(draft)) == (engine, "vector", filters)


@pytest.mark.parametrize(
    ("grown", "verb", "table"),
    [
        (S3.do("send", grow("@aws-sdk/client-s3", "GetObjectCommand").new({"Bucket": "b", "Key": ID})), "select", "b"),
        (
            S3.do("send", grow("@aws-sdk/client-s3", "DeleteObjectCommand").new({"Bucket": "b", "Key": ID})),
            "delete",
            "b",
        ),
        (
            grow("@aws-sdk/s3-request-presigner", "getSignedUrl").call(
                S3, grow("@aws-sdk/client-s3", "PutObjectCommand").new({"Bucket": "b", "Key": ID})
            ),
            "sign",
            "b",
        ),
        (grow("@vercel/blob", "del").call(ID), "delete", "blob"),
        (grow("@google-cloud/storage", "Storage").new().do("bucket", "b").do("file", ID).do("download"), "select", "b"),
        (grow("boto3", "client").call("s3").do("get_object", {"Bucket": "b", "Key": ID}), "select", "b"),
    ],
)
def test_files_by_key(grown, verb, table):
    draft = draft_of(grown)
    assert (draft.engine, draft.verb, draft.table, draft.filters) == ("storage", verb, table, (("path", "eq", ID),))
