"""Reading TypeScript: what the code says must come out the same however it is spelled."""

from __future__ import annotations

import pytest

from assistant.collect.code.read import read_module
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Conditional,
    Declare,
    DefineClass,
    If,
    Index,
    Lambda,
    Literal,
    Loop,
    Name,
    Record,
    RecordPattern,
    Return,
    Sequence,
    SequencePattern,
    Spread,
    Switch,
    Template,
    Throw,
    Try,
    Unary,
)


def read(text, path="a.ts"):
    module = read_module(path, text.encode())
    assert module.gaps == ()
    return module


def expression(text, path="a.ts"):
    """What the last statement of a file says."""
    return read(text, path).body[-1].expression


def plain(node):
    """A form without its offsets, to compare two spellings."""
    if isinstance(node, tuple):
        fields = zip(node._fields, node, strict=True) if hasattr(node, "_fields") else ((None, item) for item in node)
        return type(node).__name__, *(plain(value) for name, value in fields if name not in {"at", "end"})
    return node


def same(one, other, path="a.ts"):
    assert plain(read(one, path).body) == plain(read(other, path).body)


# -- everyday variants that patterns over text miss ---------------------------------------------------------------------


def test_type_arguments_do_not_take_the_await_into_the_callee():
    same("await db.execute<Row>(q)", "await db.execute(q)")
    found = expression("await db.execute<Row>(q)")
    assert isinstance(found, Await)
    assert isinstance(found.operand, Call)
    assert isinstance(found.operand.callee, Attribute)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("await a.b<T>(x)?.c!.d<U>(y)", "await a.b(x).c.d(y)"),
        ("if (!await allowed<T>(q)) stop()", "if (!(await allowed(q))) stop()"),
        ("x = a || await f<T>(q)", "x = a || (await f(q))"),
        ("typeof f<T>(q)", "typeof (f(q))"),
        ("(await f<T>(q)).rows[0]", "(await f(q)).rows[0]"),
        ("(await f<T>(q))!.rows", "(await f(q)).rows"),
        ("const { data } = await s.from<Row>('t').select('*')", "const { data } = await s.from('t').select('*')"),
    ],
)
def test_prefix_operators_stay_outside_of_typed_calls(one, other):
    same(one, other)


def test_optional_chaining_reads_like_a_chain():
    """Beside that there may be nothing: a condition on ``session?.user?.id`` may be undefined."""
    one, other = expression('supabase?.from("a").eq("id", x)'), expression('supabase.from("a").eq("id", x)')
    assert plain(one._replace(callee=other.callee)) == plain(other)
    assert [one.callee.optional, one.callee.of.callee.optional] == [False, True]


@pytest.mark.parametrize("quoted", ['"*"', "'*'", "`*`", "('*')", "'*' as const"])
def test_quotes_do_not_matter(quoted):
    same(f"q.select({quoted})", 'q.select("*")')


def test_shorthand_and_extra_fields_are_fields():
    found = expression(
        "p.findMany({ where, take: 1, 'select': { id: true }, [`omit`]: 1, ...more, [k]: 2 })"
    ).arguments[0]
    assert [(field.key, field.spread) for field in found.entries] == [
        ("where", False),
        ("take", False),
        ("select", False),
        ("omit", False),
        (None, True),
        (None, False),
    ]
    assert isinstance(found.entries[0].value, Name)


@pytest.mark.parametrize(
    "text",
    [
        "export const GET: Handler = withX(go)",
        "export const GET = withX(go) satisfies Handler",
        "export const GET = withX(go) as Handler",
        "export const GET = (withX<T>(go))!",
    ],
)
def test_a_wrapped_handler_is_a_call_however_it_is_typed(text):
    module = read(text)
    assert [(item.name, item.local) for item in module.exports] == [("GET", "GET")]
    assert isinstance(module.body[0], Declare)
    assert plain(module.body[0].value) == plain(expression("withX(go)"))


def test_return_types_and_parameter_types_leave_only_an_annotation():
    function = (
        read(
            "export async function GET(r: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {}"
        )
        .body[0]
        .function
    )
    assert function.is_async
    assert [item.annotation for item in function.parameters] == ["Request", "{ params: Promise<{ id: string }> }"]
    assert isinstance(function.parameters[1].pattern, RecordPattern)


