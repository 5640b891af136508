"""From a finding to a patch in Python: FastAPI over SQLAlchemy and over Supabase, Flask, Django, REST framework."""

from __future__ import annotations

from tests.unit.propose.test_code import patched


DB = """
    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker

    SessionLocal = sessionmaker(bind=create_engine("postgresql://localhost/app"))


    def get_db():
        db = SessionLocal()
        try:
            yield db
        finally:
            db.close()
"""
MAIN = """
    from fastapi import FastAPI

    from app import routes

    app = FastAPI()
    app.include_router(routes.router)
"""
DEPS = """
    from fastapi import Depends, HTTPException
    from fastapi.security import OAuth2PasswordBearer
    from jose import jwt

    from app.db import get_db
    from app.models import User

    oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


    def get_current_user(token: str = Depends(oauth2_scheme), db=Depends(get_db)) -> User:
        payload = jwt.decode(token, "key", algorithms=["HS256"])
        user = db.query(User).filter(User.id == payload["sub"]).first()
        if user is None:
            raise HTTPException(status_code=401, detail="Not authenticated")
        return user
"""
MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


    class Base(DeclarativeBase):
        pass


    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)


    class Invoice(Base):
        __tablename__ = "invoices"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
ROUTES = """
    from fastapi import APIRouter, Depends, HTTPException
    from sqlalchemy.orm import Session

    from app.db import get_db
    from app.deps import get_current_user
    from app.models import Invoice, User

    router = APIRouter()


    @router.get("/invoices")
    def mine(db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):
        return db.query(Invoice).filter(Invoice.owner_id == current_user.id).all()


    @router.get("/invoices/{invoice_id}")
    def one(invoice_id: int, db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):
        invoice = db.get(Invoice, invoice_id)
        if not invoice:
            raise HTTPException(status_code=404, detail="Invoice not found")
        return invoice


    @router.delete("/invoices/{invoice_id}")
    def remove(invoice_id: int, db: Session = Depends(get_db)):
        db.query(Invoice).filter(Invoice.id == invoice_id).delete()
        db.commit()
        return {"ok": True}
"""


def test_fastapi_compares_what_was_got_and_asks_as_its_neighbours_write_it() -> None:
    texts, _, reasons = patched(
        {"app/db.py": DB, "app/deps.py": DEPS, "app/models.py": MODELS, "app/routes.py": ROUTES, "app/main.py": MAIN}
    )
    after = texts["app/routes.py"]
    assert "    if not invoice or invoice.owner_id != current_user.id:\n        raise HTTPException" in after, reasons
    assert (
        "def remove(invoice_id: int, db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):"
        in after
    )
    assert "filter(Invoice.id == invoice_id, Invoice.owner_id == current_user.id).delete()" in after


NOTES = """
    from flask import Blueprint, jsonify, request
    from flask_login import current_user, login_required

    from app.models import Note, db

    bp = Blueprint("notes", __name__, url_prefix="/notes")


    @bp.route("/")
    @login_required
    def index():
        return jsonify([one.id for one in Note.query.filter_by(user_id=current_user.id).all()])


    @bp.route("/<int:note_id>")
    @login_required
    def show(note_id):
        note = Note.query.get_or_404(note_id)
        return jsonify({"id": note.id, "body": note.body})


    @bp.route("/<int:note_id>", methods=["PUT"])
    @login_required
    def update(note_id):
        note = Note.query.filter_by(id=note_id).first_or_404()
        note.body = request.get_json()["body"]
        db.session.commit()
        return jsonify({"id": note.id, "body": note.body})
"""
NOTE_MODEL = """
    from flask_sqlalchemy import SQLAlchemy

    db = SQLAlchemy()


    class Note(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        user_id = db.Column(db.Integer, db.ForeignKey("user.id"))
        body = db.Column(db.Text)
"""


def test_flask_finds_by_the_key_and_the_owner() -> None:
    texts, _, reasons = patched({"app/models.py": NOTE_MODEL, "app/notes.py": NOTES})
    after = texts["app/notes.py"]
    assert "Note.query.filter_by(id=note_id, user_id=current_user.id).first_or_404()\n    return jsonify" in after, (
        reasons
    )
    assert after.count("filter_by(id=note_id, user_id=current_user.id).first_or_404()") == 2


