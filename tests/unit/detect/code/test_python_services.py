"""The service beside the application is written in Python: a signed-in stranger asks it for an invoice that is not theirs."""

from __future__ import annotations

import pytest

from assistant.domain.findings import Severity
from tests.unit.detect.code.rig import followed


AUTH = """
import os
from fastapi import Depends, HTTPException
from fastapi.security import HTTPBearer
from supabase import create_client
supabase = create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_ANON_KEY"])
def signed_in(credentials = Depends(HTTPBearer())):
    answer = supabase.auth.get_user(credentials.credentials)
    if not answer.user:
        raise HTTPException(401)
    return answer.user
class Only:
    def __init__(self, roles):
        self.roles = roles
    def __call__(self, user = Depends(signed_in)):
        if user.app_metadata.get("role") not in self.roles:
            raise HTTPException(403)
        return user
"""
ROWS = """
from sqlalchemy import Column, String
from sqlalchemy.orm import declarative_base, sessionmaker
Base = declarative_base()
Local = sessionmaker()
class Invoice(Base):
    __tablename__ = "invoices"
    id = Column(String, primary_key=True)
    user_id = Column(String)
def get_db():
    db = Local()
    try:
        yield db
    finally:
        db.close()
"""
FASTAPI = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from sqlalchemy import select
from app.auth import Only, signed_in
from app.rows import Invoice, get_db
app = FastAPI()
"""
FLASK = """
from flask import Flask, g
from flask.views import MethodView
from flask_login import current_user, login_required
from flask_restful import Api, Resource
from flask_restx import Namespace
from app.rows import Invoice, Local
app = Flask(__name__)
api = Api(app)
session = Local()
"""
ANY = "session.query(Invoice).filter(Invoice.id == invoice_id).first()"
OWN = "session.query(Invoice).filter(Invoice.id == invoice_id, Invoice.user_id == current_user.id).first()"


def told(main: str) -> set[tuple[str, str]]:
    """Rule and entry of what is medium or worse."""
    files = {"requirements.txt": "fastapi\n", "app/auth.py": AUTH, "app/rows.py": ROWS, "app/main.py": main}
    loud = {Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM}
    return {(one.rule, one.entry) for one in followed(files).findings if one.severity in loud}


def handler(body: str, wanted: str = "Depends(signed_in)") -> str:
    return f"""{FASTAPI}
@app.get("/invoices/{{invoice_id}}")
async def read(invoice_id: str, request: Request, db = Depends(get_db), user = {wanted}):
    {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "return await app.state.pool.fetchrow('select * from invoices where id = $1', invoice_id)",
        "return await request.app.state.pool.fetchrow('select * from invoices where id = $1', invoice_id)",
        "return db.execute(f\"select * from invoices where id = '{invoice_id}'\").fetchone()",
        "return await db.fetch_one(query='select * from invoices where id = :id', values={'id': invoice_id})",
    ],
    ids=["pool of the application", "pool by the request", "quoted by hand", "named arguments"],
)
def test_statements_are_read_wherever_the_connection_is_kept(body):
    assert told(handler(body)) == {("id-only-lookup", "GET /invoices/[invoice_id]")}


def test_a_pool_that_is_opened_when_the_service_starts_is_one():
    main = f"""{FASTAPI}
import asyncpg
pool = None
@app.on_event("startup")
async def start():
    global pool
    pool = await asyncpg.create_pool("postgres://localhost")
@app.get("/invoices/{{invoice_id}}")
async def read(invoice_id: str, user = Depends(signed_in)):
    async with pool.acquire() as connection:
        return await connection.fetchrow("select * from invoices where id = $1", invoice_id)
"""
    assert told(main) == {("id-only-lookup", "GET /invoices/[invoice_id]")}


LOOKED_UP = "return db.get(Invoice, invoice_id)"


@pytest.mark.parametrize("wanted", ['Depends(Only(["admin"]))', "Depends(administrators)"])
def test_an_object_that_is_called_for_each_request_asks_for_the_role(wanted):
    assert told(handler(LOOKED_UP, wanted).replace("app = F", 'administrators = Only(["admin"])\napp = F')) == set()
    assert told(handler(LOOKED_UP)) == {("id-only-lookup", "GET /invoices/[invoice_id]")}


def test_a_dependency_that_cannot_be_followed_is_asked_about_and_not_accused():
    chosen = handler(LOOKED_UP, 'Depends(Verifiers.of("read"))').replace(
        "app = F", "from company.auth import Verifiers\napp = F"
    )

    assert told(chosen) == set()
    assert told(handler(LOOKED_UP, "None")) == {("missing-session", "GET /invoices/[invoice_id]")}