@pytest.mark.parametrize(
    "text", ["'use server'", '"use server";', "#!/usr/bin/env node\n'use server'", "// x\n'use server'\n"]
)
def test_directives_in_any_quotes(text):
    module = read(text + "\nexport async function go() { 'use cache: private'; return 1 }")
    assert module.directives == ("use server",)
    assert module.body[0].function.directives == ("use cache: private",)
    assert isinstance(module.body[0].function.body[0], Return)


def test_raw_sql_with_type_arguments_is_a_tagged_template():
    text = "const a = await prisma.$queryRaw<{ id: string; n: Map<string, number[]> }[]>`SELECT ${x} AND ${y}`"
    found = read(text).body[0].value
    assert isinstance(found, Await)
    assert isinstance(found.operand, Template)
    assert plain(found.operand.tag) == plain(expression("prisma.$queryRaw"))
    assert found.operand.texts == ("SELECT ", " AND ", "")
    assert [value.id for value in found.operand.values] == ["x", "y"]


def test_type_arguments_over_several_lines_before_raw_sql():
    same("await prisma.$queryRaw<\n  { a: string; b: number }[]\n>`SELECT ${x}`", "await prisma.$queryRaw`SELECT ${x}`")


@pytest.mark.parametrize(
    "text",
    [
        "const a = f<typeof import('x')>()",
        "export type * from './x'",
        "export type * as T from './x'",
        "let a: import('@/lib/types').Comment[] = []",
        "function f(o: { a: import('./b').C[]; d?: import('./e').F }) {}",
        "const a = <T,>(x: T) => x",
        "class A { accessor x = 1; @Get() f(): void {} declare y: string; constructor(private readonly z: Z) { super() } }",
        "import j from './a.json' with { type: 'json' }",
        "function f<const T extends readonly string[]>(x: T): asserts x is T {}",
        "abstract class A { abstract f(): void; }",
        "const s = 'a\0b'",
    ],
)
def test_modern_typescript_leaves_no_gap(text):
    read(text)


# -- statements ------------------------------------------------------------------------------------------------------


def test_every_kind_of_statement():
    text = """
    async function all(a, b = 1, ...rest) {
      let x, y = 2
      if (a) return x; else if (b) throw new Error("no"); else go()
      for (const [k, v] of Object.entries(a)) { continue }
      for (const k in a) use(k)
      for await (const row of rows) use(row)
      for (let i = 0; i < 3; i++) use(i)
      while (a) { break }
      do { use(a) } while (b)
      outer: for (;;) { break outer }
      switch (a) { case 1: use(1); break; default: use(2) }
      try { use(a) } catch ({ message }) { use(message) } finally { use(b) }
      try { use(a) } catch { use(b) }
      use(a), use(b)
      { use(x) }
      yield x
      debugger
    }
    """
    function = read(text).body[0].function
    kinds = [type(item).__name__ for item in function.body]
    assert kinds == (
        [
            "Declare",
            "Declare",
            "If",
            "Loop",
            "Loop",
            "Loop",
            "Declare",
            "Loop",
            "Loop",
            "Loop",
            "Loop",
            "Switch",
            "Try",
            "Try",
            "Do",
            "Do",
            "Do",
            "Do",
        ]
    )
    chosen = function.body[2]
    assert isinstance(chosen, If)
    assert isinstance(chosen.otherwise[0], If)
    assert isinstance(chosen.otherwise[0].then[0], Throw)
    counted = function.body[7]
    assert isinstance(counted, Loop)
    assert isinstance(counted.test, Binary)
    assert isinstance(counted.body[-1].expression, Assign)
    switch = function.body[11]
    assert isinstance(switch, Switch)
    assert [case.test is None for case in switch.cases] == [False, True]
    first, second = function.body[12:14]
    assert isinstance(first, Try)
    assert isinstance(first.caught, RecordPattern)
    assert first.last
    assert second.caught is None
    assert second.handler
    assert [item.rest for item in function.parameters] == [False, False, True]


def test_using_is_a_declaration():
    for text in ("using db = open()", "await using db = await open()"):
        assert isinstance(read(text).body[0], Declare)


