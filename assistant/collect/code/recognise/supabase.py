"""Supabase: PostgREST chains, functions of the database, storage, the administration of users, live changes."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    fields_of,
    is_true,
    items_of,
    literal,
    options,
    package_of,
    template_of,
)
from assistant.collect.code.recognise.conditions import Condition, either, negated, operator
from assistant.collect.code.recognise.own_answers import asks_about_caller, refuses
from assistant.collect.code.recognise.postgrest import columns_of, conditions_in, optional
from assistant.collect.code.recognise.supabase_clients import client_of, in_context, is_package
from assistant.collect.code.values import UNKNOWN, Chain, Shape, Step, Value, text_of
from assistant.domain.code import ClientKind


_VERBS = frozenset({"select", "insert", "update", "upsert", "delete"})
_COMPARED = {
    "eq": "eq",
    "neq": "neq",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
    "is": "eq",
    "is_": "eq",
    "isDistinct": "neq",
    "in": "in",
    "in_": "in",
    "notIn": "nin",
    "like": "like",
    "ilike": "like",
    "likeAllOf": "like",
    "likeAnyOf": "like",
    "ilikeAllOf": "like",
    "ilikeAnyOf": "like",
    "contains": "contains",
    "cs": "contains",
    "containedBy": "match",
    "contained_by": "match",
    "overlaps": "match",
    "rangeGt": "match",
    "rangeGte": "match",
    "rangeLt": "match",
    "rangeLte": "match",
    "rangeAdjacent": "match",
    "textSearch": "match",
    "text_search": "match",
    "regexMatch": "match",
}
_SINGLE = frozenset({"single", "maybeSingle", "maybe_single"})
_STORAGE = {
    "download": "select",
    "list": "select",
    "listV2": "select",
    "info": "select",
    "exists": "select",
    "upload": "upload",
    "uploadToSignedUrl": "upload",
    "update": "upload",
    "remove": "delete",
    "move": "update",
    "copy": "update",
    "createSignedUrl": "sign",
    "createSignedUrls": "sign",
    "createSignedUploadUrl": "sign",
    "create_signed_url": "sign",
    "create_signed_urls": "sign",
}
_ADMIN = {
    "getUserById": "select",
    "get_user_by_id": "select",
    "listUsers": "select",
    "list_users": "select",
    "createUser": "insert",
    "create_user": "insert",
    "inviteUserByEmail": "insert",
    "invite_user_by_email": "insert",
    "updateUserById": "update",
    "update_user_by_id": "update",
    "deleteUser": "delete",
    "delete_user": "delete",
    "generateLink": "sign",
    "generate_link": "sign",
    "signOut": "call",
    "deleteFactor": "delete",
    "listFactors": "select",
}
_SEARCH = re.compile(r"^match_|_match$|similar|semantic|vector|embedding|hybrid_search|nearest", re.IGNORECASE)
_OPENINGS = frozenset({"from", "from_", "table", "schema", "storage", "channel", "createSignedUploadUrls"})
"""Calls that only begin to ask."""
_STARTS = frozenset({"from", "from_", "table", "rpc", "schema", "storage", "auth", "channel"})


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A query of a Supabase chain; None for anything else."""
    start = next((number for number, step in enumerate(chain.steps) if step.name in _STARTS), None)
    if start is None or chain.steps[-1].name in _OPENINGS:
        return None
    owned = is_package(package_of(chain.source))
    if not owned and chain.source not in NOBODYS and not chain.source.startswith(("@", "~", ".", "#")):
        return None
    kind = client_of(chain, chain.steps[:start])
    if kind is None and (owned or not _shaped(chain.steps[start:])):
        if not owned:
            return None
        kind = ClientKind.UNKNOWN
    client = in_context(kind or ClientKind.UNKNOWN, seen).value
    steps = chain.steps[start:]
    first = steps[0].name
    if first == "storage":
        return _storage(steps, client)
    if first == "auth":
        return _admin(steps, client)
    if first == "channel":
        return _live(steps, client)
    return _rows(steps, client)


