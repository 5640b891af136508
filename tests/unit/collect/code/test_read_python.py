"""Reading Python: the same words as for TypeScript, so that one set of rules judges both."""

from __future__ import annotations

from assistant.collect.code.read import read_module
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Declare,
    Define,
    DefineClass,
    Do,
    If,
    Index,
    Lambda,
    Literal,
    Loop,
    Name,
    Opaque,
    Record,
    Return,
    SequencePattern,
    Switch,
    Template,
    Throw,
    Try,
    Unary,
)


def read(text):
    module = read_module("a.py", text.encode())
    assert module.gaps == ()
    assert module.language == "py"
    return module


def value(text):
    return read(f"x = {text}\n").body[0].value


def test_keyword_arguments_are_one_trailing_record():
    call = value("f(a, *b, owner=user.id, **rest)")
    assert isinstance(call, Call)
    assert len(call.arguments) == 3
    record = call.arguments[2]
    assert isinstance(record, Record)
    assert [(field.key, field.spread) for field in record.entries] == [("owner", False), (None, True)]


def test_comparisons_speak_javascript():
    signs = {
        "a == b": "===",
        "a is b": "===",
        "a != b": "!==",
        "a is not b": "!==",
        "a in b": "in",
        "a not in b": "not in",
        "a and b": "&&",
        "a or b": "||",
    }
    for text, sign in signs.items():
        found = value(text)
        assert isinstance(found, Binary)
        assert found.operator == sign
    assert value("not a").operator == "!"
    chained = value("1 < a <= 3")
    assert (chained.operator, chained.left.operator, chained.right.operator) == ("&&", "<", "<=")


def test_sql_in_an_f_string_is_a_template():
    found = value('f"select * from t where id = {id!r} and {owner:>3}"')
    assert isinstance(found, Template)
    assert found.texts == ("select * from t where id = ", " and ", "")
    assert [item.id for item in found.values] == ["id", "owner"]
    assert isinstance(value('f"plain"'), Literal)


def test_expressions():
    kinds = {
        "a['b']": Attribute,
        "a[b]": Index,
        "await_": Name,
        "lambda q, *r: q": Lambda,
        "[r.id for r in rows if r]": Opaque,
        "{'a': 1, **b}": Record,
        "-a": Unary,
        "b'x'": Literal,
        "...": Opaque,
    }
    for text, kind in kinds.items():
        assert isinstance(value(text), kind), text
    assert value("-1").value == -1
    assert value("None").value is None
    assert [type(item) for item in value("[r.id for r in rows if r]").children] == [Name, Name, Attribute]


def test_statements():
    text = '''
async def handler(id: int, *, db: Session = Depends(get_db), **kw) -> Row:
    """Not a statement."""
    async with db.begin() as tx, lock():
        row = await tx.fetch(id)
    a = b = 1
    a, *rest = row
    row.owner = me
    row["x"] += 1
    if (n := len(row)) > 3:
        raise HTTPException(404) from None
    for r in rows:
        continue
    while n:
        break
    try:
        go()
    except (A, B) as error:
        log(error)
    except C:
        stop()
    else:
        done()
    finally:
        close()
    match row:
        case {"a": 1} if n:
            return 1
        case _:
            return 2
    assert row.owner == me
    del row.x
    yield row
    return
'''
    define = read(text).body[0]
    assert isinstance(define, Define)
    function = define.function
    assert function.is_async
    assert [(item.pattern.id, item.annotation, item.rest) for item in function.parameters] == [
        ("id", "int", False),
        ("db", "Session", False),
        ("kw", "**", True),
    ]
    assert isinstance(function.parameters[1].default, Call)
    kinds = [type(item) for item in function.body]
    assert kinds == (
        [Declare, Do, Declare, Declare, Declare, Declare, Do, Do, If, Loop, Loop, Try, Switch, If, Do, Do, Return]
    )
    opened, locked, fetched = function.body[:3]
    assert opened.pattern.id == "tx"
    assert isinstance(locked.expression, Call)
    assert isinstance(fetched.value, Await)
    assert isinstance(function.body[5].pattern, SequencePattern)
    assert isinstance(function.body[6].expression, Assign)
    assert function.body[7].expression.operator == "+="
    assert isinstance(function.body[8].test.left, Assign)
    assert isinstance(function.body[8].then[0], Throw)
    tried = function.body[11]
    assert (len(tried.body), len(tried.handler), tried.caught.id, len(tried.last)) == (2, 2, "error", 1)
    assert [case.test is None for case in function.body[12].cases] == [False, True]
    assert isinstance(function.body[13].then[0], Throw)


def test_classes_and_decorators():
    module = read(
        "@dataclass\nclass Item(BaseModel, table=True):\n    owner: str\n    id: int = 1\n"
        "    class Config:\n        extra = 'allow'\n    @property\n    def name(self): return self.id\n"
        "@app.get('/x/{id}', dependencies=[Depends(user)])\ndef read(id): ...\n"
    )
    klass = module.body[0]
    assert isinstance(klass, DefineClass)
    assert [field.pattern.id for field in klass.klass.fields] == ["owner", "id"]
    assert klass.klass.methods[0].decorators[0].id == "property"
    assert klass.klass.decorators[0].id == "dataclass"
    assert module.body[1].klass.name == "Config"
    assert module.body[2].function.decorators[0].callee.name == "get"


def test_imports_and_what_others_may_import():
    module = read(
        "import os, a.b, c.d as e\nfrom .db import session as s, User\nfrom ..x import *\n"
        "try:\n    import fast\nexcept ImportError:\n    fast = None\ndef f():\n    from .late import thing\nX = 1\n"
    )
    assert [(item.local, item.source, item.name) for item in module.imports] == [
        ("os", "os", "*"),
        ("a", "a", "*"),
        ("e", "c.d", "*"),
        ("s", ".db", "session"),
        ("User", ".db", "User"),
        ("", "..x", "*"),
        ("fast", "fast", "*"),
        ("thing", ".late", "thing"),
    ]
    names = {(item.name, item.local, item.source) for item in module.exports}
    assert {("X", "X", ""), ("f", "f", ""), ("s", "session", ".db"), ("*", "*", "..x")} <= names
    assert "thing" not in {item.name for item in module.exports}
    assert module.lazy == ("a.b",)


def test_another_version_of_python_is_a_gap_at_its_line():
    module = read_module("a.py", b"import os\nprint 'two'\n")
    assert module.body == ()
    assert [(gap.line, gap.reason) for gap in module.gaps] == [(2, "not understood")]


def test_invalid_escapes_do_not_warn():
    read("x = '\\d'\n")


def test_a_lone_carriage_return_ends_a_line_for_python_only():
    data = b"a = 1\rb = f(a)\n"
    module = read_module("a.py", data)
    assert data[module.body[1].value.at : module.body[1].value.end] == b"f(a)"
