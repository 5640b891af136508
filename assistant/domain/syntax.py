"""The intermediate form of source code: what TypeScript, JavaScript and Python have in common, as small tuples.

Readers in ``assistant.collect.code`` produce it, and everything that understands code works on it, so that nothing above them knows a
parser. Nodes are named tuples and not dataclasses because a repository has about a million of them: they are three times faster to make and
to send between processes. ``at`` and ``end`` are byte offsets into the file as it lies on disk (0-based, end exclusive).
Types, comments and literal JSX text are left out; what a reader does not know becomes ``Opaque`` with its readable children.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from assistant.domain.module import Export, Gap, Import, Module


class Literal(NamedTuple):
    """A string without substitutions, a number, a boolean, null/None/undefined, or a regular expression as its text."""

    value: str | int | float | bool | None
    """The value; a regular expression is its source text."""
    at: int
    end: int


class Name(NamedTuple):
    """An identifier that is read, or bound when it stands as a pattern; ``this``, ``self`` and ``super`` too."""

    id: str
    at: int
    end: int


class Attribute(NamedTuple):
    """``of.name``, ``of?.name``, ``of!.name`` and ``of["name"]``."""

    of: Expression
    name: str
    at: int
    end: int
    optional: bool = False
    """``of?.name``: there may be nothing."""


class Index(NamedTuple):
    """``of[key]`` where the key is computed."""

    of: Expression
    key: Expression
    at: int
    end: int


class Call(NamedTuple):
    """``callee(arguments)``; type arguments and ``?.`` are dropped; a Python keyword argument is one trailing ``Record``."""

    callee: Expression
    arguments: tuple[Expression, ...]
    new: bool
    """True for ``new X()``."""
    at: int
    end: int


class Template(NamedTuple):
    """A template string or f-string: ``texts`` has one item more than ``values``. A regular string in Python with % or .format is a Call or Binary."""

    tag: Expression | None
    """The tag, ``sql`` or ``prisma.$queryRaw``; None for a plain template."""
    texts: tuple[str, ...]
    values: tuple[Expression, ...]
    at: int
    end: int


class Field(NamedTuple):
    """One entry of a record, or an attribute of a JSX element."""

    key: str | None
    """The key; None for a computed key and for a spread."""
    value: Expression
    spread: bool
    """True for ``...value``."""
    computed: Expression | None = None
    """What a computed key is written as: ``[Role.ADMIN]: …``."""


class Record(NamedTuple):
    """An object literal, or a dict; methods and getters are entries whose value is a ``Lambda``."""

    entries: tuple[Field, ...]
    at: int
    end: int


class Sequence(NamedTuple):
    """An array, list, tuple or set literal; a spread item is a ``Spread``."""

    items: tuple[Expression, ...]
    at: int
    end: int


class Spread(NamedTuple):
    """``...value`` in a call or an array."""

    value: Expression
    at: int
    end: int


class Binary(NamedTuple):
    """Two operands. Operators as in JavaScript; ``==``/``is`` of Python is ``===``, ``!=``/``is not`` is ``!==``, ``and`` is ``&&``, ``or`` is ``||``, ``not in`` is ``not in``."""

    operator: str
    left: Expression
    right: Expression
    at: int
    end: int


class Unary(NamedTuple):
    """``!x``, ``-x``, ``typeof x``, ``void x``, ``delete x``; ``not x`` of Python is ``!``."""

    operator: str
    operand: Expression
    at: int
    end: int


class Await(NamedTuple):
    """``await operand``."""

    operand: Expression
    at: int
    end: int


class Conditional(NamedTuple):
    """``test ? yes : no``."""

    test: Expression
    yes: Expression
    no: Expression
    at: int
    end: int


class Assign(NamedTuple):
    """``target = value`` as an expression; ``operator`` is ``=``, ``+=``, ``||=``, ``??=`` ..."""

    target: Pattern | Attribute | Index
    operator: str
    value: Expression
    at: int
    end: int


class Lambda(NamedTuple):
    """A function or class used as a value."""

    function: Function
    at: int
    end: int


class Element(NamedTuple):
    """A JSX element. Literal attributes of host elements and literal children are left out, except on ``script``, ``a``, ``form``, ``iframe`` and capitalised tags."""

    tag: str
    """``div``, ``Sidebar``, ``UI.Button``; empty for a fragment."""
    attributes: tuple[Field, ...]
    children: tuple[Expression, ...]
    at: int
    end: int


class Opaque(NamedTuple):
    """Something the form has no word for: its readable children in source order."""

    children: tuple[Expression, ...]
    at: int
    end: int


Expression: TypeAlias = Any
"""Literal, Name, Attribute, Index, Call, Template, Record, Sequence, Spread, Binary, Unary, Await, Conditional, Assign, Lambda, Element or Opaque.
Spelled Any for mypy, which expands a recursive union of named tuples for minutes (decision 0012); ``isinstance`` narrows it all the same."""


class Part(NamedTuple):
    """One entry of a record pattern: ``key: pattern = default``."""

    key: str
    pattern: Pattern
    default: Expression | None


class RecordPattern(NamedTuple):
    """``{ a, b: c = 1, ...rest }``."""

    parts: tuple[Part, ...]
    rest: str | None
    at: int
    end: int


class SequencePattern(NamedTuple):
    """``[a, , b, ...rest]``; a hole is None."""

    items: tuple[Pattern | None, ...]
    rest: str | None
    at: int
    end: int


Pattern: TypeAlias = Any
"""Name, RecordPattern or SequencePattern."""


class Parameter(NamedTuple):
    """One parameter of a function."""

    pattern: Pattern
    default: Expression | None
    annotation: str
    """The declared type as text, at most 200 characters, empty when there is none; ``**`` before that of ``**kwargs``."""
    rest: bool
    """True for ``...rest``, ``*args``, ``**kwargs``."""
    decorators: tuple[Expression, ...] = ()
    """``@Param("id")`` in front of it, outermost first."""


class Function(NamedTuple):
    """A function, method or arrow; the body of ``x => expression`` is one ``Return``."""

    name: str
    """Its own name, or the name it is assigned to; empty when it has none."""
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    is_async: bool
    directives: tuple[str, ...]
    """``use server``, ``use cache``, ``use cache: private`` at the top of its body."""
    decorators: tuple[Expression, ...]
    at: int
    end: int


class Class(NamedTuple):
    """A class; fields with a value are ``Declare`` in ``fields``, constructor parameter properties are parameters of ``constructor``."""

    name: str
    bases: tuple[Expression, ...]
    methods: tuple[Function, ...]
    """Static ones too; ``constructor`` / ``__init__`` included."""
    fields: tuple[Declare, ...]
    decorators: tuple[Expression, ...]
    at: int
    end: int


class Declare(NamedTuple):
    """``const pattern = value``; Python's plain assignment to a name or tuple is one too."""

    pattern: Pattern
    value: Expression | None
    annotation: str
    at: int
    end: int


