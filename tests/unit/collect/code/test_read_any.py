"""Whatever lies in a repository, reading it neither raises nor points outside of the file."""

from __future__ import annotations

import pickle
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.collect.code.mask import mask, mask_faults
from assistant.collect.code.read import EXTENSIONS, LARGEST, read_module
from assistant.domain.syntax import Declare, Module


_PIECES = [
    *"(){}[]<>`'\"/\\=;:,.?!&|+*#@$ \n\r\t\0",
    *(
        "await ",
        "async ",
        "function ",
        "=> ",
        "${",
        "export ",
        "import ",
        "type ",
        "default ",
        "class ",
        "return ",
        "const ",
        "from ",
    ),
    *(
        "typeof import('x')",
        "<T[]>`",
        "</a>",
        "<a b={",
        "/*",
        "//",
        "yield ",
        "x",
        "1",
        "é",
        "🙂",
        "'use server'",
        "def f():\n  ",
        "lambda: ",
    ),
    *(
        "module.exports = ",
        "require('x')",
        "case ",
        "for (",
        "if ",
        "else ",
        "try ",
        "with ",
        "f'{",
        "match x:\n case ",
    ),
]
source = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join)
content = source.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=200)


def offsets(node):
    """Every start and end in a form, with the node they belong to."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, tuple):
            continue
        if hasattr(item, "at") and not isinstance(item, Module):
            yield item
        waiting.extend(item)


@settings(max_examples=300, deadline=None)
@given(data=content, extension=st.sampled_from(sorted(EXTENSIONS)), bom=st.booleans())
def test_any_bytes_are_read_and_every_offset_lies_in_the_file(data, extension, bom):
    data = b"\xef\xbb\xbf" + data if bom else data
    module = read_module(f"a.{extension}", data)
    for node in offsets(module):
        assert 0 <= node.at <= getattr(node, "end", node.at) <= len(data), node
    assert all(1 <= gap.line <= len(module.line_starts) for gap in module.gaps)
    assert pickle.loads(pickle.dumps(module, 5)) == module


@settings(max_examples=200, deadline=None)
@given(data=content)
@example(data=b"<T[]>`;")  # a template without an end: compiled, its text had a negative length
@example(data=b"'")
def test_lines_are_those_of_an_editor(data):
    module = read_module("a.ts", data)
    for at in range(len(data)):
        assert module.line(at) == data[:at].count(b"\n") + 1


@settings(max_examples=300, deadline=None)
@given(data=content, boldly=st.booleans())
def test_the_mask_keeps_length_and_lines(data, boldly):
    for masked in (mask(data), mask_faults(data, [(0, len(data))], boldly=boldly)):
        assert len(masked) == len(data)
        assert [at for at, byte in enumerate(masked) if byte == 10] == [
            at for at, byte in enumerate(data) if byte == 10
        ]


@pytest.mark.parametrize("extension", ["ts", "tsx", "py"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_offsets_count_bytes_behind_a_byte_order_mark_umlauts_and_carriage_returns(extension, end):
    text = f"ä = '🙂'{end}wanted = find(ä){end}"
    data = b"\xef\xbb\xbf" + text.encode()
    module = read_module(f"a.{extension}", data)
    assert module.gaps == ()
    last = module.body[-1]
    value = last.value if isinstance(last, Declare) else last.expression.value
    assert data[value.at : value.end].decode() == "find(ä)"
    assert data[value.callee.at : value.callee.end] == b"find"
    assert module.line(value.at) == 2


@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [
        ("(", "x", ")"),
        ("[", "x", "]"),
        ("f(", "x", ")"),
        ("f(() => ", "x", ")"),
        ("({a: ", "x", "})"),
        ("!", "x", ""),
        ("if (x) {", "y()", "}"),
        ("<a>", "{x}", "</a>"),
        ("`${", "x", "}`"),
        ("x ? ", "y", " : z"),
        ("", "x", ".y()"),
        ("", "x", "[0]"),
        ("", "x", " + y"),
        ("function f() {", "", "}"),
        ("const [", "x", "] = y"),
    ],
)
def test_nesting_without_end_is_cut_off_with_a_gap_and_never_overflows(opening, middle, closing):
    """A repository must not be able to stop the scan with one file."""
    deep = (opening * 100 + "\n") * 30 + middle + ("\n" + closing * 100) * 30
    for extension in ("tsx", "py"):
        module = read_module(f"a.{extension}", f"before = 1\n{deep}\n".encode())
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(4000)  # as the workers do
        try:
            assert pickle.loads(pickle.dumps(module, 5)) == module
        finally:
            sys.setrecursionlimit(before)
        if extension == "tsx" and closing not in {" + y", "", "}`", "] = y"}:
            assert module.gaps


def test_text_of_a_thousand_pieces_is_one_text():
    module = read_module("a.ts", b"const a = " + b" + ".join(b"'x'" for _ in range(1000)))
    assert module.gaps == ()
    assert module.body[0].value.value == "x" * 1000


def test_what_is_not_worth_reading_says_why():
    minified = b"!function(){" + b"a(b,c);" * 5000 + b"}()"
    cases = {
        b"x" * (LARGEST + 1): "larger",
        minified: "minified",
        "export type A = 1".encode("utf-16"): "UTF-8",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n": "LFS",
    }
    for data, reason in cases.items():
        module = read_module("a.js", data)
        assert module.body == ()
        assert reason in module.gaps[0].reason


def test_a_picture_in_a_string_is_not_minified_code():
    module = read_module(
        "a.ts", b"export const logo = 'data:image/png;base64," + b"A" * 50_000 + b"'\nexport const x = f(1)\n"
    )
    assert module.gaps == ()
    assert [item.name for item in module.exports] == ["logo", "x"]


def test_a_syntax_error_hides_only_its_own_place():
    module = read_module("a.ts", b"export const a = f()\nconst b = = ;\nexport function GET() { return a }\n")
    assert [gap.line for gap in module.gaps] == [2]
    assert [item.name for item in module.exports] == ["a", "GET"]


def test_invalid_utf8_in_a_comment_or_string_hides_nothing():
    module = read_module("a.ts", b"// \xff\xfe caf\xe9\nexport const a = f('\xe9')\n")
    assert module.gaps == ()
    assert module.body[0].value.arguments[0].value == "\ufffd"


def test_empty_files_are_empty():
    for extension in sorted(EXTENSIONS):
        module = read_module(f"a.{extension}", b"")
        assert (module.body, module.gaps, module.line_starts) == ((), (), (0,))


def test_a_file_full_of_templates_is_masked_in_one_walk():
    data = b"a > `x`;\n" * 60_000
    began = time.process_time()
    assert mask(data) == data
    assert time.process_time() - began < 5
