"""Raw SQL as far as the rules need it: the verb, the tables, conditions that compare a column with a value, and columns written.

A scanner and no parser: it never fails, and what it does not understand it leaves out. Identifiers keep the case they are written in.
"""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import spread
from assistant.collect.code.recognise.conditions import Condition, either, operator
from assistant.collect.code.recognise.sqljoins import asked_apart, keeps_all
from assistant.collect.code.values import UNKNOWN, Constant, Shape, Value


_MAXIMUM = 4000
_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$\d+|\$\w+\$|%\(\w+\)s|%s|\?\d*|:[A-Za-z_]\w*|@[A-Za-z_]\w*|::|<=>|<->|<\#>|<>|!=|<=|>=|->>|->|\|\||[A-Za-z_][\w$]*|\d+(?:\.\d+)?|\S""",
    re.DOTALL | re.VERBOSE,
)
_HOLE = re.compile(r"^(?:\$\d+|\?\d*|%s|%\(\w+\)s|:[A-Za-z_]\w*|@[A-Za-z_]\w*)$")
_QUOTED = re.compile(r"^'[^']*\$(\d+)[^']*'$")
"""``WHERE id = '${id}'``: a value that the code put between quotes by itself."""
_NAME = re.compile(r'^(?:[A-Za-z_][\w$]*|"(?:[^"]|"")*"|`[^`]*`)$')
_END = frozenset(
    {
        "where",
        "group",
        "order",
        "limit",
        "returning",
        "having",
        "union",
        "on",
        "set",
        "values",
        "using",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "lateral",
        "for",
        "window",
        "offset",
        "intersect",
        "except",
    }
)
_BLOCK_ENDS = frozenset(
    {"group", "order", "limit", "returning", "union", "join", "inner", "left", "right", "window", "where", ";", "set"}
    | {"select"}
)
_VERBS = {
    "select": "select",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
    "call": "call",
    "merge": "upsert",
    "replace": "upsert",
    "truncate": "delete",
    "exec": "call",
    "copy": "select",
}