class Do(NamedTuple):
    """An expression as a statement."""

    expression: Expression
    at: int
    end: int


class If(NamedTuple):
    """``if (test) then else otherwise``."""

    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    at: int
    end: int


class Return(NamedTuple):
    """``return value``; ``yield value`` is a ``Do``."""

    value: Expression | None
    at: int
    end: int


class Throw(NamedTuple):
    """``throw value``, ``raise value``."""

    value: Expression | None
    at: int
    end: int


class Try(NamedTuple):
    """``try body catch (name) handler finally last``; Python's ``else`` is appended to ``body``."""

    body: tuple[Statement, ...]
    caught: Pattern | None
    handler: tuple[Statement, ...]
    """Empty only when there is no catch clause: one that does nothing has a null in it; several except clauses are joined."""
    last: tuple[Statement, ...]
    at: int
    end: int


class Loop(NamedTuple):
    """Any loop: ``for (const pattern of over)``, ``while (test)``; ``with`` of Python is a Declare and its body inline."""

    pattern: Pattern | None
    over: Expression | None
    test: Expression | None
    body: tuple[Statement, ...]
    at: int
    end: int


class Case(NamedTuple):
    """One case of a switch; ``test`` None is ``default``. ``match`` of Python gives Opaque tests."""

    test: Expression | None
    body: tuple[Statement, ...]


class Switch(NamedTuple):
    """``switch (subject) { cases }``."""

    subject: Expression
    cases: tuple[Case, ...]
    at: int
    end: int


class Define(NamedTuple):
    """A function declaration."""

    function: Function
    at: int
    end: int


class DefineClass(NamedTuple):
    """A class declaration."""

    klass: Class
    at: int
    end: int


class Jump(NamedTuple):
    """``break`` or ``continue``."""

    kind: str
    at: int
    end: int


Statement: TypeAlias = Any
"""Declare, Do, If, Return, Throw, Try, Loop, Switch, Define, DefineClass or Jump."""


__all__ = [
    "Assign", "Attribute", "Await", "Binary", "Call", "Case", "Class", "Conditional", "Declare", "Define",
    "DefineClass", "Do", "Element", "Export", "Expression", "Field", "Function", "Gap", "If", "Import", "Index",
    "Jump", "Lambda", "Literal", "Loop", "Module", "Name", "Opaque", "Parameter", "Part", "Pattern", "Record",
    "RecordPattern", "Return", "Sequence", "SequencePattern", "Spread", "Statement", "Switch", "Template", "Throw",
    "Try", "Unary",
]  # fmt: skip
