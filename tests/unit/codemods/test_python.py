"""Python services: the dependency that asks who is calling, the owner in the query, the log line without names."""

from __future__ import annotations

from tests.unit.codemods.tools import check_edited, check_refused


API = "app/api.py"


def test_an_endpoint_gets_the_dependency_of_its_neighbours() -> None:
    before = """
        from fastapi import APIRouter

        from app.db import session
        from app.auth import check

        router = APIRouter()


        @router.get("/orders/{order_id}")
        async def order(order_id: int):
            return session.get(order_id)
    """
    after = """
        from fastapi import APIRouter, Depends

        from app.db import session
        from app.auth import check, get_current_user

        router = APIRouter()


        @router.get("/orders/{order_id}")
        async def order(order_id: int, user=Depends(get_current_user)):
            return session.get(order_id)
    """
    check_edited(
        "guard", before, after, "session.get(order_id)", path=API, dependency="get_current_user", module="app.auth"
    )
    check_refused("guard", before, "No dependency", "session.get(order_id)", path=API)


def test_conditions_of_sqlalchemy_and_django_name_the_owner() -> None:
    before = """
        async def order(order_id: int, user: User = Depends(get_current_user)):
            return await db.execute(select(Order).where(Order.id == order_id))
    """
    after = before.replace("== order_id)", "== order_id, Order.user_id == user.id)")
    query = "db.execute(select(Order).where(Order.id == order_id))"
    check_edited("owner_filter", before, after, query, path=API, column="user_id", engine="sqlalchemy")
    django = """
        def order(request, order_id):
            return get_object_or_404(Order, pk=order_id)
    """
    wanted = django.replace("pk=order_id", "pk=order_id, user_id=request.user.id")
    check_edited(
        "owner_filter",
        django,
        wanted,
        "get_object_or_404(Order, pk=order_id)",
        path=API,
        column="user_id",
        engine="django",
    )


def test_a_query_without_a_caller_is_refused() -> None:
    text = "def order(order_id):\n    return db.query(Order).filter(Order.id == order_id).first()\n"
    check_refused(
        "owner_filter",
        text,
        "who the caller is",
        "db.query(Order).filter(Order.id == order_id).first()",
        path=API,
        column="user_id",
    )


def test_a_log_line_keeps_its_words_and_loses_its_people() -> None:
    before = """
        def login(user):
            logger.info(f"signed in {user.email} from {place}", user.phone, retry)
    """
    after = """
        def login(user):
            logger.info(f"signed in [redacted] from {place}", "[redacted]", retry)
    """
    line = 'logger.info(f"signed in {user.email} from {place}", user.phone, retry)'
    check_edited("redact", before, after, line, path=API)
