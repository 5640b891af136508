"""Reads one file of TypeScript or JavaScript into the intermediate form.

What cannot be parsed becomes a gap and the rest of the file is still read. Nothing is raised for the content of a file.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from tree_sitter import Language
from tree_sitter_typescript import language_tsx, language_typescript

from assistant.collect.code.mask import mask, mask_faults
from assistant.collect.code.read_lines import line_of, line_starts
from assistant.collect.code.read_typescript_elements import ELEMENTS
from assistant.collect.code.read_typescript_expressions import EXPRESSIONS
from assistant.collect.code.read_typescript_functions import body_of
from assistant.collect.code.read_typescript_modules import MODULES, exports_by_assignment
from assistant.collect.code.read_typescript_state import Grammar, Reading
from assistant.collect.code.read_typescript_statements import STATEMENTS
from assistant.domain.syntax import Gap, Module


if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from assistant.domain.syntax import Statement


_MOST_GAPS: Final = 20
_UNREAD: Final = [
    "comment",
    "html_comment",
    "type_annotation",
    "type_arguments",
    "type_parameters",
    "interface_declaration",
    "type_alias_declaration",
    "ambient_declaration",
    "function_signature",
    "method_signature",
    "abstract_method_signature",
    "index_signature",
    "accessibility_modifier",
    "override_modifier",
    "implements_clause",
    "asserts_annotation",
    "type_predicate_annotation",
    "import_attribute",
    "optional_chain",
    "debugger_statement",
    "empty_statement",
    "predefined_type",
    "type_identifier",
    "nested_type_identifier",
    "generic_type",
    "union_type",
    "intersection_type",
    "object_type",
    "array_type",
    "tuple_type",
    "literal_type",
    "lookup_type",
    "conditional_type",
    "function_type",
    "constructor_type",
    "readonly_type",
    "type_query",
    "index_type_query",
    "template_literal_type",
    "type_predicate",
    "parenthesized_type",
    "this_type",
    "existential_type",
    "infer_type",
    "jsx_closing_element",
    "statement_identifier",
]
_LANGUAGES: Final = {
    "ts": "ts",
    "mts": "ts",
    "cts": "ts",
    "tsx": "tsx",
    "js": "js",
    "jsx": "js",
    "mjs": "js",
    "cjs": "js",
}


@cache
def _grammar(*, jsx: bool) -> Grammar:
    language = Language(language_tsx() if jsx else language_typescript())
    return Grammar(language, {**EXPRESSIONS, **ELEMENTS}, {**STATEMENTS, **MODULES}, _UNREAD)


def read_typescript(path: str, data: bytes) -> Module:
    """Read a file; ``path`` is relative to the repository and decides between the grammars by its extension."""
    language = _LANGUAGES[path.rpartition(".")[2]]
    grammar = _grammar(jsx=language != "ts")
    tree = _parsed(grammar, data)
    starts = line_starts(data)
    reading = Reading(grammar, data)
    directives, body = _top(reading, tree.root_node)
    gaps = [Gap(line_of(starts, at), "nested too deeply") for at in reading.nested[:_MOST_GAPS]]
    if tree.root_node.has_error:
        gaps.extend(Gap(line_of(starts, node.start_byte), "not understood") for node in _faults(tree.root_node))
    return Module(
        path=path,
        language=language,
        directives=directives,
        imports=tuple(reading.imports),
        exports=tuple(reading.exports),
        body=body,
        lazy=tuple(reading.lazy),
        gaps=tuple(sorted(set(gaps))),
        line_starts=starts,
        says_use_server=b"use server" in data,
        says_env=b"env" in data.lower(),
    )


def parse(path: str, data: bytes) -> Tree:
    """The tree alone, for measurements and for whoever rewrites a file; names and texts are cut from ``data``, not from the tree."""
    return _parsed(_grammar(jsx=_LANGUAGES[path.rpartition(".")[2]] != "ts"), data)


def _parsed(grammar: Grammar, data: bytes) -> Tree:
    """The tree with the fewest faults: of the masked bytes, else of the bytes themselves, else with more of them covered."""
    masked = mask(data)
    tree = grammar.parser.parse(masked)
    if not tree.root_node.has_error:
        return tree
    faults = _faults(tree.root_node)
    if masked is not data:
        plain = grammar.parser.parse(data)
        if len(others := _faults(plain.root_node)) < len(faults):
            tree, faults, masked = plain, others, data
    spans = [_lines(data, node) for node in faults]
    for boldly in (False, True):
        again = mask_faults(masked, spans, boldly=boldly)
        if faults and again != masked:
            other = grammar.parser.parse(again)
            if len(others := _faults(other.root_node)) < len(faults):
                tree, faults, masked = other, others, again
    return tree


def _lines(data: bytes, node: Node) -> tuple[int, int]:
    end = data.find(b"\n", node.end_byte)
    return data.rfind(b"\n", 0, node.start_byte) + 1, len(data) if end < 0 else end


def _faults(root: Node) -> list[Node]:
    """The places that could not be parsed, in source order."""
    found: list[Node] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        elif node.has_error:
            waiting.extend(node.children[::-1])
    return found[:_MOST_GAPS]


def _top(reading: Reading, root: Node) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    directives, statements = body_of(reading, root)
    if b"exports" not in reading.source:
        return directives, statements
    body: list[Statement] = []
    for statement in statements:
        if not exports_by_assignment(reading, statement, body):
            body.append(statement)
    return directives, tuple(body)
