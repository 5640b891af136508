"""Vector stores: what is searched, in which namespace, with which filter. Without either, every tenant's text answers."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    items_of,
    literal,
    options,
    package_of,
)
from assistant.collect.code.recognise.conditions import Condition, either, operator
from assistant.collect.code.recognise.supabase_clients import client_of
from assistant.collect.code.values import UNKNOWN, Chain, Shape, Step, Value, text_of, unwrapped
from assistant.domain.code import ClientKind


_ENGINES = (
    ("pinecone", ("@pinecone-database/", "pinecone")),
    ("weaviate", ("weaviate-client", "weaviate-ts-client", "weaviate")),
    ("qdrant", ("@qdrant/", "qdrant_client")),
    ("chroma", ("chromadb", "chromadb-client")),
    ("upstash-vector", ("@upstash/vector",)),
    ("turbopuffer", ("@turbopuffer/",)),
    ("milvus", ("@zilliz/", "pymilvus")),
)
_SEARCHES = frozenset(
    {
        "query",
        "search",
        "searchBatch",
        "queryPoints",
        "query_points",
        "recommend",
        "nearText",
        "nearVector",
        "near_text",
        "near_vector",
        "hybrid",
        "bm25",
        "nearObject",
        "fetchObjects",
        "fetch_objects",
        "searchRecords",
        "do",
    }
)
_FETCHES = frozenset({"fetch", "retrieve", "get", "getById", "scroll", "listPaginated", "peek", "fetchObjectById"})
_WRITES = {
    "upsert": "upsert",
    "add": "insert",
    "insert": "insert",
    "insertMany": "insert",
    "upsertRecords": "upsert",
    "update": "update",
    "deleteOne": "delete",
    "deleteMany": "delete",
    "deleteAll": "delete",
    "delete": "delete",
    "deleteById": "delete",
    "upsertPoints": "upsert",
}
_STORES = re.compile(
    r"(?:Vector_?Store|VectorDB|PineconeStore|SupabaseVectorStore|PGVectorStore|Chroma|QdrantVectorStore|WeaviateStore|retriever)$",
    re.IGNORECASE,
)
_SIMILAR = re.compile(
    r"^(?:a?similarity_?search|asRetriever$|as_retriever$|a?max_marginal|maxMarginal|getRelevantDocuments|a?get_relevant)",
    re.IGNORECASE,
)
_COLLECTIONS = frozenset(
    {"collection", "getCollection", "get_collection", "getOrCreateCollection", "get_or_create_collection"}
)
_IN_MEMORY = re.compile(r"^(?:Memory|InMemory|SimpleVector|Faiss|FAISS|HNSWLib)\w*$")
"""Stores that hold what this very run put into them: the rows that it read are judged by themselves."""
_NAMED_CONDITIONS = re.compile(r"filter|where", re.IGNORECASE)


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A search or a write of a vector store; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None or last.new:
        return None
    package = package_of(chain.source)
    engine = next((name for name, prefixes in _ENGINES if package.startswith(prefixes)), "")
    del seen
    if _IN_MEMORY.match(chain.name) and any(step.name.startswith(("from", "add")) for step in chain.steps[:-1]):
        return None
    if _SIMILAR.match(last.name) and (engine or "langchain" in package or "llama" in package or _is_store(chain)):
        draft = _draft(engine or _engine_of(chain), "vector", _store(chain), _stored(chain, last))
        return draft._replace(client=kind.value) if (kind := _client_within(chain)) is not None else draft
    if engine:
        return _known(engine, chain, last)
    if chain.source in NOBODYS and last.name == "query" and at_path(options(last), "vector") is not None:
        return _draft("pinecone", "vector", _store(chain), _conditions(chain, last))
    return None


def _is_store(chain: Chain) -> bool:
    return any(_STORES.search(word) for word in (chain.name, *(step.name for step in chain.steps)) if word)


def _engine_of(chain: Chain) -> str:
    words = " ".join((chain.source, chain.name, *(step.name for step in chain.steps))).lower()
    return next((name for name in ("pinecone", "weaviate", "qdrant", "chroma", "supabase") if name in words), "other")


def _client_within(chain: Chain) -> ClientKind | None:
    """As whom a store over Supabase searches: with the client that it was made of."""
    given = (at_path(one, "client") for step in chain.steps for one in step.arguments or ())
    client = next((unwrapped(one) for one in given if one is not None), None)
    kind = client_of(client) if isinstance(client, Chain) else None
    return kind if kind is not None and not kind.bypasses else None


def _known(engine: str, chain: Chain, last: Step) -> Draft | None:
    names = [step.name for step in chain.steps]
    if last.name == "do" and "withClassName" not in names:
        return None
    if last.name in _SEARCHES:
        return _draft(
            engine, "vector", _store(chain), _conditions(chain, last), lazy=engine == "weaviate" and last.name == "do"
        )
    if last.name in _FETCHES and len(names) > 1 and engine != "weaviate":
        found = _conditions(chain, last)
        first = argument(last, 0)
        ids = [("id", "in", each) for each in items_of(first) if not isinstance(each, Shape)]
        return _draft(engine, "select", _store(chain), [*ids, *found])
    if last.name in _WRITES and len(names) > 1:
        first = argument(last, 0)
        given = _conditions(chain, last)
        if _WRITES[last.name] == "delete":
            given += [("id", "in", each) for each in items_of(first) if not isinstance(each, Shape)]
        written = tuple(("metadata", each) for each in items_of(first)) if _WRITES[last.name] != "delete" else ()
        return _draft(engine, _WRITES[last.name], _store(chain), given)._replace(written=written, columns=())
    return None


def _store(chain: Chain) -> str:
    """Name of the index, collection or class."""
    for step in chain.steps:
        if step.name in {
            "index",
            "Index",
            "collection",
            "getCollection",
            "get_collection",
            "getOrCreateCollection",
            "get_or_create_collection",
            "withClassName",
            "get",
            "use",
            "namespace",
        }:
            found = literal(step) or text_of(at_path(argument(step, 0), "name")) or ""
            if found and step.name != "namespace":
                return found
        if step.name in _SEARCHES and literal(step):
            return literal(step)
    return text_of(at_path(options(chain.steps[0]), "tableName")) or "index" if chain.steps else "index"


def _conditions(chain: Chain, last: Step) -> list[Condition]:
    out: list[Condition] = []
    for step in chain.steps:
        if step.name in {"namespace", "withTenant", "with_tenant"} and step.arguments:
            out.append(("namespace" if step.name == "namespace" else "tenant", "eq", argument(step, 0) or UNKNOWN))
        elif step.name in {"index", "Index"} and len(step.arguments or ()) > 1:
            space = step.arguments[-1] if step.arguments else None
            if space is not None and not isinstance(space, Shape):
                out.append(("namespace", "eq", space))
        elif step.name in _COLLECTIONS and (name := _computed_name(step)) is not None:
            out.append(("collection", "eq", name))
        elif step.name in {"withWhere", "with_where"}:
            out += filters_in(argument(step, 0))
    for value in last.arguments or ():
        out += _asked(value)
    return out


def _computed_name(step: Step) -> Value | None:
    """A collection of somebody's own: ``getCollection({ name: `docs-${userId}` })``; None for a name that is written in the code."""
    first = argument(step, 0)
    name = at_path(first, "name") if isinstance(first, Shape) else first
    return name if name is not None and text_of(name) is None and not isinstance(name, Shape) else None


