"""Imports and exports of TypeScript and CommonJS: whoever follows a call needs every form of them."""

from __future__ import annotations

import pytest

from assistant.domain.syntax import Declare, Define, Do, Literal, Name
from tests.unit.collect.code.test_read_typescript import read


def exports(text, path="a.ts"):
    return [(item.name, item.local, item.source, item.type_only) for item in read(text, path).exports]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export function GET() {}", [("GET", "GET", "", False)]),
        ("export const a = 1, b = 2", [("a", "a", "", False), ("b", "b", "", False)]),
        ("export const { GET, POST } = x", [("GET", "GET", "", False), ("POST", "POST", "", False)]),
        ("export { h as GET, type T }", [("GET", "h", "", False), ("T", "T", "", True)]),
        ("export { h as GET, default } from './x'", [("GET", "h", "./x", False), ("default", "default", "./x", False)]),
        ("export { default as GET } from './x'", [("GET", "default", "./x", False)]),
        ("export * from './x'", [("*", "*", "./x", False)]),
        ("export * as ns from './x'", [("ns", "*", "./x", False)]),
        ("export type { A } from './x'", [("A", "A", "./x", True)]),
        ("export type * from './x'", [("*", "*", "./x", True)]),
        ("export interface A {}", [("A", "A", "", True)]),
        ("export default function Page() {}", [("default", "Page", "", False)]),
        ("export default async function () {}", [("default", "default", "", False)]),
        ("export default class A {}", [("default", "A", "", False)]),
        ("export default class {}", [("default", "default", "", False)]),
        ("export default handler", [("default", "handler", "", False)]),
        ("export default handler satisfies H", [("default", "handler", "", False)]),
        ("export default wrap(handler)", [("default", "default", "", False)]),
        ("export = handler", [("default", "handler", "", False)]),
        ("export class A {}", [("A", "A", "", False)]),
        ("export enum E { A }", [("E", "E", "", False)]),
    ],
)
def test_forms_of_export(text, expected):
    assert exports(text) == expected


def test_a_default_export_is_declared_under_that_name():
    for text in ("export default wrap(handler)", "export default async () => {}", "export default { a: 1 }"):
        assert read(text).body[0].pattern.id == "default"
    assert read("export default class {}").body[0].klass.name == "default"


def test_commonjs_exports_are_exports():
    module = read("const h = 1; module.exports = { h, go() { return 1 }, runtime: 'edge', w: wrap(h) }", "a.js")
    assert [(item.name, item.local) for item in module.exports] == [
        ("h", "h"),
        ("go", "go"),
        ("w", "w"),
        ("default", "default"),
    ]
    assert module.body[-1].pattern.id == "default"
    assert [type(field.value) for field in module.body[-1].value.entries] == [Name, Name, Literal, Name]
    assert exports("exports.a = () => 1; module.exports.b = b; exports.c = void 0", "a.js") == [
        ("a", "a", "", False),
        ("b", "b", "", False),
    ]
    assert exports("exports = module.exports = handler", "a.js") == [("default", "handler", "", False)]
    assert exports("exports.a = exports.b = () => 1", "a.js") == [("a", "a", "", False), ("b", "a", "", False)]
    assert exports("module.exports = handler", "a.js") == [("default", "handler", "", False)]
    clash = read("const a = 1; exports.a = wrap(a)", "a.js")
    assert clash.exports[0].local == "exports.a" == clash.body[1].pattern.id


def test_forms_of_import():
    text = """
    import a, { b, c as d, type T } from "x"
    import type { U } from "y"
    import * as ns from "z"
    import "side"
    import old = require("old")
    const fs = require("fs"), { join: j } = require("path"), one = require("m").one
    async function f() { const { lazy } = await import("./lazy"); const all = await import("./all"); go(lazy, all) }
    const Chart = dynamic(() => import("./chart"))
    """
    module = read(text)
    assert [(item.local, item.source, item.name, item.type_only) for item in module.imports] == [
        ("a", "x", "default", False),
        ("b", "x", "b", False),
        ("d", "x", "c", False),
        ("T", "x", "T", True),
        ("U", "y", "U", True),
        ("ns", "z", "*", False),
        ("", "side", "", False),
        ("old", "old", "*", False),
        ("fs", "fs", "*", False),
        ("j", "path", "join", False),
        ("one", "m", "one", False),
        ("lazy", "./lazy", "lazy", False),
        ("all", "./all", "*", False),
    ]
    assert [type(item) for item in module.body] == [Define, Declare]
    assert [type(item) for item in module.body[0].function.body] == [Do]
    assert set(module.lazy) >= {"./lazy", "./all", "./chart"}


def test_two_functions_may_load_different_things_under_one_name():
    module = read(
        "async function a() { const { db } = await import('./a'); use(db) }\nasync function b() { const { db } = await import('./b'); use(db) }"
    )
    assert [(item.local, item.source) for item in module.imports] == [("db", "./a")]
    assert isinstance(module.body[1].function.body[0], Declare)


def test_what_is_loaded_inside_an_exported_value_is_not_exported():
    text = """
    export const go = wrap(async () => { const { told, noted } = await import("./notes"); told(noted) })
    export const { later } = require("./later")
    """
    assert [item[0] for item in exports(text)] == ["go", "later"]
