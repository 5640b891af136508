"""Python's mappers: keyword arguments are one trailing object literal."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.collect.code.recognise.asking import Seen, query_of
from assistant.collect.code.values import Test as Compared
from assistant.collect.code.values import caller, request
from tests.unit.collect.code.recognise.chaining import grow, pairs, value


SEEN = Seen("app/main.py")
ID, ME = request("path.id"), caller("user.id")
ORDER = grow("unresolved", "Order")
SESSION = grow("parameter", "session")


def equal(column, other):
    return Compared("equal", (value(ORDER.get(column)), other))


def draft_of(grown):
    draft = query_of(grown.chain, SEEN)
    assert draft is not None
    return draft


@pytest.mark.parametrize(
    ("grown", "verb", "filters"),
    [
        (
            SESSION.do("query", ORDER).do("filter", equal("id", ID), equal("owner_id", ME)).do("first"),
            "select",
            [("id", "eq"), ("owner_id", "eq")],
        ),
        (SESSION.do("query", ORDER).do("filter_by", {"id": ID}).do("first"), "select", [("id", "eq")]),
        (SESSION.do("query", ORDER).do("get", ID), "select", [("id", "eq")]),
        (SESSION.do("get", ORDER, ID), "select", [("id", "eq")]),
        (
            SESSION.do("execute", grow("sqlalchemy", "select").call(ORDER).do("where", equal("id", ID))),
            "select",
            [("id", "eq")],
        ),
        (
            SESSION.do("scalars", grow("sqlalchemy", "select").call(ORDER).do("where", equal("id", ID))),
            "select",
            [("id", "eq")],
        ),
        (
            SESSION.do("execute", grow("sqlalchemy", "delete").call(ORDER).do("where", equal("id", ID))),
            "delete",
            [("id", "eq")],
        ),
        (
            SESSION.do("exec", grow("sqlmodel", "select").call(ORDER).do("where", equal("id", ID))),
            "select",
            [("id", "eq")],
        ),
        (ORDER.get("query").do("filter_by", {"id": ID}).do("first_or_404"), "select", [("id", "eq")]),
        (ORDER.get("query").do("get_or_404", ID), "select", [("id", "eq")]),
        (
            SESSION.do("query", ORDER)
            .do("filter", grow("sqlalchemy", "or_").call(equal("owner_id", ME), equal("id", ID)))
            .do("all"),
            "select",
            [("owner_id", "alternative"), ("id", "eq")],
        ),
        (
            SESSION.do("query", ORDER).do("filter", ORDER.get("id").do("in_", [ID])).do("delete"),
            "delete",
            [("id", "in")],
        ),
        (ORDER.get("objects").do("get", {"id": ID}), "select", [("id", "eq")]),
        (
            ORDER.get("objects").do("filter", {"pk": ID, "owner__id": ME, "tag__in": [ID]}),
            "select",
            [("id", "eq"), ("owner.id", "eq"), ("tag", "in")],
        ),
        (ORDER.get("objects").do("filter", {"id": ID}).do("update", {"a": ID}), "update", [("id", "eq")]),
        (ORDER.get("objects").do("filter", {"id": ID}).do("delete"), "delete", [("id", "eq")]),
        (ORDER.get("objects").do("create", {"owner": ME}), "insert", []),
        (grow("django.shortcuts", "get_object_or_404").call(ORDER, {"pk": ID}), "select", [("id", "eq")]),
        (
            grow("django.shortcuts", "get_object_or_404").call(
                ORDER.get("objects").do("filter", {"owner": ME}), {"pk": ID}
            ),
            "select",
            [("owner", "eq"), ("id", "eq")],
        ),
    ],
)
def test_models(grown, verb, filters):
    draft = draft_of(grown)
    assert (draft.verb, draft.table, pairs(draft), draft.client) == (verb, "Order", filters, "pool")


def test_supabase_of_python():
    made = grow("supabase", "create_client").call("u", value("sb_secret_aaaaaaaaaaaaaaaaaaaaaa_12345678"))
    draft = draft_of(made.do("table", "orders").do("select", "*").do("eq", "id", ID).do("execute"))
    assert (draft.engine, draft.client, draft.table, draft.wraps) == ("supabase", "service", "orders", ("data",))
    assert draft.lazy is False  # nothing awaits it, and ``.data`` follows


def test_columns_of_a_class_are_known_by_the_line_that_declares_them():
    found = map_of(
        {
            "app.py": (
                "from flask import Flask, jsonify\nfrom flask_login import current_user\nfrom models import Order, db\n"
                "app = Flask(__name__)\n@app.route('/mine/<id>')\ndef mine(id):\n"
                "    o = db.session.query(Order).filter(Order.id == id, Order.user_id == current_user.id).first()\n"
                "    return jsonify(o.to_dict())\n"
            ),
            "models.py": (
                "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nclass Order(db.Model):\n"
                "    id = db.Column(db.Integer, primary_key=True)\n    user_id = db.Column(db.Integer)\n"
            ),
        }
    )
    (query,) = found.entries[0].queries
    assert [(one.column, str(one.origins[0])) for one in query.filters] == [
        ("id", "request path.id"),
        ("user_id", "caller user.id"),
    ]