class Statement:
    """One statement, cut into words."""

    def __init__(self, text: str, values: tuple[Value, ...]) -> None:
        """Cut ``text``; ``values`` stand for its holes in order, or by number for ``$n``."""
        self.words = [word for word in _TOKEN.findall(text[:_MAXIMUM]) if not word.startswith(("--", "/*"))]
        self.low = [word.lower() for word in self.words]
        self.values = values
        self.holes: dict[int, Value] = {}
        count = 0
        for number, word in enumerate(self.words):
            if (put := _QUOTED.match(word)) and int(put[1]) <= len(values):
                self.holes[number] = self._at(int(put[1]) - 1)
            if not _HOLE.match(word) or (number and self.words[number - 1] == "::"):
                continue
            if word.startswith("$") or (word.startswith("?") and word[1:]):
                self.holes[number] = self._at(int(word[1:]) - 1)
            elif word[0] in ":@" or word.startswith("%("):
                self.holes[number] = self._by_name(
                    word.strip(":@%()s") if word.startswith("%(") is False else word[2:-2]
                )
            else:
                self.holes[number] = self._at(count)
                count += 1

    def _at(self, number: int) -> Value:
        return self.values[number] if 0 <= number < len(self.values) else UNKNOWN

    def _by_name(self, name: str) -> Value:
        for value in self.values:
            if isinstance(value, Shape) and name in value.fields:
                return value.fields[name]
        return self.values[0] if len(self.values) == 1 and not isinstance(self.values[0], Shape) else UNKNOWN

    def verb(self) -> tuple[str, int]:
        """Verb and the place of its word; behind ``WITH`` the first writing verb, else the outer ``select``."""
        if not self.low:
            return "", 0
        depth, found = 0, ("", 0)
        for number, word in enumerate(self.low):
            depth += (word == "(") - (word == ")")
            if word in _VERBS and self._begins(number):
                if word in {"insert", "update", "delete", "merge"}:
                    return _VERBS[word], number
                if depth == 0 and not found[0]:
                    found = (_VERBS[word], number)
        return found

    def _begins(self, number: int) -> bool:
        before = self.low[number - 1] if number else ""
        if self.low[number] in {"update", "delete"} and before in {"for", "on", "do"}:
            return False
        return not number or before in {"(", ")", ";", "as", "explain", "analyze", "recursive"} or before == "all"

    def name_at(self, number: int) -> tuple[str, int]:
        """A possibly qualified name and the place behind it; ``public`` is dropped."""
        parts: list[str] = []
        while number < len(self.words) and _NAME.match(self.words[number]):
            parts.append(self.words[number].strip('"`'))
            number += 1
            if number < len(self.words) and self.words[number] == ".":
                number += 1
                continue
            break
        return ".".join(part for part in parts if part.lower() != "public" or len(parts) == 1), number

    def tables(self) -> dict[str, str]:
        """Alias to table, in the order written; a table without alias is its own."""
        out: dict[str, str] = {}
        for number, word in enumerate(self.low):
            if word not in {"from", "join", "into", "update", "using"} or (
                word == "update" and not self._begins(number)
            ):
                continue
            if word == "from" and number > 1 and self.low[number - 2] in {"extract", "trim", "substring"}:
                continue
            after = number + 1
            while after < len(self.low) and self.low[after] in {"only", "lateral", "ignore"}:
                after += 1
            while True:
                name, behind = self.name_at(after)
                if (
                    not name
                    or name.lower() in _END
                    or (behind < len(self.words) and self.words[behind] == "(" and word != "into")
                ):
                    break
                alias = name
                if behind < len(self.low) and self.low[behind] == "as":
                    behind += 1
                if (
                    behind < len(self.low)
                    and _NAME.match(self.words[behind])
                    and self.low[behind] not in _END | {"default", "select"}
                ):
                    alias = self.words[behind].strip('"`')
                    behind += 1
                out.setdefault(alias, name)
                if behind < len(self.low) and self.words[behind] == "," and word == "from":
                    after = behind + 1
                    continue
                break
        return out

    def conditions(self, begin: int = 0) -> list[Condition]:
        """Conditions after WHERE and ON; those joined by OR on one level are alternatives."""
        out: list[Condition] = []
        apart = asked_apart(self.words) if "exists" in self.low else []
        for number in range(begin, len(self.low)):
            if self.low[number] in {"where", "on", "having"} and not any(number in one for one in apart):
                found, end = self._block(number + 1)
                on = self.low[number] == "on"
                out += [] if on and (self._conflict(number) or keeps_all(self.words, number, end)) else found
        return out

    def _conflict(self, number: int) -> bool:
        return number + 1 < len(self.low) and self.low[number + 1] in {"conflict", "duplicate", "delete", "update"}

    def _block(self, number: int, limit: int = 400) -> tuple[list[Condition], int]:
        branches: list[list[Condition]] = [[]]
        called = 0
        for _ in range(limit):
            if number >= len(self.low):
                break
            word = self.low[number]
            if (word == ")" and not called) or word in _BLOCK_ENDS:
                break
            called += (word == "(" and self._called(number)) - (word == ")")
            if word == "or":
                branches.append([])
            elif word == "(" and not self._called(number):
                inner, number = self._block(number + 1)
                branches[-1] += inner
            found = self._compared(number)
            if found is not None:
                branches[-1].append(found)
            number += 1
        return (either(branches, written=True) if len(branches) > 1 else branches[0]), number

    def _called(self, number: int) -> bool:
        return (
            number > 0
            and bool(_NAME.match(self.words[number - 1]))
            and self.low[number - 1] not in {"and", "or", "not", "where", "on", "in"}
        )

    def _compared(self, number: int) -> Condition | None:
        """``column = hole`` or ``hole = column`` or ``hole = any(column)`` around an operator."""
        word = self.low[number]
        if word not in {"=", "<>", "!=", "<", ">", "<=", ">=", "in", "like", "ilike", "is", "between"}:
            return None
        column = self._column_before(number)
        negative = number > 0 and self.low[number - 1] == "not"
        how = operator(word)
        if negative:
            column, how = self._column_before(number - 1), "nin" if word == "in" else "match"
        value = self._value_after(number + 1)
        if value is not None and column:
            opened = number + 1 < len(self.low) and self.low[number + 1] == "any"
            return column, "in" if opened and how == "eq" else how, value
        if column is None and number and (number - 1) in self.holes:
            after = number + 1
            if after + 1 < len(self.low) and self.low[after] == "any":
                after += 2
            name, _ = self.name_at(after)
            return (name, how, self.holes[number - 1]) if name else None
        return None

    def _column_before(self, number: int) -> str | None:
        number -= 1
        if number >= 1 and self.words[number - 1] == "::":
            number -= 2
        if number >= 0 and self.words[number] == ")":
            number -= 1
            while number > 0 and self.words[number] == ")":
                number -= 1
            if number >= 1 and self.words[number - 1] == "::":
                number -= 2
        if number < 0 or not _NAME.match(self.words[number]):
            return None
        parts = [self.words[number].strip('"`')]
        while number >= 2 and self.words[number - 1] == "." and _NAME.match(self.words[number - 2]):  # noqa: PLR2004 - a dot and a name
            number -= 2
            parts.insert(0, self.words[number].strip('"`'))
        return ".".join(parts)

    def _value_after(self, number: int) -> Value | None:
        for step in range(number, min(number + 5, len(self.words))):
            if step in self.holes:
                return self.holes[step]
            word = self.low[step]
            if word.startswith("'"):
                return Constant(self.words[step].strip("'"))
            if word in {"true", "false", "null"} or word[0].isdigit():
                return Constant({"true": True, "false": False, "null": None}.get(word, word))
            if word not in {"(", "any", "not", "array", "[", "lower", "upper", "cast", "some", "all"}:
                return None
        return None

    def written(self, verb: str, start: int) -> tuple[tuple[str, Value], ...]:
        """Columns written with the values of their holes."""
        if verb == "insert":
            return self._inserted(start)
        out: list[tuple[str, Value]] = []
        if verb in {"update", "upsert"}:
            begin = next((n for n in range(start, len(self.low)) if self.low[n] == "set"), None)
            for number in range(begin or len(self.low), len(self.low)):
                if self.low[number] in {"where", "returning", "from"}:
                    break
                if self.words[number] == "=" and (column := self._column_before(number)):
                    value = self._value_after(number + 1)
                    out.append((column.rpartition(".")[2], value if value is not None else UNKNOWN))
            if begin is not None and begin + 1 in self.holes:
                out += spread(self.holes[begin + 1])  # ``set ${sql(changes)}``
        return tuple(out)

    def _inserted(self, start: int) -> tuple[tuple[str, Value], ...]:
        groups = self._groups(start)
        if len(groups) < 2:  # noqa: PLR2004 - columns and values
            given = [value for number, value in sorted(self.holes.items()) if number > start]
            return spread(given[0]) if given else ()
        columns = [part[0].strip('"`') for part, _ in groups[0] if part]
        values = [
            next((self.holes[n] for n in range(at, at + len(part)) if n in self.holes), None) for part, at in groups[1]
        ]
        return tuple(
            (column, value if value is not None else UNKNOWN) for column, value in zip(columns, values, strict=False)
        )

    def _groups(self, start: int) -> list[list[tuple[list[str], int]]]:
        """The two parenthesised lists of an INSERT: each item with the place it starts at."""
        out: list[list[tuple[list[str], int]]] = []
        number = start
        while number < len(self.words) and len(out) < 2 and self.low[number] not in {"select", "on"}:  # noqa: PLR2004
            if self.words[number] == "(":
                parts: list[tuple[list[str], int]] = [([], number + 1)]
                depth = 0
                number += 1
                while number < len(self.words) and not (self.words[number] == ")" and depth == 0):
                    depth += (self.words[number] == "(") - (self.words[number] == ")")
                    if self.words[number] == "," and depth == 0:
                        parts.append(([], number + 1))
                    else:
                        parts[-1][0].append(self.words[number])
                    number += 1
                out.append(parts)
            number += 1
        return out

    def columns(self, start: int) -> tuple[str, ...] | None:
        """Columns of the outer SELECT; None when an asterisk stands there."""
        out: list[str] = []
        depth, item = 0, [""]
        for number in range(start + 1, len(self.low)):
            word = self.low[number]
            depth += (word == "(") - (word == ")")
            if depth < 0 or (depth == 0 and word in {"from", "into", ";", "where"}):
                break
            if depth == 0 and word == ",":
                out.append(item[-1])
                item = [""]
            elif depth == 0 and (word == "*" or _NAME.match(word)):
                item.append(self.words[number].strip('"`'))
        out.append(item[-1])
        found = [name for name in out if name]
        return None if "*" in found or not found else tuple(found)


