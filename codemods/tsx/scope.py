"""What a place in a function can name: parameters and constants before it, and which of them say who is calling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from codemods.tsx.tree import FUNCTIONS, ancestors, arguments, field, links, plain, text, top_of


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

SESSION_CALLS: Final = re.compile(
    r"^(auth|currentUser|getUser|getClaims|(get|require|load|fetch|check|validate|verify|ensure|use|with)?_?"
    r"(server|current|auth|authenticated|active|my|api|action|verified)?_?(session|user|viewer|auth|identity|account|request)"
    r"(session|user|data|context|id|server)?(id)?(on_?server|from_?(request|req|session|cookies?|headers?|token|context)|or_?(throw|redirect|null|fail))?)$",
    re.IGNORECASE,
)
"""Names of functions that answer who is calling."""
_ACTORS: Final = frozenset(
    {"session", "user", "currentUser", "authUser", "viewer", "me", "ctx", "context", "auth", "account"}
)


CHECKS: Final = re.compile(r"auth|session|valid|verif|require|permission|api_?key|context|principal", re.IGNORECASE)
"""Names of functions whose answer may hold the caller, when the file reads an id from it."""


_CONTEXT: Final = (
    *("user.id", "session.user.id", "userId", "auth.userId", "session.userId", "user.userId", "user_id"),
    *("state.userId", "state.user.id"),
)
"""Where contexts keep who is calling."""
_GIVES_ID: Final = re.compile(r"(?:[uU]ser|[cC]aller|[vV]iewer|[aA]ccount)_?[iI]d(?![a-z])")
"""Functions that answer an id."""
_OWN_ROW: Final = re.compile(
    r"^(?:\w+\.)+(?:users?|profiles?|accounts?|members?)\.find(?:Unique|First)(?:OrThrow)?\(\s*\{\s*where:\s*\{\s*"
    r"(?P<key>email|clerk(?:User)?Id|auth(?:User)?Id|externalId|supabase(?:User)?Id|firebaseUid)\s*"
    r"(?::\s*(?:\{\s*equals:\s*)?(?P<said>[\w.?!]+)[^{}]*\}?)?\s*,?\s*\}"
)
Paths: TypeAlias = "Mapping[str, tuple[str, ...]]"
"""Function to the paths that are read from its answer."""
NO_PATHS: Final[Paths] = {}
"""Nothing is read from answers elsewhere."""


class Local(NamedTuple):
    """One name that can be used at a place."""

    name: str
    value: Node | None
    """What it was made from; None for a parameter."""
    path: tuple[str, ...]
    """Keys it was taken out by: ``const { data: { user } } = x`` gives user the path ``data, user``."""
    node: Node
    """Where it is bound."""


def locals_before(node: Node) -> list[Local]:
    """Names in scope, the nearest first: constants of enclosing blocks before the node, and parameters of enclosing functions."""
    out: list[Local] = []
    inner = node
    for one in ancestors(node):
        if one.type in {"statement_block", "program", "switch_case"}:
            for statement in reversed(one.named_children):
                if statement.end_byte <= inner.start_byte:
                    out += _declared(statement)
        elif one.type in FUNCTIONS:
            out += parameters(one)
        inner = one if one.type in {"statement_block", *FUNCTIONS} or one.parent is None else inner
        if one.parent is not None and one.parent.type in {"statement_block", "program", "switch_case"}:
            inner = one
    return out


def parameters(function: Node) -> list[Local]:
    """Names that the parameters of a function bind."""
    held = field(function, "parameters")
    if held is None:
        single = field(function, "parameter")
        return list(_bound(single, None, ())) if single is not None else []
    out: list[Local] = []
    for one in held.named_children:
        pattern = field(one, "pattern")
        if pattern is not None:
            out += _bound(pattern, None, ())
    return out


def _declared(statement: Node) -> list[Local]:
    out: list[Local] = []
    shown = field(statement, "declaration") or statement
    if shown.type in {"lexical_declaration", "variable_declaration"}:
        for one in shown.named_children:
            if one.type == "variable_declarator" and (name := field(one, "name")) is not None:
                out += _bound(name, field(one, "value"), ())
    return out


def _bound(pattern: Node, value: Node | None, path: tuple[str, ...]) -> Iterator[Local]:
    if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
        own = path if pattern.type == "identifier" else (*path, text(pattern))
        yield Local(text(pattern), value, own, pattern)
    elif pattern.type == "object_pattern":
        yield from _left_over(pattern, value, path)
        for one in pattern.named_children:
            if one.type == "pair_pattern":
                inner = field(one, "value")
                if inner is not None:
                    yield from _bound(inner, value, (*path, text(field(one, "key"))))
            elif one.type == "object_assignment_pattern":
                left = field(one, "left")
                if left is not None:
                    yield from _bound(left, value, path)
            elif one.type == "shorthand_property_identifier_pattern":
                yield from _bound(one, value, path)
    elif pattern.type == "assignment_pattern" and (left := field(pattern, "left")) is not None:
        yield from _bound(left, value, path)
    elif pattern.type == "array_pattern":
        for one in pattern.named_children:
            yield from _bound(one, value, path)


def _left_over(pattern: Node, value: Node | None, path: tuple[str, ...]) -> Iterator[Local]:
    """``...rest``: what is left of it, and never the whole."""
    for one in pattern.named_children:
        if one.type == "rest_pattern" and one.named_children:
            yield Local(text(one.named_children[0]), value, (*path, "..."), one.named_children[0])


def callers(node: Node, paths: Paths = NO_PATHS) -> list[str]:
    """Expressions that are the caller's id at a place, the surest first."""
    return callers_among(locals_before(node), paths)


