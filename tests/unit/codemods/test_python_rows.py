"""Rows in Python: the owner in the query, in the view's rows, behind the fetch, and the caller in place of whom the path names."""

from __future__ import annotations

import pytest

from tests.unit.codemods.tools import check_edited, check_refused


API = "app/api.py"
FLASK = """
    from flask import Blueprint
    from flask_login import current_user


    def show(note_id):
        note = QUERY
        return {"body": note.body}
"""


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (
            "Note.query.get_or_404(note_id)",
            "Note.query.filter_by(id=note_id, user_id=current_user.id).first_or_404()",
        ),
        ("Note.query.get(note_id)", "Note.query.filter_by(id=note_id, user_id=current_user.id).first()"),
        (
            "Note.query.filter_by(id=note_id).first_or_404()",
            "Note.query.filter_by(id=note_id, user_id=current_user.id).first_or_404()",
        ),
        (
            "Note.query.filter(Note.id == note_id).one()",
            "Note.query.filter(Note.id == note_id, Note.user_id == current_user.id).one()",
        ),
    ],
)
def test_flask_finds_rows_by_the_owner_too(query: str, wanted: str) -> None:
    check_edited(
        "owner_filter",
        FLASK.replace("QUERY", query),
        FLASK.replace("QUERY", wanted),
        query,
        path=API,
        column="user_id",
        engine="sqlalchemy",
        table="Note",
    )


def test_a_chain_of_supabase_gets_one_more_link_in_the_form_it_has() -> None:
    before = """
        async def change(document_id: str, user=Depends(current_user)):
            return (
                supabase.table("documents")
                .update({"seen": True})
                .eq("id", document_id)
                .execute()
            )
    """
    after = before.replace(
        '.eq("id", document_id)\n', '.eq("id", document_id)\n                .eq("user_id", user["sub"])\n'
    )
    read = '        who = user["sub"]\n'
    at = 'supabase.table("documents")'
    whole = at + before.split(at, 1)[1].split("            )", 1)[0].rstrip()
    check_edited(
        "owner_filter",
        before.replace("            return (", f"    {read}            return ("),
        after.replace("            return (", f"    {read}            return ("),
        whole.replace("\n        ", "\n"),
        path=API,
        column="user_id",
        engine="supabase",
    )


def test_a_session_of_the_database_and_a_token_are_no_callers() -> None:
    text = """
        def order(order_id: int, session: Session = Depends(get_session), token: str = Depends(oauth2_scheme)):
            return session.query(Order).filter(Order.id == order_id).first()
    """
    check_refused(
        "owner_filter",
        text,
        "who the caller is",
        "session.query(Order).filter(Order.id == order_id).first()",
        path=API,
        column="user_id",
        engine="sqlalchemy",
    )


def test_a_view_gives_the_rows_of_whoever_asks() -> None:
    before = """
        class OrderDetail(LoginRequiredMixin, DetailView):
            model = Order
            template_name = "order.html"
    """
    after = before.rstrip(" ") + (
        "\n            def get_queryset(self):\n                return super().get_queryset().filter(customer=self.request.user)\n"
    )
    check_edited(
        "owner_filter", before, after, "class OrderDetail", path="shop/views.py", column="customer", engine="django"
    )


def test_the_rows_that_a_view_gives_already_are_narrowed() -> None:
    before = """
        class Drafts(ModelViewSet):
            def get_queryset(self):
                return Order.objects.filter(status="draft")
    """
    after = before.replace('filter(status="draft")', 'filter(status="draft").filter(customer_id=self.request.user.id)')
    check_edited(
        "owner_filter", before, after, "class Drafts", path="shop/views.py", column="customer_id", engine="django"
    )
    several = before.replace(
        "                return",
        "                if self.request.user.is_staff:\n                    return Order.objects.all()\n                return",
    )
    check_refused(
        "owner_filter",
        several,
        "several ways",
        "class Drafts",
        path="shop/views.py",
        column="customer",
        engine="django",
    )


def test_a_row_that_was_got_is_compared_where_a_missing_one_is_refused() -> None:
    before = """
        from fastapi import Depends, HTTPException


        def order(order_id: int, db=Depends(get_db), user: User = Depends(get_current_user)):
            order = db.get(Order, order_id)
            if order is None:
                raise HTTPException(status_code=404, detail="No such order")
            return order
    """
    after = before.replace("if order is None:", "if order is None or order.user_id != user.id:")
    at = "db.get(Order, order_id)"
    check_edited("compare", before, after, at, path=API, column="user_id", engine="sqlalchemy")
    bare = before.replace(
        '            if order is None:\n                raise HTTPException(status_code=404, detail="No such order")\n',
        "",
    )
    wanted = bare.replace(
        "            return order",
        '            if order is None or order.user_id != user.id:\n                raise HTTPException(status_code=404, detail="Not found")\n            return order',
    )
    check_edited("compare", bare, wanted, at, path=API, column="user_id", engine="sqlalchemy")


def test_whom_the_path_names_is_compared_with_the_caller() -> None:
    before = """
        from fastapi import Depends, FastAPI


        @app.get("/people/{user_id}/notes")
        async def notes(user_id: str, user=Depends(current_user)):
            \"\"\"Notes of one person.\"\"\"
            return load(user_id)
    """
    after = before.replace("Depends, FastAPI", "Depends, FastAPI, HTTPException").replace(
        "            return load",
        '            if user_id != user.id:\n                raise HTTPException(status_code=403, detail="Forbidden")\n            return load',
    )
    check_edited("identity", before, after, "load(user_id)", path=API, **{"from": "path.user_id"})
    stranger = before.replace(", user=Depends(current_user)", "")
    check_refused("identity", stranger, "who the caller is", "load(user_id)", path=API, **{"from": "path.user_id"})


def test_the_dependency_is_written_as_the_neighbours_write_it() -> None:
    before = """
        from fastapi import Depends

        from app.models import User
        from app.auth import get_current_user


        def order(order_id: int):
            return load(order_id)
    """
    after = before.replace("order_id: int)", "order_id: int, current_user: User = Depends(get_current_user))")
    facts = {"dependency": "get_current_user", "module": "app.auth", "parameter": "current_user", "annotation": "User"}
    check_edited("guard", before, after, "load(order_id)", path=API, **facts)
    unknown = before.replace("        from app.models import User\n", "")
    check_edited(
        "guard",
        unknown,
        unknown.replace("order_id: int)", "order_id: int, current_user=Depends(get_current_user))"),
        "load(order_id)",
        path=API,
        **facts,
    )