def conditions_in(text: str, values: tuple[Value, ...]) -> list[Condition]:
    """Conditions of a piece of SQL that stands behind WHERE."""
    return Statement(f"where {text}", values).conditions()


def statement(
    text: str, values: tuple[Value, ...], *, wraps: tuple[str, ...] = (), client: str = "pool", single: bool = False
) -> Draft | None:
    """A raw statement as a draft of the engine ``sql``; None when it neither reads nor writes rows (BEGIN, SET, CREATE)."""
    parsed = Statement(text, values)
    verb, at = parsed.verb()
    if not verb:
        return None
    tables = parsed.tables()
    main = next(iter(tables.values()), "")
    if verb in {"insert", "update", "delete"}:
        after = at + 1
        while after < len(parsed.low) and parsed.low[after] in {"into", "from", "only", "or", "ignore", "replace"}:
            after += 1
        main = parsed.name_at(after)[0] or main
    if verb == "call" or (verb == "select" and not main):
        main = parsed.name_at(at + 1)[0]
        verb = "call" if main and "(" in parsed.words else verb
        if verb == "select":
            return None
    filters = tuple((_column(column, tables, main), how, value) for column, how, value in parsed.conditions())
    written = parsed.written(verb, at)
    if verb == "insert" and "conflict" in parsed.low and "update" in parsed.low:
        verb = "upsert"
    if verb == "select" and {"<=>", "<->", "<#>"} & set(parsed.words):
        verb = "vector"
    returned = next((n for n, word in enumerate(parsed.low) if word == "returning"), None)
    columns = (
        parsed.columns(at) if verb in {"select", "vector"} else parsed.columns(returned) if returned is not None else ()
    )
    return Draft(
        engine="sql",
        client=client,
        verb=verb,
        table=main,
        columns=columns,
        filters=filters,
        written=written,
        single=single,
        wraps=wraps,
        text=text[:2000],
    )


def _column(column: str, tables: dict[str, str], main: str) -> str:
    """A column with its alias resolved; the main table's own stands alone."""
    owner, _, name = column.rpartition(".")
    if not owner:
        return column
    table = tables.get(owner, owner)
    return name if table == main else f"{table}.{name}"