def _shaped(steps: tuple[Step, ...]) -> bool:
    """True for ``.from("x").select(…)`` and the like on an object nobody knows."""
    names = [step.name for step in steps]
    if names[0] in {"from", "from_", "table"}:
        return len(steps) > 1 and bool(literal(steps[0])) and names[1] in _VERBS and steps[1].arguments is not None
    if names[0] == "schema":
        return len(steps) > 1 and _shaped(steps[1:])
    if names[0] == "storage":
        return len(steps) > 1 and names[1] in {"from", "from_"}
    if names[0] == "auth":
        return len(steps) > 1 and names[1] == "admin"
    return names[0] == "rpc" and bool(literal(steps[0]))


def _rows(steps: tuple[Step, ...], client: str) -> Draft | None:
    schema = ""
    if steps[0].name == "schema":
        schema, steps = literal(steps[0]), steps[1:]
    if not steps:
        return None
    if steps[0].name == "rpc":
        return _function(steps, client, schema)
    if steps[0].name not in {"from", "from_", "table"} or len(steps) < 2:  # noqa: PLR2004 - from and a verb
        return None
    at = next((number for number, step in enumerate(steps) if step.name in _VERBS and step.arguments is not None), None)
    if at is None:
        return None
    verb, rest = steps[at].name, steps[at + 1 :]
    columns: tuple[str, ...] | None = ()
    if verb == "select":
        columns = () if is_true(at_path(options(steps[at]), "head")) else columns_of(argument(steps[at], 0))
    else:
        again = next((step for step in rest if step.name == "select"), None)
        columns = columns_of(argument(again, 0)) if again else ()
    conditions = _conditions(rest)
    beside = optional(argument(steps[at], 0)) if verb == "select" else frozenset()
    below = [one for one in conditions if one[0].partition(".")[0] in beside and "." in one[0]]
    conditions = [one for one in conditions if one not in below]
    written = fields_of(argument(steps[at], 0)) if verb in {"insert", "update", "upsert"} else ()
    if verb == "upsert":
        conditions += _conflict(steps[at], dict(written))
    return Draft(
        engine="supabase",
        client=client,
        verb=verb,
        table=_qualified(schema, steps[0]),
        columns=columns,
        filters=tuple(conditions),
        written=written,
        single=any(step.name in _SINGLE for step in rest),
        many=verb == "select" and columns != () and not any(step.name in _SINGLE for step in rest),
        may_be_empty=verb == "select" and not any(step.name == "single" for step in rest),
        wraps=("data",),
        lazy=steps[-1].name != "execute",
        below=tuple((name.rpartition(".")[0], name.rpartition(".")[2], how, value) for name, how, value in below),
    )


def _qualified(schema: str, step: Step) -> str:
    name = literal(step)
    return f"{schema}.{name}" if schema not in {"", "public"} and name else name


def _conflict(step: Step, written: dict[str, Value]) -> list[Condition]:
    """The row that an upsert meets: found by its conflict columns, by its primary key otherwise."""
    named = text_of(at_path(options(step) if len(step.arguments or ()) > 1 else None, "onConflict")) or "id"
    found: list[Condition] = []
    for column in (part.strip() for part in named.split(",")):
        value = written.get(column)
        if value is not None:
            found.append((column, "eq", value))
    return found


def _function(steps: tuple[Step, ...], client: str, schema: str) -> Draft:
    name = literal(steps[0])
    given = fields_of(argument(steps[0], 1))
    searched = _SEARCH.search(name) or any("embedding" in key or key == "query_vector" for key, _ in given)
    again = next((step for step in steps[1:] if step.name == "select"), None)
    return Draft(
        engine="supabase",
        client=client,
        verb="vector" if searched else "call",
        table=f"{schema}.{name}" if schema not in {"", "public"} and name else name,
        columns=columns_of(argument(again, 0)) if again else None,
        filters=(*((key, "eq", value) for key, value in given), *_conditions(steps[1:])),
        single=any(step.name in _SINGLE for step in steps[1:]),
        may_be_empty=asks_about_caller(name) and not refuses(name),
        wraps=("data",),
        lazy=steps[-1].name != "execute",
    )


