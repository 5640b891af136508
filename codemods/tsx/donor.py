"""Reads the session check of one handler, so that another can be given the same: declarations, the ``if`` that refuses, imports.

Lends nothing that depends on more than imports, its own declarations and the handler's parameters.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.domain.fixes import Hunk
from assistant.text.edits import apply_hunks
from codemods.target import Needed
from codemods.tsx.guard import early, exits, identity, required
from codemods.tsx.imports import bound_names
from codemods.tsx.scope import callers, parameters
from codemods.tsx.tree import around, block_of, field, function_at, parse, plain, statement_of, statements, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

_GLOBALS = frozenset(
    {"Response", "Error", "Promise", "process", "Request", "URL", "console", "undefined", "JSON", "Boolean", "String"}
)
_ROLE = re.compile(r"admin|role|permission|owner|staff|super|manager|moderator|vendor|seller", re.IGNORECASE)
_ASKS_SECRET = re.compile(r"secret|cron|authori[sz]|bearer|token", re.IGNORECASE)
"""Conditions that ask for a shared secret."""
_ASKS_ROLE = re.compile(
    r"admin|role|permission|privilege|owner|staff|super|manager|moderator|allowed|authori[sz]|scope|\b(is|has|can|may)[A-Z]|forbid|entitle",
    re.IGNORECASE,
)
"""What a check that asks for more than a session speaks of."""


class Lent(NamedTuple):
    """A session check that can be written elsewhere."""

    lines: str
    """Model text."""
    needs: tuple[Needed, ...]
    """Imports, with specifiers as the lender writes them."""
    names: tuple[str, ...]
    """Names it declares."""
    request: tuple[str, ...]
    """The lender's parameters, by position; empty text where the check does not use one."""
    caller: str
    """The caller's id after it."""
    asks: str
    """Its declarations alone."""
    empty: str
    """Expression that is empty for a stranger; nothing when the check ends the handler itself."""
    role: bool = False
    """It asks for more than a session: only neighbours may take it over."""
    helper: str = ""
    """The function that throws for a stranger."""
    local: bool = False
    """It uses a function that its file declares: only handlers of the same file can take it over."""


def lend(source: bytes, path: str, function: tuple[int, int], helpers: frozenset[str] = frozenset()) -> Lent | None:
    """The check at the top of a handler; None when there is none that could stand elsewhere.

    Args:
        source: the file.
        path: its path.
        function: byte range of the handler.
        helpers: functions that are known to end the handler for a stranger, whatever they are called.
    """
    root = parse(source, path)
    handler = function_at(root, function)
    block = block_of(handler)
    if handler is None or block is None:
        return None
    asked = identity(block, branches=True)
    if asked is None:
        return _throwing(source, root, handler, block, helpers)
    statement, name = asked
    siblings = statements(statement.parent) if statement.parent is not None else []
    refusal = _refusal(siblings, statement, name)
    if refusal is None:
        return _throwing(source, root, handler, block, helpers)
    imports = bound_names(root)
    taken = _with_what_it_needs([one for one in siblings if one.end_byte <= statement.start_byte], statement, imports)
    chosen = [*taken, statement, refusal]
    if _acts([*taken, statement]):
        return None
    end = next((one for one in siblings if one.start_byte >= refusal.end_byte), None)
    # a key may say no more than that its holder is let in: who that is, is then not known behind it
    found = callers(end if end is not None else _last_inside(block)) or [""]
    lent = _standing(source, root, handler, chosen)
    return lent and lent._replace(
        caller=found[0],
        asks="\n".join(model_of(source, one) for one in chosen[:-1]),
        empty=name,
        role=_ROLE.search(text(field(refusal, "condition"))) is not None,
    )


def lend_at(
    source: bytes, path: str, function: tuple[int, int], at: tuple[int, int], *, role: bool = False
) -> Lent | None:
    """The ``if`` of a line that is known to refuse strangers, with what it is made from: ``if (isAuthError(auth)) return auth.response``; None where it could not stand elsewhere."""
    root = parse(source, path)
    handler = function_at(root, function)
    block = block_of(handler)
    check = statement_of(around(root, at)) if block is not None else None
    inside = field(check, "consequence")
    if handler is None or check is None or check.type != "if_statement" or inside is None or not exits(inside):
        return None
    siblings = statements(check.parent) if check.parent is not None else []
    imports = bound_names(root)
    taken = _with_what_it_needs([one for one in siblings if one.end_byte <= check.start_byte], check, imports)
    if _acts(taken) or not any("await" in text(one) for one in taken):
        return None
    lent = _standing(source, root, handler, [*taken, check])
    return lent and lent._replace(role=role or _ROLE.search(lent.lines) is not None)


