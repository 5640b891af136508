"""Names and values as SQL text: the only place where stanch quotes.

Whoever builds SQL goes through ``ident``, ``literal`` and ``qualified``; nothing here reads SQL, that is ``head`` and ``split``.
A value without an exact SQL spelling is refused rather than guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Final
from uuid import UUID


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.names import Name

    Scalar = str | int | bool | float | bytes | Decimal | UUID | date | time | timedelta | None


_BARE: Final = re.compile(r"[a-z_][a-z0-9_$]*\Z")

_WORDS: Final = """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize
    not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision
    primary real references returning right row select session_user setof similar smallint some substring symmetric
    system_user table tablesample then time timestamp to trailing treat trim true union unique user using values
    varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest
    xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
    """

KEYWORDS: Final = frozenset(_WORDS.split())
"""What ``pg_get_keywords()`` of PostgreSQL 18 calls reserved, or not usable everywhere: the words ``quote_ident`` quotes."""


def ident(name: str) -> str:
    """One identifier, quoted exactly when PostgreSQL would read it differently without quotes.

    Raises:
        ValueError: the name is empty or holds a NUL, which no identifier can.
    """
    if not name or "\0" in name:
        msg = f"{name!r} cannot be an identifier"
        raise ValueError(msg)
    if _BARE.match(name) and name not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(value: Scalar | Sequence[Scalar]) -> str:
    """A value as an SQL literal without a cast (a list becomes ``ARRAY[…]``); None is ``NULL``.

    Raises:
        ValueError: text with a NUL, which PostgreSQL cannot hold.
        TypeError: a kind of value that has no exact spelling.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case float() if not isfinite(value):
            return _text(str(value)) + "::float8"
        case int() | float():
            # parenthesised: -1::text would otherwise negate the cast, and a - -1 needs care nobody takes
            return f"({value})" if value < 0 else str(value)
        case Decimal():
            return str(value) if value >= 0 else f"({value})"
        case bytes():
            return f"'\\x{value.hex()}'"
        case UUID() | date() | datetime() | time():
            return _text(str(value))
        case timedelta():
            return _text(f"{value.total_seconds()} seconds")
        case list() | tuple():
            return "ARRAY[" + ", ".join(literal(item) for item in value) + "]"
        case _:
            msg = f"{type(value).__name__} has no SQL literal"
            raise TypeError(msg)


def qualified(name: Name) -> str:
    """``public.chats``, ``public."Project"``, ``public.match_documents(vector,integer)``: ready to stand in SQL."""
    bare = f"{ident(name.schema)}.{ident(name.name)}"
    # the arguments come from oidvectortypes, which quotes what needs quoting
    return bare if name.args is None else f"{bare}({name.args})"


def _text(value: str) -> str:
    """A string literal that means the same whatever standard_conforming_strings is."""
    if "\0" in value:
        msg = "text with a NUL has no SQL literal"
        raise ValueError(msg)
    doubled = value.replace("'", "''")
    if "\\" in doubled:
        return "E'" + doubled.replace("\\", "\\\\") + "'"
    return f"'{doubled}'"
