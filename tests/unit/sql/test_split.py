"""A statement cut in the wrong place loses a policy; a wrong line sends a frightened person to the wrong file."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sql.split import Fragment, split


def texts(sql: str) -> list[str]:
    return [fragment.text for fragment in split(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", []),
        (" ;; -- nothing\n;/* ; */", []),
        ("select 1", ["select 1"]),
        ("select 1;select 2", ["select 1", "select 2"]),
        ("select ';', 'it''s;', E'a\\';', \"x;y\" ; select 2", ["select ';', 'it''s;', E'a\\';', \"x;y\"", "select 2"]),
        ("select E'a''b\\';' ; b", ["select E'a''b\\';'", "b"]),
        ("select type'a\\'; b", ["select type'a\\'", "b"]),
        ("select E'\\\\'; b", ["select E'\\\\'", "b"]),
        ('select "a"";b"; b', ['select "a"";b"', "b"]),
        ("do $$ begin; end $$; b", ["do $$ begin; end $$", "b"]),
        ("do $a$ $$;$$ $b$;$b$ $a$; b", ["do $a$ $$;$$ $b$;$b$ $a$", "b"]),
        ("select $1; select a$b$; c", ["select $1", "select a$b$", "c"]),
        ("select $ä$;$ä$; b", ["select $ä$;$ä$", "b"]),
        ("select 1 /* a /* b; */ c; */ + 1; b", ["select 1 /* a /* b; */ c; */ + 1", "b"]),
        ("select 1 -- a; 'b\n+ 1; b", ["select 1 -- a; 'b\n+ 1", "b"]),
        ("select 4-2, 4/2, 'x'-'y'; b", ["select 4-2, 4/2, 'x'-'y'", "b"]),
        ("a;--> statement-breakpoint\nb\n--> statement-breakpoint\nc", ["a", "b", "c"]),
        ("\ufeffselect 1;\r\n\ufeffselect 2;\r\n", ["select 1", "select 2"]),
        ("select 'never closed; b", ["select 'never closed; b"]),
        ("select $x$ never; b", ["select $x$ never; b"]),
        ("select E'never\\", ["select E'never\\"]),
        ("a /* never; b", ["a"]),
    ],
)
def test_cuts_where_psql_cuts(sql, expected):
    assert texts(sql) == expected


def test_bodies_of_begin_atomic_stay_whole():
    body = (
        "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql\nBEGIN ATOMIC\n  INSERT INTO t VALUES ('END;');\n"
        "  SELECT CASE WHEN a > 1 THEN 1 ELSE 2 END;\nEND"
    )
    assert texts(f"{body};\nselect 2;") == [body, "select 2"]
    # the words alone do not open a body: a table may have such columns, plpgsql hides its own in quotes
    assert texts("begin; create table t(atomic int); commit; end;") == [
        "begin",
        "create table t(atomic int)",
        "commit",
        "end",
    ]


def test_the_actions_of_a_rule_stay_whole():
    rule = "CREATE RULE r AS ON INSERT TO v DO INSTEAD (INSERT INTO a VALUES (1); INSERT INTO b VALUES (')'))"
    assert texts(f"{rule}; select 1;") == [rule, "select 1"]
    # a bracket somebody forgot must not swallow the file
    assert texts("create table t (a int; create table u (b int);") == [
        "create table t (a int",
        "create table u (b int)",
    ]


def test_a_dump_loses_its_data_and_its_psql_lines():
    dump = (
        "\\restrict kf8a\n\nSET search_path = '';\n\\connect app\nCREATE TABLE a (b text);\n"
        "COPY public.a (b) FROM stdin;\nit's; $$ data\n\\\\.\nmore\n\\.\n\nCREATE TABLE c (d int);\n\\unrestrict kf8a\n"
    )
    assert list(split(dump)) == [
        Fragment("SET search_path = ''", 3),
        Fragment("CREATE TABLE a (b text)", 5),
        Fragment("CREATE TABLE c (d int)", 12),
    ]
    assert texts("COPY a FROM stdin;\r\n1\r\n\\.\r\nselect 1;") == ["select 1"]
    assert texts("COPY a FROM stdin;\n\\.\nselect 1;") == ["select 1"]
    assert texts("COPY a FROM stdin;\ncut off") == []


def test_psql_commands_inside_a_statement():
    assert texts("select 1 \\gexec\nselect 2 \\; select 3;\n\\echo 'it''s'\nselect 4") == [
        "select 1",
        "select 2",
        "select 3",
        "select 4",
    ]
    assert texts("select\n\\echo hi\n1;") == ["select\n\n1"]


def test_lines_are_those_an_editor_shows():
    sql = "-- head\r\n\r\nselect 1;\r\n/* a\r\n b */ select\r\n 2; select 3;\r\n\r\n-- c\r\nselect $$\r\n\r\n$$;\r\nselect 4"
    assert [fragment.line for fragment in split(sql)] == [3, 5, 6, 9, 12]


PIECES = st.sampled_from(
    [
        "select 1",
        "select 'a;''b'",
        "select E'\\';'",
        "select e'x''\\''",
        'select ";""" from "a"',
        "do $$ begin; ' -- end $$",
        "do $q$ $$;$$ /* $q$",
        "select /* ; /* ' */ $$ */ 2",
        "select -- ; ' $$\n 3",
        "create function f() returns int begin atomic select case when true then 1 end; end",
        "create rule r as on insert to v do (select 1; select 2)",
        "select 1-1/2, $1",
        "x\n\ny",
    ]
)
GAPS = st.sampled_from(
    [
        ";",
        ";\n",
        ";\r\n\r\n",
        " ;-- it's; a comment\n",
        ";/* a; */\n",
        ";--> statement-breakpoint\n",
        ";\n\\echo it's;\n",
    ]
)


@given(st.lists(st.tuples(PIECES, GAPS)))
def test_pieces_put_together_come_apart_again(pairs):
    sql, lines = "", []
    for piece, gap in pairs:
        lines.append(1 + sql.count("\n"))
        sql += piece + gap
    assert list(split(sql)) == [Fragment(piece, line) for (piece, _), line in zip(pairs, lines, strict=True)]


@given(st.text(alphabet="ab'\"$;-/*\\\n eE."))
def test_no_text_breaks_it_and_nothing_is_invented(text):
    for fragment in split(text):
        assert fragment.text.strip()
        assert 1 <= fragment.line <= text.count("\n") + 1
        assert set(re.sub(r"\s", "", fragment.text)) <= set(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "INSERT INTO t VALUES ('a', 'it''s', 1.5, '2020-01-01', E'x\\n', \"q\");\n",
        "((((-/-/'",
        "create function f() begin atomic select 1; ",
        "/*",
        "$a$ $b$ ",
        "COPY t FROM stdin;\n1\n",
        "\\x ",
        "E'\\",
    ],
)
def test_fifty_megabytes_take_seconds(unit):
    text = unit * (50_000_000 // len(unit))
    began = time.process_time()
    count = sum(1 for _ in split(text))
    assert count >= 0
    assert time.process_time() - began < 30
