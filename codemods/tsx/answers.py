"""How a handler says no: the statement it already uses elsewhere, or the usual one of its kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from codemods.target import Needed
from codemods.tsx.imports import bound_names
from codemods.tsx.scope import parameters
from codemods.tsx.tree import own_nodes, pairs, text


if TYPE_CHECKING:
    from tree_sitter import Node

_UNAUTHORIZED: Final = 401
_WORDS: Final = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    400: "Invalid request",
    503: "Down for maintenance",
}
_CODES: Final = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    400: "BAD_REQUEST",
    503: "INTERNAL_SERVER_ERROR",
}
_HELPERS: Final = {
    401: ("unauthorized", "unauthorizedResponse"),
    403: ("forbidden", "forbiddenResponse", "unauthorized"),
    404: ("notFound", "notFoundResponse"),
    400: ("badRequest", "badRequestResponse"),
}
_TOLD: Final = re.compile(r"\breturn (\w+)\(\s*[\"'][^\"'\n]*[\"'],\s*4\d\d\s*\)")
"""``return failure("Not found", 404)``: words and a status, by a function of the application."""
_SAYS: Final = re.compile(r"[\"'`]|\bmessage\b")
"""Words for people in an expression: ``result.issues[0]?.message || "Invalid"``."""


class No(NamedTuple):
    """One or more statements that end the handler."""

    lines: str
    """Model text."""
    needs: tuple[Needed, ...] = ()


def answer(root: Node, function: Node, kind: str, status: int) -> No:
    """How this handler refuses.

    Args:
        root: the file.
        function: the handler.
        kind: value of an ``EntryKind``.
        status: 401, 403, 404, 400 or 503.
    """
    return (
        _own(function, status)
        or _helper(root, status)
        or _alike(function, status)
        or _usual(root, function, kind, status)
    )


def _own(function: Node, status: int) -> No | None:
    """A refusal of the same status that stands in the function already, when it names nothing that is local to its place."""
    for one in own_nodes(function):
        if one.type not in {"return_statement", "throw_statement"}:
            continue
        words = text(one)
        if not re.search(rf"\b{status}\b|\b{_CODES[status]}\b", words) or "\n" in words or "${" in words:
            continue
        if re.search(r"\b(error|err|e|issues|parsed|result)\b\.?", re.sub(r"\"[^\"]*\"|'[^']*'|\berror:", "", words)):
            continue
        return No(words.rstrip(";") + ";")
    return None


def _alike(function: Node, status: int) -> No | None:
    """A refusal of another status that says one thing in words, in the handler's own shape, with this status and its words: ``{ error: { statusCode: 405, message: "…" } }``."""
    for one in own_nodes(function):
        words = re.sub(r"\s+(?=\.)", "", re.sub(r"\s+", " ", text(one))) if one.type == "return_statement" else ""
        numbers = re.findall(r"(?<![\w.])\d+\b", words)
        said = re.findall(r"[\"']([^\"']*)[\"']", words)
        shaped = re.match(r"return (\w+\.status\((?P<pages>4\d\d)\)\.json\(|(?:Next)?Response\.json\()", words)
        if (
            shaped is None
            or not numbers
            or len(set(numbers)) > 1
            or not re.fullmatch(r"4\d\d", numbers[0])
            or len(said) != 1
        ):
            continue
        bare = re.sub(r"[\"'][^\"']*[\"']", "", words)
        names = set(re.findall(r"(?<![\w.$])[A-Za-z_$][\w$]*(?![\w$]*\s*:)", bare))
        if "`" in words or names - {"return", "NextResponse", "Response", "false", "null", shaped[1].split(".", 1)[0]}:
            continue
        made = re.sub(rf"(?<![\w.]){numbers[0]}\b", str(status), words)
        made = re.sub(r"[\"'][^\"']*[\"']", f'"{_WORDS[status]}"', made)
        made = re.sub(r",\s*(?=[)}\]])", " ", made).replace("( ", "(").replace(" )", ")")
        return No(re.sub(r"\s+\}", " }", made).rstrip(";") + ";")
    return None


