"""Asks who is calling before anything else happens in a handler, in the words the repository uses elsewhere.

Facts: ``lines`` (model text: declarations, then the ``if`` that refuses, or a call that refuses itself), ``names`` (names the lines
declare, comma separated), ``empty`` (expression that is
empty for a stranger, when the lines only ask: the handler's own refusal is written behind them), ``asks`` and ``instead`` (the same two, for a handler
whose answers have another shape than the lender's), ``bare`` (what the check answers is not used), ``request`` (names of the lender's parameters, comma separated), ``kind`` (of the entry), ``helper`` (the function that throws for a stranger).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.target import Edits, Refusal
from codemods.tsx.answers import answer
from codemods.tsx.insert import after, at_top, with_imports
from codemods.tsx.scope import SESSION_CALLS, parameters
from codemods.tsx.style import style_of
from codemods.tsx.tree import block_of, field, function_at, links, own_nodes, parse, plain, statements, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Needed, Target

CREDENTIALS = re.compile(
    r"(valid|verif|check|require|auth).*(key|token|credential|bearer)|authenticate|authorize", re.IGNORECASE
)
"""Names of functions that look at a key instead of a session."""
REQUIRES = re.compile(
    r"(require|assert|ensure|enforce)\w*?(session|user|auth|log_?in|signed|admin|role|permission|member|owner|staff|vendor)",
    re.IGNORECASE,
)
"""Names of functions that throw for who is not let in."""
SAYS = "Nobody is asked who they are before this runs."
_BARE = "The handler is a single expression: give it a body, and ask for the session first."
_NO_SESSION_YET = "Whoever calls this has no session yet (a provider, or somebody who signs up): verify the sender's signature, or count the tries, instead."
_ON_PURPOSE = "Its comment says that it is public on purpose: keep it so with `stanch own --public`, or take the comment away and run this again."


_PUBLIC = re.compile(
    r"(public|unauthenticated|open)\b[^.\n]{0,40}\b(endpoint|route|api|on purpose|by design)|(intentionally|deliberately) (public|open|unauthenticated)"
    r"|no (auth\w*|login|session|sign-?in) (is )?(required|needed|necessary)|without (auth\w*|login|signing in)|unauthenticated on purpose",
    re.IGNORECASE,
)


_CALLED_BY = re.compile(
    r"(?:^|/)[^/]*(?:web-?hooks?|callback|(?<![a-z])ipn|sign-?up|register|registration|forgot|reset-?password|verify-?email)(?![a-z])[^/]*/",
    re.IGNORECASE,
)
_SHARED = re.compile(r"/(?:shared?|public|embed)/\[")
"""``/api/lists/shared/[userId]``: whoever was sent the address."""
_BY_ADDRESS = "Its address says that it is shared with people who have no session: find only what is meant to be shown (by a flag or a token), or keep it so with `stanch own --public`."
_SIGNS_UP = re.compile(r"\b(?:bcrypt|bcryptjs|argon2|scrypt)\.hash\(|\bhash_?[pP]assword\(")


def left_open(function: Node, path: str) -> str:
    """Why nobody can be asked for a session here: a provider calls, somebody signs up, or the comment says so; empty when nothing speaks against it."""
    if _CALLED_BY.search(path) or _SIGNS_UP.search(text(function)):
        return _NO_SESSION_YET
    if _SHARED.search(path):
        return _BY_ADDRESS
    return _ON_PURPOSE if said_public(function) else ""


def said_public(function: Node) -> bool:
    """The comment above a handler says that nobody has to sign in."""
    one: Node | None = function
    while one is not None and one.parent is not None and one.parent.type != "program":
        one = one.parent
    said: list[str] = []
    before = one.prev_sibling if one is not None else None
    while before is not None and before.type == "comment":
        said.append(text(before))
        before = before.prev_sibling
    return any(_PUBLIC.search(words) for words in said)


def edit(source: bytes, target: Target) -> Answer:
    """Insert the guard; no edit when the handler refuses strangers already."""
    root = parse(source, target.path)
    function = function_at(root, target.function)
    if function is None:
        return Refusal("The handler could not be found in this file: add the session check by hand.")
    block = block_of(function)
    open_to = left_open(function, target.path)
    if block is None or open_to:
        return Refusal(open_to or _BARE)
    style = style_of(root, source)
    asked = identity(block)
    kind = target.facts.get("kind", "route")
    helper = target.facts.get("helper", "")
    if helper and any(called(one) == helper for one in early(block)):
        return Edits(())
    if asked is not None:
        statement, name = asked
        if refuses(block, statement, name):
            return Edits(())
        no = answer(root, function, kind, 401)
        lines = f"if (!{name}) {{\n  {no.lines}\n}}"
        return with_imports(root, source, style, [after(source, style, statement, lines, SAYS)], no.needs)
    lines, empty = target.facts.get("lines", ""), target.facts.get("empty", "")
    if target.facts.get("asks") and not _answers_alike(function, lines):
        lines, empty = target.facts["asks"], target.facts.get("instead", "")
    if target.facts.get("bare"):
        lines = re.sub(r"\A(?:const|let) \w+ = (await [^\n]*;)\Z", r"\1", lines)
    if not lines:
        return Refusal(
            "No session check was found in this repository to take as a model: add yours at the top by hand."
        )
    fitted = _fitted(function, lines, target)
    if fitted is None:
        return Refusal("The session check of this repository needs the request, and this handler does not take it.")
    lines, last, needs, names = fitted
    empty = _as_here(empty, names)
    if empty:
        no = answer(root, function, kind, 401)
        lines = (lines + "\n" if lines else "") + f"if (!{empty}) {{\n  {no.lines}\n}}"
        needs = (*needs, *no.needs)
    if last is not None and (not lines or _flat(lines) in _flat(text(block))):
        return Edits(())
    hunk = after(source, style, last, lines, SAYS) if last is not None else at_top(source, style, block, lines, SAYS)
    return with_imports(root, source, style, [hunk], needs)


def _as_here(words: str, names: dict[str, str]) -> str:
    """An expression with the names that are others in this handler."""
    for name, instead in names.items():
        words = re.sub(rf"(?<![.\w]){re.escape(name)}\b", instead, words)
    return words


def _answers_alike(function: Node, lines: str) -> bool:
    """The refusal of another action fits: it throws, or this one answers in objects too and says neither in which, nor how it refuses."""
    if not re.search(r"\breturn\b(?!;)", lines):
        return True
    answered = [one for one in own_nodes(function) if one.type == "return_statement" and one.named_children]
    own = any(re.search(r"\berror\s*:", text(one)) for one in answered)
    return (
        not own
        and field(function, "return_type") is None
        and any(one.named_children[0].type == "object" for one in answered)
    )


def identity(block: Node, *, branches: bool = False) -> tuple[Node, str] | None:
    """The first statement that asks who is calling, and an expression that is empty for a stranger.

    Args:
        block: body of the handler.
        branches: also look into ``if (req.method === ...)``.
    """
    for statement in early(block, branches=branches):
        if statement.type not in {"lexical_declaration", "variable_declaration"}:
            continue
        for one in statement.named_children:
            value = plain(field(one, "value"))
            if one.type != "variable_declarator" or value is None or value.type != "call_expression":
                continue
            chain = [name for name, _ in links(value)]
            asks = chain and (SESSION_CALLS.match(chain[-1]) or CREDENTIALS.search(chain[-1]))
            if asks and (name := _empty(field(one, "name"), chain)):
                return statement, name
    return None


def required(statement: Node, helpers: frozenset[str] = frozenset()) -> str:
    """The helper a statement calls that throws or redirects for a stranger, by its name or one of ``helpers``; empty without one."""
    name = called(statement)
    return name if name in helpers or REQUIRES.match(name) else ""


def called(statement: Node) -> str:
    """The function that a statement calls, for its effect or its answer; empty for a method and for anything else."""
    value: Node | None = None
    if statement.type == "expression_statement":
        value = plain(statement.named_children[0]) if statement.named_children else None
    elif statement.type in {"lexical_declaration", "variable_declaration"}:
        value = plain(field(statement.named_children[0], "value")) if statement.named_children else None
    if value is None or value.type != "call_expression":
        return ""
    callee = field(value, "function")
    return text(callee) if callee is not None and callee.type == "identifier" else ""


def early(block: Node, *, branches: bool = False) -> list[Node]:
    """Statements of a body, those of a ``try`` that holds everything included."""
    out: list[Node] = []
    for one in statements(block):
        out.append(one)
        body = field(one, "body") if one.type == "try_statement" else None
        if branches and one.type == "if_statement" and ".method" in text(field(one, "condition")):
            body = field(one, "consequence")
        if body is not None and body.type == "statement_block":
            out += early(body, branches=branches)
    return out


def _empty(pattern: Node | None, chain: list[str]) -> str:
    if pattern is None:
        return ""
    if pattern.type == "identifier":
        name = text(pattern)
        if CREDENTIALS.search(chain[-1]):
            return name
        if "session" in name.lower() or chain[-1] == "auth":
            return f"{name}?.user"
        return name if re.search("user|viewer|account|member", name, re.IGNORECASE) else ""
    found = [text(one) for one in _leaves(pattern)]
    for wanted in ("user", "userId", "session", "data"):
        if wanted in found:
            return f"{wanted}.user" if wanted == "data" else wanted
    return ""


def _leaves(pattern: Node) -> list[Node]:
    out: list[Node] = []
    waiting = [pattern]
    while waiting:
        one = waiting.pop()
        if one.type in {"shorthand_property_identifier_pattern", "identifier"}:
            out.append(one)
        elif one.type == "pair_pattern":
            value = field(one, "value")
            waiting += [value] if value is not None else []
        else:
            waiting += one.named_children
    return out


def refuses(block: Node, statement: Node, name: str) -> bool:
    """True when a later ``if`` looks at the name and ends the handler."""
    first = re.escape(name.split("?", maxsplit=1)[0].split(".", maxsplit=1)[0])
    for one in early(block):
        if one.type == "if_statement" and one.start_byte >= statement.end_byte:
            test = text(field(one, "condition"))
            inside = field(one, "consequence")
            if re.search(rf"\b{first}\b", test) and inside is not None and exits(inside):
                return True
    return False


def exits(inside: Node) -> bool:
    """True when a branch returns, throws, or calls something that never comes back."""
    if inside.type in {"return_statement", "throw_statement"}:
        return True
    words = text(inside)
    return any(one.type in {"return_statement", "throw_statement"} for one in own_nodes(inside)) or bool(
        re.search(r"\b(redirect|notFound|unauthorized|forbidden)\(", words)
    )


def _fitted(
    function: Node, lines: str, target: Target
) -> tuple[str, Node | None, tuple[Needed, ...], dict[str, str]] | None:
    """The lines with this handler's parameter names, without what it declares already, the statement to put them after, and names that are others here."""
    lent = [name for name in target.facts.get("request", "").split(",") if name]
    own = [one.name for one in parameters(function) if not one.path]
    for number, name in enumerate(lent):
        if not name or not re.search(rf"\b{re.escape(name)}\b", lines):
            continue
        if number >= len(own):
            return None
        lines = re.sub(rf"\b{re.escape(name)}\b", own[number], lines)
    block = block_of(function)
    assert block is not None
    last: Node | None = None
    kept = lines.split("\n")
    renamed: dict[str, str] = {}
    declared = {
        text(field(one, "name")): (statement, one) for statement in statements(block) for one in _declarators(statement)
    }
    for name in [one for one in target.facts.get("names", "").split(",") if one]:
        if name in declared:
            statement, one = declared[name]
            same = _line_of(kept, name)
            if same is not None and _same(kept[same], text(one)):
                kept.pop(same)
                last = statement
                continue
        if name in declared or name in {local.name for local in parameters(function)} or _named(function, name):
            fresh = f"caller{name[:1].upper()}{name[1:]}"
            kept = [_renamed(line, name, fresh) for line in kept]
            renamed[name] = fresh
    return "\n".join(kept), last, target.needs, renamed