def _conditions(steps: tuple[Step, ...]) -> list[Condition]:
    out: list[Condition] = []
    for step in steps:
        if step.arguments is None:
            continue
        name = step.name
        if name in _COMPARED and len(step.arguments) > 1:
            out.append((literal(step), _COMPARED[name], argument(step, 1) or UNKNOWN))
        elif name == "match":
            out += [(key, "eq" if key != "*" else "match", value) for key, value in fields_of(argument(step, 0))]
        elif name in {"filter", "not", "not_"} and len(step.arguments) > 2:  # noqa: PLR2004 - column, operator, value
            value = argument(step, 2) or UNKNOWN
            asked: list[Condition] = [(literal(step), operator(literal(step, 1)), value)]
            out += asked if name == "filter" else negated(asked)
        elif name in {"or", "or_"}:
            out += _either(step)
    return out


def _either(step: Step) -> list[Condition]:
    written = template_of(argument(step, 0))
    if written is None:
        return [("", "match", argument(step, 0) or UNKNOWN)]
    table = text_of(at_path(options(step), "referencedTable") or at_path(options(step), "foreignTable"))
    branches = conditions_in(*written)
    if table:
        branches = [[(f"{table}.{column}", how, value) for column, how, value in branch] for branch in branches]
    return either(branches, written=True)


def _storage(steps: tuple[Step, ...], client: str) -> Draft | None:
    bucket = next((step for step in steps if step.name in {"from", "from_"}), None)
    last = steps[-1]
    if bucket is None or last is bucket or last.name not in _STORAGE or last.arguments is None:
        return None
    verb = _STORAGE[last.name]
    paths = [
        each
        for number in ((0, 1) if last.name in {"move", "copy"} else (0,))
        for each in items_of(argument(last, number))
    ]
    return Draft(
        engine="storage",
        client=client,
        verb=verb,
        table=literal(bucket),
        columns=() if verb in {"upload", "delete", "update"} else None,
        filters=tuple(("path", "eq", value) for value in paths),
        written=(("path", paths[0]),) if verb == "upload" and paths else (),
        single=verb in {"select", "sign"},
        wraps=("data",),
    )


def _admin(steps: tuple[Step, ...], client: str) -> Draft | None:
    last = steps[-1]
    names = [step.name for step in steps]
    if "admin" not in names or last.name not in _ADMIN or last.arguments is None:
        return None
    verb = _ADMIN[last.name]
    by_id = verb in {"select", "update", "delete", "call"} and last.name not in {"listUsers", "list_users"}
    first = argument(last, 0)
    written = fields_of(argument(last, 1)) if verb == "update" else ()
    filters: tuple[Condition, ...] = (("id", "eq", first),) if by_id and first is not None else ()
    if verb in {"insert", "sign"}:
        written = fields_of(first) if isinstance(first, Shape) else ((("email", first),) if first is not None else ())
        filters = ()
    return Draft(
        engine="supabase",
        client=client,
        verb=verb,
        table="auth.users",
        columns=() if verb == "delete" else None,
        filters=filters,
        written=written,
        single=last.name not in {"listUsers", "list_users"},
        wraps=("data",),
    )


def _live(steps: tuple[Step, ...], client: str) -> Draft | None:
    last = steps[-1]
    if last.name != "on" or literal(last) != "postgres_changes":
        return None
    asked = argument(last, 1)
    filters: list[Condition] = []
    written = template_of(at_path(asked, "filter"))
    if written is not None:
        text, values = written
        column, _, rest = text.partition("=")
        filters = either(conditions_in(f"{column}.{rest}", values)) if rest else []
    elif at_path(asked, "filter") is not None:
        filters = [("", "match", at_path(asked, "filter") or UNKNOWN)]
    return Draft(
        engine="supabase",
        client=client,
        verb="select",
        table=text_of(at_path(asked, "table")) or "",
        filters=tuple(filters),
    )