ORDERS = """
    from django.conf import settings
    from django.db import models


    class Order(models.Model):
        customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
        approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
        note = models.TextField()
"""
VIEWS = """
    from django.shortcuts import get_object_or_404
    from rest_framework import viewsets
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.response import Response
    from rest_framework.views import APIView

    from shop.models import Order
    from shop.serializers import OrderSerializer


    class OrderViewSet(viewsets.ModelViewSet):
        queryset = Order.objects.all()
        serializer_class = OrderSerializer
        permission_classes = [IsAuthenticated]

        def perform_create(self, serializer):
            serializer.save(customer=self.request.user)


    class NoteView(APIView):
        permission_classes = [IsAuthenticated]

        def get(self, request, pk):
            order = get_object_or_404(Order, pk=pk)
            return Response({"note": order.note})
"""
URLS = """
    from django.urls import path
    from rest_framework.routers import DefaultRouter

    from shop import views

    router = DefaultRouter()
    router.register("orders", views.OrderViewSet)
    urlpatterns = router.urls + [path("orders/<int:pk>/note/", views.NoteView.as_view())]
"""


def test_django_reads_the_owner_from_the_model_and_a_view_set_gives_its_callers_rows() -> None:
    serializer = """
        from rest_framework import serializers

        from shop.models import Order


        class OrderSerializer(serializers.ModelSerializer):
            class Meta:
                model = Order
                fields = ["id", "note"]
    """
    texts, _, reasons = patched(
        {
            "requirements.txt": "django\ndjangorestframework\n",
            "shop/models.py": ORDERS,
            "shop/views.py": VIEWS,
            "shop/urls.py": URLS,
            "shop/serializers.py": serializer,
            "site/urls.py": 'from django.urls import include, path\n\nurlpatterns = [path("api/", include("shop.urls"))]\n',
        }
    )
    after = texts["shop/views.py"]
    assert "get_object_or_404(Order, pk=pk, customer=request.user)" in after, reasons
    assert (
        "    def get_queryset(self):\n        return super().get_queryset().filter(customer=self.request.user)\n"
        in after
    )


SUPABASE = """
    import os

    from fastapi import Depends, FastAPI, Header, HTTPException
    from supabase import create_client

    app = FastAPI()
    supabase = create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_SERVICE_ROLE_KEY"])


    async def current_user(authorization: str = Header(...)):
        answer = supabase.auth.get_user(authorization.removeprefix("Bearer "))
        if not answer or not answer.user:
            raise HTTPException(status_code=401, detail="Not authenticated")
        return answer.user


    @app.get("/documents")
    async def mine(user=Depends(current_user)):
        return supabase.table("documents").select("*").eq("user_id", user.id).execute().data


    @app.get("/documents/{document_id}")
    async def one(document_id: str, user=Depends(current_user)):
        return supabase.table("documents").select("*").eq("id", document_id).execute().data


    @app.delete("/documents/{document_id}")
    async def remove(document_id: str):
        (
            supabase.table("documents")
            .delete()
            .eq("id", document_id)
            .execute()
        )
        return {"ok": True}


    @app.get("/profile/{user_id}/documents")
    async def of(user_id: str, user=Depends(current_user)):
        return supabase.table("documents").select("*").eq("user_id", user_id).execute().data
"""


def test_supabase_py_gets_the_owner_behind_its_last_filter_and_a_named_person_is_the_caller() -> None:
    texts, _, reasons = patched({"requirements.txt": "fastapi\nsupabase\n", "main.py": SUPABASE})
    after = texts["main.py"]
    assert '.select("*").eq("id", document_id).eq("user_id", user.id).execute().data' in after, reasons
    assert '        .eq("id", document_id)\n        .eq("user_id", user.id)\n        .execute()' in after
    assert "async def remove(document_id: str, user=Depends(current_user)):" in after
    assert '    if user_id != user.id:\n        raise HTTPException(status_code=403, detail="Forbidden")\n' in after


def test_a_session_of_the_database_is_no_caller() -> None:
    """``Depends(get_session)`` hands out a connection: it stands in more endpoints than any check does."""
    text = SUPABASE.replace("user=Depends(current_user)", "session=Depends(get_session)")
    text = text.replace(
        "async def current_user(", "def get_session():\n        yield None\n\n\n    async def current_user("
    )
    text = text.replace("user.id).execute()", '"x").execute()')
    texts, _, _ = patched({"requirements.txt": "fastapi\nsupabase\n", "main.py": text})
    assert "async def remove(document_id: str):" in texts["main.py"]
    assert "session.id" not in texts["main.py"]
