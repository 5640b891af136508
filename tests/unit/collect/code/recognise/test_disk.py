"""Files of the server's disk: a path that the request says, a name in a folder of uploads, and paths that begin in a folder of the code's."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, query_of
from assistant.collect.code.values import UNKNOWN, caller, request
from tests.unit.collect.code.recognise.chaining import grow


SEEN = Seen("app/x.ts")
ASKED = request("query.path")
CWD = grow("global", "process").do("cwd")


@pytest.mark.parametrize(
    ("grown", "verb"),
    [
        (grow("fs", "default").do("readFileSync", ASKED), "select"),
        (grow("node:fs/promises", "readFile").call(ASKED), "select"),
        (grow("fs", "promises").do("readFile", grow("path", "join").call(ASKED, "letter.pdf")), "select"),
        (grow("fs", "unlinkSync").call(grow("path", "default").do("resolve", ASKED)), "delete"),
        (grow("fs", "default").do("readFileSync", grow("path", "join").call(CWD, "uploads", ASKED)), "select"),
        (
            grow("fs", "createReadStream").call(
                grow("path", "join").call("data/user-exports", grow("path", "basename").call(ASKED))
            ),
            "select",
        ),
        (
            grow("fs", "unlink").call(grow("path", "resolve").call(grow("path", "join").call(CWD, "private"), ASKED)),
            "delete",
        ),
    ],
)
def test_a_file_that_the_request_names(grown, verb):
    """Whoever was signed in read everybody's letters, by the path that the page of the owner showed."""
    draft = query_of(grown.chain, SEEN)
    assert draft is not None
    assert (draft.engine, draft.verb) == ("disk", verb)


@pytest.mark.parametrize(
    "path",
    [
        grow("path", "join").call("content", ASKED),
        grow("path", "join").call(CWD, "posts", ASKED),
        grow("path", "join").call("uploads", caller("session.user.id"), ASKED),
        grow("path", "join").call("locales", ASKED),
        UNKNOWN,
        "prices.json",
        request("body.files.letter.0.filepath"),
        request("request.file.path"),
    ],
)
def test_a_path_that_begins_in_the_code_or_was_named_by_the_server(path):
    """Posts, prices, and uploads where the form reader has put them."""
    assert query_of(grow("fs", "default").do("readFileSync", path).chain, SEEN) is None