def _declarators(statement: Node) -> list[Node]:
    if statement.type not in {"lexical_declaration", "variable_declaration"}:
        return []
    return [one for one in statement.named_children if one.type == "variable_declarator"]


def _named(function: Node, name: str) -> bool:
    """The function binds the name somewhere at its own level."""
    return any(
        one.type in {"identifier", "shorthand_property_identifier_pattern"}
        and text(one) == name
        and one.parent is not None
        and one.parent.type in {"variable_declarator", "object_pattern", "pair_pattern"}
        and (one.parent.type != "variable_declarator" or field(one.parent, "name") == one)
        for one in own_nodes(function)
    )


def _line_of(lines: list[str], name: str) -> int | None:
    return next((n for n, line in enumerate(lines) if re.match(rf"(const|let) {re.escape(name)} = .*;$", line)), None)


def _flat(words: str) -> str:
    return re.sub(r"[\s\"';]", "", words)


def _same(line: str, declarator: str) -> bool:
    """Written alike, whatever the quotes."""
    flat = re.compile(r"[\s\"';]")
    return flat.sub("", line.split(" ", 1)[1]) == flat.sub("", declarator)


def _renamed(line: str, name: str, fresh: str) -> str:
    if (re.search(rf"\{{[^}}]*\b{name}\b(?!:)[^}}]*\}}", line) and "=" in line) or re.match(
        rf"\s*data: \{{ {name} \}}", line
    ):
        return re.sub(rf"\b{name}\b(?=\s*[,}}])", f"{name}: {fresh}", line, count=1)
    return re.sub(rf"(?<![.\w]){name}\b(?!:)", fresh, line)