def _standing(source: bytes, root: Node, handler: Node, chosen: list[Node]) -> Lent | None:
    """Statements of a handler as they would stand elsewhere; None where they need more than imports, functions of their file and the handler's parameters."""
    imports, beside = bound_names(root), _functions(root)
    declared = [name for one in chosen for name in declares(one)]
    own = [one.name for one in parameters(handler) if not one.path]
    free = free_names(chosen) - set(declared) - _GLOBALS
    if free - set(imports) - set(own) - beside:
        return None
    lines = "\n".join(model_of(source, one) for one in chosen)
    return Lent(
        lines=lines,
        needs=tuple(Needed(*_import(imports, used)) for used in sorted(free & set(imports))),
        names=tuple(declared),
        request=tuple(one if one in free else "" for one in own),
        caller="",
        asks=lines,
        empty="",
        local=bool(free & beside),
    )


def _functions(root: Node) -> set[str]:
    """Functions that the file declares at its top."""
    out: set[str] = set()
    for one in root.named_children:
        shown = field(one, "declaration") or one
        if shown.type == "function_declaration":
            out.add(text(field(shown, "name")))
        elif shown.type == "lexical_declaration":
            for each in shown.named_children:
                value = field(each, "value")
                if value is not None and value.type in {"arrow_function", "function_expression", "function"}:
                    out.add(text(field(each, "name")))
    return out


def _throwing(source: bytes, root: Node, handler: Node, block: Node, helpers: frozenset[str]) -> Lent | None:
    """A helper that ends the handler itself (``await requireUser()``), with the ``if`` that looks at its answer, when there is one."""
    found = next(((one, name) for one in early(block) if (name := required(one, helpers))), None)
    if found is None:
        return None
    statement, helper = found
    siblings = statements(statement.parent) if statement.parent is not None else []
    imports = bound_names(root)
    chosen = [
        *_with_what_it_needs([one for one in siblings if one.end_byte <= statement.start_byte], statement, imports)
    ]
    chosen.append(statement)
    if _acts(chosen):
        return None
    answered = set(declares(statement))
    following = next((one for one in siblings if one.start_byte >= statement.end_byte), None)
    inside = field(following, "consequence")
    if following is not None and following.type == "if_statement" and inside is not None and exits(inside):
        test = field(following, "condition")
        if test is not None and answered and answered & free_names([test]):
            chosen.append(following)
    lent = _standing(source, root, handler, chosen) if helper in {*imports, *_functions(root)} else None
    asked = " ".join([helper, *map(text, chosen[-1:])])
    return lent and lent._replace(role=_ROLE.search(asked) is not None, helper=helper)


def rebased(need: Needed, lender: str, borrower: str) -> Needed:
    """The same import seen from another file: relative specifiers are told anew."""
    if not need.module.startswith("."):
        return need
    there = posixpath.normpath(posixpath.join(posixpath.dirname(lender), need.module))
    path = posixpath.relpath(there, posixpath.dirname(borrower) or ".")
    if path == ".":
        # the module beside the folder of the same name, not the folder's index
        path = f"../{posixpath.basename(there)}"
    return need._replace(module=path if path.startswith(".") else f"./{path}")


def _import(imports: dict[str, tuple[str, str]], local: str) -> tuple[str, str, str]:
    module, name = imports[local]
    return module, name, "" if name == local else local


def _refusal(siblings: list[Node], statement: Node, name: str) -> Node | None:
    """The ``if`` that follows within two statements and looks at nothing else."""
    first = name.split("?", maxsplit=1)[0].split(".", maxsplit=1)[0]
    later = [one for one in siblings if one.start_byte >= statement.end_byte][:2]
    for one in later:
        inside = field(one, "consequence")
        test = text(field(one, "condition"))
        if one.type == "if_statement" and inside is not None and re.search(rf"!\s*{re.escape(first)}\b", test):
            return one if exits(inside) and field(one, "alternative") is None else None
    return None


_ACTS = re.compile(
    r"(?<![\w$])(?:\w+\.)*(?:create|insert|update|upsert|delete|destroy|remove|save|send|publish|enqueue|dispatch|log|track|record|increment)\w*\("
)
"""Calls that do something: what stands before a check of another handler must not be done here."""


def _acts(chosen: list[Node]) -> bool:
    """More than asking is done in what a check is made from; what makes a client does nothing."""
    words = " ".join(text(one) for one in chosen)
    return _ACTS.search(re.sub(r"\bcreate\w*(?:Client|Supabase)\w*\(", "(", words)) is not None


def _with_what_it_needs(earlier: list[Node], statement: Node, imports: dict[str, tuple[str, str]]) -> list[Node]:
    """Declarations before it that it uses, and what they use."""
    wanted = free_names([statement]) - set(imports)
    out: list[Node] = []
    for one in reversed(earlier):
        if wanted & set(declares(one)):
            out.insert(0, one)
            wanted |= free_names([one]) - set(imports)
    return out


def _callee(statement: Node) -> str:
    """What a statement calls, without what it is called with."""
    call = plain(statement.named_children[0]) if statement.named_children else None
    return text(field(call, "function")) if call is not None and call.type == "call_expression" else ""