def callers_at_end(block: Node, paths: Paths = NO_PATHS) -> list[str]:
    """The same behind the last statement of a body, of a ``try`` that ends it as well."""
    inside = [one for one in block.named_children if one.type != "comment"]
    held = field(inside[-1], "body") if inside and inside[-1].type == "try_statement" else None
    if held is not None and (found := callers_at_end(held, paths)):
        return found
    return callers_among([*_declared(inside[-1]), *locals_before(inside[-1])], paths) if inside else []


def paths_of(said: str) -> Paths:
    """``validateApiKey=userId;ctx=user.id`` by name."""
    return {name: tuple(held.split(",")) for name, _, held in (part.partition("=") for part in said.split(";")) if name}


def callers_among(known: list[Local], paths: Paths) -> list[str]:
    """The same among names that are known."""
    out: list[str] = []
    for one in known:
        expression = _id_of(one, known)
        if expression:
            out.append(_as_read(one, expression, paths))
        elif one.value is None and one.name == "ctx" and paths.get("ctx") and in_wrapper(one.node):
            out.append(f"ctx.{paths['ctx'][0]}")
    for one in known:
        out += [f"{one.name}.{path[1:]}" for path in read_from(one, paths) if path.startswith("@")]
        value = plain(one.value)
        if (
            value is not None
            and value.type == "call_expression"
            and CHECKS.search((links(value) or [("", value)])[-1][0])
        ):
            out += [
                f"{one.name}.{path}"
                for path in read_from(one, paths)
                if path in {"userId", "user.id", "user_id", "session.user.id"}
            ]
    return list(dict.fromkeys(out))


_OF_PERSON = ("user.id", "userId", "user_id", "uid", "sub", "id", "user.userId", "session.user.id", "accountId")


def _as_read(one: Local, expression: str, paths: Paths) -> str:
    """``session.userId`` where every other handler reads that of the same answer, and nobody ``session.user.id``."""
    head, _, rest = expression.partition(".")
    seen = read_from(one, paths)
    if head != one.name or not rest or not seen or rest.replace("?", "").replace("!", "") in seen:
        return expression
    better = next((path for path in _OF_PERSON if path in seen), "")
    return f"{head}.{better}" if better else expression