def test_a_service_that_is_injected_carries_its_caller():
    def main(condition: str) -> str:
        return f"""{FASTAPI}
class Invoices:
    def __init__(self, db = Depends(get_db), user = Depends(signed_in)):
        self.db = db
        self.user = user
    def read(self, invoice_id):
        return self.db.execute(select(Invoice).where({condition})).scalar_one_or_none()
@app.get("/invoices/{{invoice_id}}")
def read(invoice_id: str, invoices: Invoices = Depends()):
    return invoices.read(invoice_id)
"""

    assert told(main("Invoice.id == invoice_id, Invoice.user_id == self.user.id")) == set()
    assert told(main("Invoice.id == invoice_id")) == {("id-only-lookup", "GET /invoices/[invoice_id]")}


def test_a_class_of_routes_gets_its_fields_for_each_request():
    main = f"""{FASTAPI}
from fastapi_utils.cbv import cbv
router = APIRouter(prefix="/api")
@cbv(router)
class Invoices:
    db = Depends(get_db)
    user = Depends(signed_in)
    @router.get("/any/{{invoice_id}}")
    def any(self, invoice_id: str):
        return self.db.query(Invoice).filter(Invoice.id == invoice_id).first()
    @router.get("/own/{{invoice_id}}")
    def own(self, invoice_id: str):
        return self.db.query(Invoice).filter(Invoice.id == invoice_id, Invoice.user_id == self.user.id).first()
app.include_router(router)
"""
    assert told(main) == {("id-only-lookup", "GET /api/any/[invoice_id]")}


def test_what_a_module_imports_with_a_star_is_found():
    starred = handler(LOOKED_UP).replace("from app.auth import Only, signed_in", "from app.auth import *")

    assert told(starred) == {("id-only-lookup", "GET /invoices/[invoice_id]")}


def resource(rows: str, **said: str) -> str:
    """A class of Flask with what stands above it, in it and below it."""
    above, held, below = (said.get(name, "") for name in ("above", "held", "below"))
    return f"""{FLASK}
ns = Namespace("invoices")
{above}
class Invoices({said.get("base", "Resource")}):
    {held or "pass"}
    def get(self, invoice_id):
        return {rows}
{below}
"""


REGISTERED = [
    pytest.param(
        {
            "held": "method_decorators = [login_required]",
            "below": 'api.add_resource(Invoices, "/invoices/<invoice_id>")',
        },
        id="a resource",
    ),
    pytest.param(
        {"above": '@ns.route("/<invoice_id>")', "held": "method_decorators = [login_required]"}, id="of a namespace"
    ),
    pytest.param(
        {
            "base": "MethodView",
            "held": "decorators = [login_required]",
            "below": 'app.add_url_rule("/invoices/<invoice_id>", view_func=Invoices.as_view("invoices"))',
        },
        id="a view of methods",
    ),
]


@pytest.mark.parametrize("said", REGISTERED)
def test_classes_of_flask_are_ways_in(said):
    entry = "GET /invoices/[invoice_id]"

    assert told(resource(ANY, **said)) == {("id-only-lookup", entry)}
    assert told(resource(OWN, **said)) == set()
    assert told(resource(ANY, **{**said, "held": ""})) == {("missing-session", entry)}


def test_a_connection_that_the_request_holds_is_no_caller():
    main = f"""{FLASK}
@login_required
def read(invoice_id):
    return g.db.execute("select * from invoices where id = %s", (invoice_id,)).fetchone()
app.add_url_rule("/invoices/<invoice_id>", "read", read)
"""
    assert told(main) == {("id-only-lookup", "GET /invoices/[invoice_id]")}


def test_rows_that_are_none_are_not_shown():
    files = {
        "notes/models.py": """
from django.db import models
class Note(models.Model):
    user = models.ForeignKey("auth.User", on_delete=models.CASCADE)
    text = models.TextField()
""",
        "notes/views.py": """
from rest_framework import viewsets, permissions
from notes.models import Note
class NoteViewSet(viewsets.ModelViewSet):
    permission_classes = [permissions.IsAuthenticated]
    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Note.objects.none()
        return Note.objects.filter(user=self.request.user)
""",
        "notes/urls.py": """
from rest_framework import routers
from notes.views import NoteViewSet
router = routers.DefaultRouter()
router.register("notes", NoteViewSet)
urlpatterns = router.urls
""",
    }
    open_to_all = {**files, "notes/views.py": files["notes/views.py"].replace("objects.none()", "objects.all()")}

    assert {one.rule for one in followed(files).findings} == set()
    assert "unscoped-read" in {one.rule for one in followed(open_to_all).findings}