def declares(statement: Node) -> list[str]:
    """Names that a statement binds."""
    if statement.type not in {"lexical_declaration", "variable_declaration"}:
        return []
    out: list[str] = []
    for one in statement.named_children:
        pattern = field(one, "name")
        leaves = walk(pattern) if pattern is not None else ()
        out += [text(leaf) for leaf in leaves if leaf.type in {"identifier", "shorthand_property_identifier_pattern"}]
    return out


def free_names(nodes: list[Node]) -> set[str]:
    """Names that are read."""
    return {
        text(leaf)
        for one in nodes
        for leaf in walk(one)
        if leaf.type in {"identifier", "shorthand_property_identifier"} and not _is_bound(leaf)
    }


def _is_bound(leaf: Node) -> bool:
    one = leaf
    while one.parent is not None and one.parent.type in {"object_pattern", "pair_pattern", "array_pattern"}:
        one = one.parent
    return one.parent is not None and one.parent.type == "variable_declarator" and field(one.parent, "name") == one


def _last_inside(block: Node) -> Node:
    inside = statements(block)
    return inside[-1] if inside else block


def model_of(source: bytes, statement: Node) -> str:
    """A statement as model text: double quotes, semicolons, two spaces."""
    hunks = []
    for one in walk(statement):
        if one.type in {"lexical_declaration", "return_statement", "throw_statement", "expression_statement"}:
            words = text(one)
            if not words.endswith(";") and statement_of(one) == one:
                hunks.append(Hunk(at=one.end_byte, end=one.end_byte, text=";", says=""))
        elif one.type == "string" and text(one).startswith("'") and '"' not in text(one) and "\\" not in text(one):
            hunks.append(Hunk(at=one.start_byte, end=one.end_byte, text=f'"{text(one)[1:-1]}"', says=""))
    unique = {(hunk.at, hunk.end): hunk for hunk in hunks}
    start, end = statement.start_byte, statement.end_byte
    inside = [hunk for hunk in unique.values() if start <= hunk.at and hunk.end <= end]
    whole = apply_hunks(source[:end], inside).decode()[len(source[:start].decode()) :]
    return _dedented(whole, statement.start_point.column)


def _dedented(words: str, column: int) -> str:
    """Indentation relative to the statement, in steps of two."""
    lines = words.replace("\r\n", "\n").split("\n")
    inner = [len(line) - len(line.lstrip()) - column for line in lines[1:] if line.strip()]
    step = min((one for one in inner if one > 0), default=2)
    out = [lines[0]]
    for line in lines[1:]:
        depth = max(0, len(line) - len(line.lstrip()) - column)
        out.append(" " * (2 * round(depth / step)) + line.strip())
    return "\n".join(out)


class LentCheck(NamedTuple):
    """An ``if`` that asks for a role."""

    lines: str
    """Model text."""
    needs: tuple[Needed, ...]
    """Imports."""
    uses: tuple[str, ...]
    """Names the borrower must know."""


def lend_check(
    source: bytes, path: str, function: tuple[int, int], at: tuple[int, int], *, secret: bool = False
) -> LentCheck | None:
    """The check of a role (or of a shared secret) on a line of a handler, with the constants it is made from; None when it ends nothing."""
    root = parse(source, path)
    handler = function_at(root, function)
    block = block_of(handler)
    if handler is None or block is None:
        return None
    check: Node | None = statement_of(around(root, at))
    siblings = statements(check.parent) if check is not None and check.parent is not None else []
    if check is not None and check.type in {"lexical_declaration", "variable_declaration"}:
        later = [one for one in siblings if one.start_byte >= check.end_byte]
        check = later[0] if later else None
    inside = field(check, "consequence")
    is_call = check is not None and check.type == "expression_statement"
    if check is None or not (is_call or (check.type == "if_statement" and inside is not None and exits(inside))):
        return None
    asks = _callee(check) if is_call else text(field(check, "condition"))
    if not (_ASKS_SECRET if secret else _ASKS_ROLE).search(asks):
        return None  # it stands on the way to the role, and asks for something else
    imports = bound_names(root)
    earlier = [one for one in siblings if one.end_byte <= check.start_byte]
    asked = identity(block, branches=True)
    base = [one for one in earlier if asked is None or one.start_byte > asked[0].start_byte]
    chosen = [*_with_what_it_needs(base, check, imports), check]
    if _acts(chosen[:-1] if not is_call else chosen):
        return None
    declared = {name for one in chosen for name in declares(one)}
    free = free_names(chosen) - declared - _GLOBALS
    used = sorted(free & set(imports))
    return LentCheck(
        lines="\n".join(model_of(source, one) for one in chosen),
        needs=tuple(Needed(*_import(imports, name)) for name in used),
        uses=tuple(sorted(free - set(imports))),
    )