def _id_of(one: Local, known: list[Local]) -> str | None:
    """The id of the caller that a name leads to."""
    if one.value is None:
        return _parameter_id(one)
    value = plain(one.value)
    if value is None:
        return None
    if value.type == "call_expression" and _asks_session(value):
        found = _session_id(one.name, one.path, [name for name, _ in links(value)])
        return found or _used_id(one)
    if (
        value.type == "call_expression"
        and CHECKS.search((links(value) or [("", value)])[-1][0])
        and not _by_argument(value)
    ):
        return _used_id(one)
    if value.type == "call_expression" and _finds_caller(value, known):
        return f"{one.name}.id" if not one.path else None
    if value.type in {"member_expression", "identifier"}:
        return _derived(one, text(value).replace("?.", ".").replace("!", ""), known)
    return None


def _finds_caller(call: Node, known: list[Local]) -> bool:
    """``prisma.users.findFirst({ where: { email: verifiedEmail } })``: the row of whoever the session named by an address, or by the provider's id."""
    found = _OWN_ROW.search(text(call))
    said = (found["said"] or found["key"]) if found is not None else ""
    root = re.split(r"[.?!]", said, maxsplit=1)[0]
    made = next((plain(one.value) for one in known if one.name == root and one.value is not None), None)
    chain = [name for name, _ in links(made)] if made is not None and made.type == "call_expression" else []
    return bool(chain) and (SESSION_CALLS.match(chain[-1]) or CHECKS.search(chain[-1])) is not None


def _asks_session(call: Node) -> bool:
    chain = [name for name, _ in links(call)]
    return bool(chain) and SESSION_CALLS.match(chain[-1]) is not None and not _by_argument(call)


def _by_argument(call: Node) -> bool:
    """``getUser(id)`` and ``getUser({ id })`` look somebody up; ``getUser()`` asks who is calling."""
    callee = plain(field(call, "function"))
    if callee is not None and callee.type == "member_expression" and ".auth" in text(callee):
        return False
    words = " ".join(text(one) for one in arguments(call))
    return bool(re.search(r"[iI]d\b|email", words))


def _session_id(name: str, path: tuple[str, ...], chain: list[str]) -> str | None:
    last = path[-1] if path else ""
    if last in {"userId", "user_id", "uid", "sub"} or (not path and name in {"userId", "user_id", "uid"}):
        return name
    if last == "user" or (not path and re.search(r"user$|^me$|viewer|member$", name, re.IGNORECASE)):
        return f"{name}.id"
    if last == "data" and chain[-1] == "getUser":
        return f"{name}.user.id"
    if last == "session" or (not path and "session" in name.lower()):
        return f"{name}.user.id"
    if not path and chain[-1] == "auth" and name != "auth":
        return f"{name}.user.id"
    if not path and chain[-1] in {"requireUser", "currentUser", "getCurrentUser"}:
        return f"{name}.id"
    if not path and _GIVES_ID.search(chain[-1]) and re.search(r"[iI]d$", name):
        return name  # `callerUserId` of `getCurrentUserId()`
    return None


def _parameter_id(one: Local) -> str | None:
    """Wrappers and builders hand the caller over as a parameter; other parameters say nothing about who is calling."""
    name = one.path[-1] if one.path else one.name
    held = bool(one.path)
    if held and name == "userId":
        return one.name if in_wrapper(one.node) else None
    if held and name in {"user", "currentUser"} and in_wrapper(one.node):
        return f"{one.name}.id"
    if held and name == "session" and in_wrapper(one.node):
        return f"{one.name}.user.id"
    if not held and name in {"userId", "user", "session"} and _behind_request(one.node):
        return {"userId": name, "user": f"{name}.id", "session": f"{name}.user.id"}[name]
    if name in {"ctx", "context"} and in_wrapper(one.node):
        return _context_id(one)
    if not held and name in {"req", "request", "c"} and in_wrapper(one.node):
        return _carried_id(one)
    return None


def in_wrapper(node: Node) -> bool:
    """The function is an argument of a call: ``withSession(async ({ session }) => …)``, ``.query(({ ctx }) => …)``."""
    for one in ancestors(node):
        if one.type in FUNCTIONS:
            return one.parent is not None and one.parent.type == "arguments"
    return False