def _helper(root: Node, status: int) -> No | None:
    """``return notFound();`` of the application's own answers, where the file returns it without an argument."""
    have = bound_names(root)
    for name in _HELPERS.get(status, ()):
        module = have.get(name, ("next/navigation", ""))[0]
        if not module.startswith("next/") and re.search(rf"\breturn {name}\(\)", text(root)):
            return No(f"return {name}();")
    said = _TOLD.search(text(root))
    if said is not None and (said[1] in have or re.search(rf"\bfunction {said[1]}\b|\bconst {said[1]} =", text(root))):
        return No(f'return {said[1]}("{_WORDS[status]}", {status});')
    return None


def _usual(root: Node, function: Node, kind: str, status: int) -> No:
    have = bound_names(root)
    says = _WORDS[status]
    names = [one.name for one in parameters(function)]
    body = text(function)
    if kind == "pages-api" or (len(names) > 1 and names[1] == "res"):
        response = names[1] if len(names) > 1 else "res"
        return No(f'return {response}.status({status}).json({{ error: "{says}" }});')
    if len(names) > 1 and names[1] == "reply":
        return No(f'return reply.status({status}).send({{ error: "{says}" }});')
    if kind == "procedure":
        needs = (Needed("@trpc/server", "TRPCError"),)
        return No(f'throw new TRPCError({{ code: "{_CODES[status]}" }});', needs)
    if kind in {"page", "component"}:
        name = (
            "redirect"
            if status == _UNAUTHORIZED and have.get("redirect", ("", ""))[0] == "next/navigation"
            else "notFound"
        )
        return No(f"{name}();" if name == "notFound" else 'redirect("/login");', (Needed("next/navigation", name),))
    if kind == "server-props":
        return No("return { notFound: true };")
    if kind in {"action", "service", "job", "tool"}:
        return _of_action(function, says)
    context = names[0] if names else "c"
    if kind == "endpoint" and re.search(rf"\b{re.escape(context)}\.(json|text)\(", body):
        return No(f'return {context}.json({{ error: "{says}" }}, {status});')
    if kind in {"route", "edge-function"} and (said := _plainly(function, status)):
        return No(said)
    if "NextResponse" in have or kind == "middleware" or (kind == "route" and "next/server" in text(root)):
        return No(
            f'return NextResponse.json({{ error: "{says}" }}, {{ status: {status} }});',
            (Needed("next/server", "NextResponse"),),
        )
    if "Response.json(" in text(root) or kind == "route":
        return No(f'return Response.json({{ error: "{says}" }}, {{ status: {status} }});')
    return No(f'return new Response("{says}", {{ status: {status} }});')


def _plainly(function: Node, status: int) -> str:
    """``new Response("...", { status })`` where the handler refuses in that form."""
    for one in own_nodes(function):
        if one.type == "return_statement" and re.fullmatch(
            r"return new (Next)?Response\(\s*[\"'][^\"']*[\"'],\s*\{\s*status: 4\d\d,?\s*\},?\s*\);?", text(one)
        ):
            name = "NextResponse" if "NextResponse" in text(one) else "Response"
            return f'return new {name}("{_WORDS[status]}", {{ status: {status} }});'
    return ""


def _of_action(function: Node, says: str) -> No:
    """An action answers in the shape it already answers in, every field of it, and throws when it has none."""
    for one in own_nodes(function):
        record = one.named_children[0] if one.type == "return_statement" and one.named_children else None
        if record is not None and record.type == "object" and (shape := _refusal(record, says)):
            return No(f"return {{ {shape} }};")
    return No(f'throw new Error("{says}");')


def _refusal(record: Node, says: str) -> str:
    """The fields of an object that says no with other words: an ``error`` of its own, and constants beside it."""
    out: list[str] = []
    told = False
    for key, value in pairs(record).items():
        words = text(value)
        if key == "error" and (value.type in {"string", "template_string"} or _SAYS.search(words)):
            told = True
            out.append(f'error: "{says}"')
        elif words in {"false", "null", "undefined", "[]", "{}"} and key.isidentifier():
            out.append(f"{key}: {words}")
        else:
            return ""
    return ", ".join(out) if told else ""