def _asked(value: Value) -> list[Condition]:
    out: list[Condition] = []
    if not isinstance(value, Shape):
        return out
    for key, each in value.fields.items():
        if key == "namespace":
            out.append(("namespace", "eq", each))
        elif key == "tenant":
            out.append(("tenant", "eq", each))
        elif _NAMED_CONDITIONS.search(key):
            out += filters_in(each)
    return out


def filters_in(value: Value | None, depth: int = 0) -> list[Condition]:
    """Conditions of the stores' filter objects: ``{ userId: { $eq: x } }``, ``{ must: [{ key, match: { value } }] }``, ``{ path, operator, valueText }``."""
    if value is None or depth > 6:  # noqa: PLR2004 - deeper than filters nest
        return []
    if not isinstance(value, Shape):
        return [("", "match", value)]
    key = text_of(value.fields.get("key"))
    if key:
        found = at_path(value, "match", "value") or at_path(value, "match", "any") or at_path(value, "match") or UNKNOWN
        return [(key.removeprefix("metadata."), "eq", found)]
    path = next((text_of(each) for each in items_of(value.fields.get("path")) if text_of(each)), None)
    compared = next((each for name, each in value.fields.items() if name.startswith("value")), None)
    if path and compared is not None:
        return [(path, "eq", compared)]
    out: list[Condition] = []
    for name, each in value.fields.items():
        if name in {"$or", "should", "or"}:
            out += either([filters_in(item, depth + 1) for item in items_of(each)], written=True)
        elif name in {"$and", "must", "operands", "filter", "and"}:
            out += [one for item in items_of(each) for one in filters_in(item, depth + 1)]
        elif name in {"must_not", "$not", "operator"}:
            continue
        elif isinstance(each, Shape) and each.fields and all(word.startswith("$") for word in each.fields):
            out += [(name, operator(word), one) for word, one in each.fields.items()]
        else:
            out.append((name, "eq", each))
    return out + [("", "match", rest) for rest in value.rest]


def _stored(chain: Chain, last: Step) -> list[Condition]:
    """What LangChain's stores are limited to: when they are made, or when they are asked."""
    out: list[Condition] = []
    for step in chain.steps[:-1]:
        for value in step.arguments or ():
            out += _asked(value)
    for number, value in enumerate(last.arguments or ()):
        if isinstance(value, Shape):
            asked = _asked(value)
            out += asked or (filters_in(value) if number >= 1 and not last.name.startswith("as") else [])
        elif number > 1:
            out.append(("", "match", value))
    return out


def _draft(engine: str, verb: str, table: str, filters: list[Condition], *, lazy: bool = False) -> Draft:
    return Draft(engine=engine, client="provider", verb=verb, table=table, filters=tuple(filters), lazy=lazy)
