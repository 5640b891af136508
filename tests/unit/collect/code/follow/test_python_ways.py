"""What Python services do around a query: decorators that ask first, cursors that hand rows out later, alternatives in a filter."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code


FLASK = """
import psycopg
from flask import Flask, abort, jsonify
from flask_login import current_user, login_required

app = Flask(__name__)
conn = psycopg.connect("dbname=shop")

@app.route("/orders/<order_id>")
@login_required
def order(order_id):
    cursor = conn.cursor()
    cursor.execute("select * from orders where id = %s", (order_id,))
    row = cursor.fetchone()
    {check}
    return jsonify(row)
"""
URLS = """
from django.urls import path
from . import views
urlpatterns = [path("orders/<int:pk>/", views.{view})]
"""
VIEWS = """
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import JsonResponse
from django.views import View
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView
from .models import Order

@login_required
def order(request, pk):
    found = Order.objects.filter({condition}).first()
    return JsonResponse({{"note": found.note}})

class Mixed(LoginRequiredMixin, View):
    def get(self, request, pk):
        return JsonResponse({{"note": Order.objects.get(pk=pk).note}})

class Rest(APIView):
    permission_classes = [IsAuthenticated]
    def get(self, request, pk):
        return JsonResponse({{"note": Order.objects.get(pk=pk).note}})
"""


def only_entry(files):
    entries = map_of(files).entries
    assert len(entries) == 1
    return entries[0]


def test_a_cursor_hands_out_what_its_statement_found():
    entry = only_entry({"app.py": FLASK.format(check="pass")})
    assert [guard.kind for guard in entry.guards] == ["session"]
    assert entry.queries[0].returned == ("*",)
    assert entry.queries[0].tie is None


def test_the_row_of_a_cursor_is_compared_with_the_caller():
    check = 'if row["user_id"] != current_user.id:\n        abort(404)'
    assert only_entry({"app.py": FLASK.format(check=check)}).queries[0].tie is not None


@pytest.mark.parametrize("view", ["order", "Mixed.as_view()", "Rest.as_view()"])
def test_decorators_mixins_and_permission_classes_ask_for_a_session(view):
    """They were not seen at all: every view of a Django service looked open."""
    entry = only_entry({"shop/urls.py": URLS.format(view=view), "shop/views.py": VIEWS.format(condition="pk=pk")})
    assert [guard.kind for guard in entry.guards] == ["session"]


@pytest.mark.parametrize(
    ("condition", "tied"),
    [
        ("pk=pk, user=request.user", True),
        ("Q(user=request.user) & Q(pk=pk)", True),
        ("Q(user=request.user) | Q(team__members=request.user), pk=pk", True),
        ("Q(pk=pk) | Q(user=request.user)", False),
        ("~Q(user=request.user)", False),
    ],
)
def test_an_alternative_that_the_outside_chooses_binds_nobody(condition, tied):
    entry = only_entry({"shop/urls.py": URLS.format(view="order"), "shop/views.py": VIEWS.format(condition=condition)})
    assert (entry.queries[0].tie is not None) is tied


CLASSES = """
from django.http import JsonResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet
from .models import Order

class Orders(ModelViewSet):
    permission_classes = [IsAuthenticated]
    {rows}

class One(APIView):
    permission_classes = [IsAuthenticated]
    def mine(self):
        return Order.objects.filter(user=self.request.user)
    def get(self, request, pk):
        return JsonResponse({{"note": {one}.note}})
"""
ROUTED = """
from django.urls import path
from rest_framework.routers import DefaultRouter
from .views import Orders, One
router = DefaultRouter()
{register}
urlpatterns = [{listed}]
"""


def rest(rows="pass", one="None"):
    routed = (
        {"register": 'router.register("orders", Orders)', "listed": ""}
        if one == "None"
        else {"register": "", "listed": 'path("orders/<int:pk>/", One.as_view())'}
    )
    entry = only_entry({"shop/urls.py": ROUTED.format(**routed), "shop/views.py": CLASSES.format(rows=rows, one=one)})
    return [(condition.column, condition.origins[0].path) for condition in entry.queries[0].filters], entry.queries[0]


def test_a_view_set_answers_any_row_of_its_queryset():
    filters, query = rest("queryset = Order.objects.all()")
    assert filters == [("id", "path.pk")]
    assert query.tie is None


def test_a_view_set_that_asks_for_its_rows_by_the_caller_is_tied():
    filters, query = rest("def get_queryset(self):\n        return Order.objects.filter(user=self.request.user)")
    assert filters == [("user", "user")]
    assert query.tie is not None


def test_the_key_in_the_path_reaches_a_method_of_a_class():
    assert rest(one="Order.objects.get(pk=pk)")[0] == [("id", "path.pk")]
    assert rest(one='Order.objects.get(pk=self.kwargs["pk"])')[0] == [("id", "path.pk")]
    assert rest(one="self.mine().get(pk=pk)")[1].tie is not None


FASTAPI = """
import jwt
from typing import Annotated
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlmodel import Session, SQLModel, select

class User(SQLModel, table=True):
    pass

class Payload(BaseModel):
    sub: str | None = None

bearer = OAuth2PasswordBearer(tokenUrl="/login")


def opened():
    with Session("engine") as session:
        yield session

Store = Annotated[Session, Depends(opened)]
Token = Annotated[str, Depends(bearer)]

def current(session: Store, token: Token) -> User:
    try:
        data = Payload(**jwt.decode(token, "key", algorithms=["HS256"]))
    except jwt.ExpiredSignatureError, jwt.InvalidTokenError:
        raise HTTPException(status_code=403)
    user = session.get(User, data.sub)
    if not user:
        raise HTTPException(status_code=404)
    return user

Current = Annotated[User, Depends(current)]
router = APIRouter()

@router.get("/users/{user_id}"MODEL)
def one(user_id: str, session: Store, me: Current):
    user = session.get(User, user_id)
    CHECK
    return user
"""


@pytest.mark.parametrize(
    ("check", "tied"),
    [
        ("if user == me:\n        return user\n    if not me.is_superuser:\n        raise HTTPException(403)", True),
        ("", False),
    ],
)
def test_a_dependency_behind_a_name_says_who_is_calling(check, tied):
    """``CurrentUser = Annotated[User, Depends(get_current_user)]``: every handler of such a service looked open, and its file was not read by an older Python."""
    map_ = map_of({"app.py": FASTAPI.replace("CHECK", check).replace("MODEL", "")})
    assert map_.partly_read == ()
    (entry,) = map_.entries
    assert "session" in {guard.kind for guard in entry.guards if guard.weakness is None}
    found = [one for one in detect_code(map_) if one.severity in {"critical", "high"}]
    assert (not found) is tied
    assert all(one.rule == "id-only-lookup" for one in found)


def test_the_model_of_the_answer_leaves_the_other_columns_out():
    check = "if user == me:\n        return user\n    if not me.is_superuser:\n        raise HTTPException(403)"
    text = FASTAPI.replace("CHECK", check)
    whole = detect_code(map_of({"app.py": text.replace("MODEL", "")}))
    shown = detect_code(map_of({"app.py": text.replace("MODEL", ", response_model=Public")}))
    assert "overfetch" in {one.rule for one in whole}
    assert "overfetch" not in {one.rule for one in shown}