def _behind_request(node: Node) -> bool:
    """``withAuth(async (request, context, userId) => …)``: the wrapper hands it over behind what it was called with."""
    for one in ancestors(node):
        if one.type in FUNCTIONS:
            call = one.parent.parent if one.parent is not None and one.parent.type == "arguments" else None
            callee = field(call, "function")
            first = parameters(one)[:1]
            return callee is not None and callee.type == "identifier" and all(each.node.id != node.id for each in first)
    return False


def _carried_id(one: Local) -> str | None:
    """``req.user.id``, ``c.get("user").id``: what middleware put there, as the file itself reads it, the surest way first."""
    root = top_of(one.node)
    ways = r"(?:user|auth|session\.user)[?!]?\.(?:id|userId|sub)|userId|get\([\"'](?:user|session)[\"']\)[?!]?(?:\.user)?[?!]?\.id|get\([\"']userId[\"']\)"
    found = re.findall(rf"\b{re.escape(one.name)}\.(?:{ways})(?![\w(])", text(root))
    return min(found, key=lambda way: ("?" in way, -found.count(way), way), default=None)


def _context_id(one: Local) -> str | None:
    """``ctx.user.id`` or ``ctx.session.user.id``: whichever the file itself uses."""
    root = top_of(one.node)
    words = text(root)
    for path in _CONTEXT:
        parts = r"[?!]?\.".join(re.escape(part) for part in path.split("."))
        if re.search(rf"\b{re.escape(one.name)}[?!]?\.{parts}\b", words):
            return f"{one.name}.{path}"
    return None


def _used_id(one: Local) -> str | None:
    """The id that the file itself reads from a value: ``auth.userId``, ``check.user.id``."""
    if one.path and one.path[-1] in {"userId", "user_id"}:
        return one.name
    if one.path and one.path[-1] == "user":
        return f"{one.name}.id"
    return _context_id(one) if not one.path or one.path[-1] in {"session", "auth", "ctx", "data"} else None


def _derived(one: Local, words: str, known: list[Local]) -> str | None:
    """``const userId = session.user.id``, ``const { user } = session``."""
    root = words.split(".", 1)[0]
    origin = next((local for local in known if local.name == root and local.node.id != one.node.id), None)
    if origin is None or _id_of_root(origin, known) is None:
        return None
    full = ".".join([*words.split(".")[1:], *one.path])
    if full.endswith(("user.id", "userId", "sub")) or (full == "id" and origin.name in _ACTORS):
        return one.name
    return f"{one.name}.id" if full.endswith("user") else None


def _id_of_root(origin: Local, known: list[Local]) -> str | None:
    return _id_of(origin, [local for local in known if local.node.start_byte < origin.node.start_byte])


def cast_as_elsewhere(node: Node, value: str) -> str:
    """``(session.user as CustomUser).id`` where the file writes it so, or imports the type for it."""
    found = re.fullmatch(r"(\w+)\.user\.id", value)
    if found is None:
        return value
    root = top_of(node)
    words = text(root)
    named = re.search(r"\(\s*\w+\.user\s+as\s+(\w+)\s*\)", words) or re.search(
        r"import\s+(?:type\s+)?\{[^}]*\b(CustomUser|SessionUser|AuthUser)\b[^}]*\}", words
    )
    return f"({found[1]}.user as {named[1]}).id" if named else value


def names_before(node: Node) -> frozenset[str]:
    """Local names that can be used at a place."""
    return frozenset(one.name for one in locals_before(node))


def read_from(one: Local, paths: Paths) -> tuple[str, ...]:
    """What the repository reads elsewhere from the answer of the function that a name was made by."""
    value = plain(one.value)
    if one.path or value is None or value.type != "call_expression":
        return ()
    chain = links(value)
    return paths.get(chain[-1][0], ()) if chain else ()


def flat(name: str) -> str:
    """``team_id`` and ``teamId`` are the same word."""
    return name.replace("_", "").lower()