def test_types_say_nothing_and_enums_are_records():
    module = read(
        "interface A { b: string }\ntype C = A\ndeclare const d: string\ndeclare module 'x' { export const y: 1 }\n"
        "namespace N { export const z = 1 }\nfunction over(a: string): void\nexport enum E { A, B, C = 5, D, S = 'x' }"
    )
    assert len(module.body) == 1
    record = module.body[0].value
    assert isinstance(record, Record)
    assert [(field.key, field.value.value) for field in record.entries] == [
        ("A", 0),
        ("B", 1),
        ("C", 5),
        ("D", 6),
        ("S", "x"),
    ]


# -- expressions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f('a\\n\\x41\\u{1F642}\\'')", "a\nA🙂'"),
        ("f(0x1F)", 31),
        ("f(1_000)", 1000),
        ("f(10n)", 10),
        ("f(-1.5)", -1.5),
        ("f(null)", None),
        ("f(undefined)", None),
        ("f(true)", True),
        ("f('a' + `b` + \"c\")", "abc"),
        ("f(/a[/]b/gi)", "/a[/]b/gi"),
        ("f('\\ud83d')", "\ufffd"),
    ],
)
def test_values_of_literals(text, value):
    found = expression(text).arguments[0]
    assert isinstance(found, Literal)
    assert found.value == value


def test_every_kind_of_expression():
    kinds = {
        "a.b.c": Attribute,
        "a['b']": Attribute,
        "a[b]": Index,
        "new A(b)": Call,
        "[a, ...b]": Sequence,
        "a ?? b": Binary,
        "!a": Unary,
        "a ? b : c": Conditional,
        "a.b ||= c": Assign,
        "i++": Assign,
        "(a, b)()": Call,
        "() => 1": Lambda,
        "x = class extends B { go() {} }": Assign,
        "import.meta.env.KEY": Attribute,
        "sql`a ${b}`": Template,
        "<T>(b)": Name,
        "this.#secret": Attribute,
        "(0, a.b)(c)": Call,
    }
    for text, kind in kinds.items():
        assert isinstance(expression(f"({text})"), kind), text
    assert expression("new A(b)").new
    assert expression("this.#secret").name == "secret"
    assert isinstance(expression("(0, a.b)(c)").callee, Attribute)
    assert expression("(x = yield y)").value.operator == "yield"
    assert isinstance(expression("f(...a)").arguments[0], Spread)


def test_destructuring_keeps_keys_and_defaults():
    pattern = read("const { a, b: { c = 1 }, 'd-e': f, ...rest } = x").body[0].pattern
    assert [part.key for part in pattern.parts] == ["a", "b", "d-e"]
    assert pattern.parts[1].pattern.parts[0].default.value == 1
    assert pattern.rest == "rest"
    items = read("const [a, , b = 2, ...rest] = x").body[0].pattern
    assert isinstance(items, SequencePattern)
    assert [item.id if item else None for item in items.items] == ["a", None, "b"]
    assert items.rest == "rest"


def test_functions_are_called_as_what_they_are_assigned_to():
    module = read(
        "const a = async () => 1; const o = { b: function () {}, c() {}, get d() { return 1 } }; x.e = () => 2; let f = function g() {}"
    )
    assert module.body[0].value.function.name == "a"
    assert [entry.value.function.name for entry in module.body[1].value.entries] == ["b", "c", "d"]
    assert module.body[2].expression.value.function.name == "e"
    assert module.body[3].value.function.name == "g"


def test_classes_keep_methods_fields_and_decorators():
    text = """
    @Controller("a") export class A extends B implements C {
      static #count = 0
      go = async () => 1
      plain: string
      static { start() }
      constructor(private readonly db: Db) { super() }
      @Get(":id") @Auth() async read(@Param("id") id: string) { return this.#count }
      get name() { return 1 }
      set name(x) {}
      private async *stream() { yield 1 }
    }
    """
    statement = read(text).body[0]
    assert isinstance(statement, DefineClass)
    klass = statement.klass
    assert [base.id for base in klass.bases] == ["B"]
    assert [field.pattern.id for field in klass.fields] == ["count", "go"]
    assert [method.name for method in klass.methods] == ["static", "constructor", "read", "name", "name", "stream"]
    assert [len(method.decorators) for method in klass.methods] == [0, 0, 2, 1, 0, 0]  # a getter is marked
    assert klass.methods[1].parameters[0].annotation == "Db"
    assert klass.methods[2].is_async
    assert klass.decorators[0].callee.id == "Controller"
