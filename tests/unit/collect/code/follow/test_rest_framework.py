"""Django's REST framework: who may come in is said by a class above, by the settings, by a class of the application or by a decorator.

A project with nine hundred endpoints was told that anybody on the internet deletes its rows: none of these was looked at.
"""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


BASE = """
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.views import APIView
from .models import Member, Order

class Members(BasePermission):
    def has_permission(self, request, view):
        if request.user.is_anonymous:
            return False
        return {asks}

class Base(APIView):
    {stands}

    @property
    def shop(self):
        return self.kwargs.get("shop", None)
"""
VIEW = """
from .base import AllowAny, Base, IsAuthenticated, Members
from .models import Order
from .decorators import allow

class Orders(Base):
    {own}

    {decorator}
    def delete(self, request, shop, pk):
        Order.objects.filter(shop=shop, pk=pk).delete()
"""
DECORATORS = """
from functools import wraps
from rest_framework.response import Response
from .models import Member

def allow(roles, strict=True):
    def decorator(view):
        @wraps(view)
        def wrapped(instance, request, *args, **kwargs):
            if {passes}:
                return view(instance, request, *args, **kwargs)
            return Response({{"error": "no"}}, status=403)
        return wrapped
    return decorator
"""
URLS = """
from django.urls import path
from .views import Orders
urlpatterns = [path("shops/<str:shop>/orders/<int:pk>/", Orders.as_view())]
"""
SETTINGS = """
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ("%s",)}
"""
MEMBER = "Member.objects.filter(user=request.user, shop=%s, is_active=True).exists()"


def entry(*, stands="pass", own="pass", decorator="", asks="True", passes="True", settings=""):
    files = {
        "shop/__init__.py": "",
        "shop/base.py": BASE.format(asks=asks, stands=stands),
        "shop/decorators.py": DECORATORS.format(passes=passes),
        "shop/views.py": VIEW.format(own=own, decorator=decorator),
        "shop/urls.py": URLS,
        "shop/models.py": "from django.db import models\nclass Order(models.Model):\n    pass\nclass Member(models.Model):\n    pass\n",
    }
    if settings:
        files["shop/settings.py"] = SETTINGS % settings
    (found,) = map_of(files).entries
    return found


def kinds(found):
    return {str(guard.kind) for guard in found.guards if guard.weakness is None}


@pytest.mark.parametrize(
    ("given", "guarded"),
    [
        ({"stands": "permission_classes = [IsAuthenticated]"}, True),
        ({"stands": "permission_classes = [IsAuthenticated]", "own": "permission_classes = [AllowAny]"}, False),
        ({"settings": "rest_framework.permissions.IsAuthenticated"}, True),
        ({"settings": "rest_framework.permissions.AllowAny"}, False),
        ({"settings": "rest_framework.permissions.IsAuthenticated", "own": "permission_classes = []"}, False),
        ({}, False),
    ],
)
def test_what_is_said_nearest_counts(given, guarded):
    assert ("session" in kinds(entry(**given))) is guarded


@pytest.mark.parametrize(
    ("asks", "tied"),
    [
        (MEMBER % "view.shop", True),
        (MEMBER % 'view.kwargs["shop"]', True),
        ("True", False),
        ("Member.objects.filter(shop=view.shop).exists()", False),
    ],
)
def test_a_class_of_the_application_says_who_may(asks, tied):
    found = entry(own="permission_classes = [Members]", asks=asks)
    delete = next(query for query in found.queries if query.verb == "delete")
    assert (delete.tie is not None) is tied
    assert ("membership" in kinds(found)) is tied


@pytest.mark.parametrize(
    ("passes", "tied"), [(MEMBER % 'kwargs["shop"]', True), ("True", False), ("len(roles) > 0", False)]
)
def test_a_decorator_is_given_the_view_the_request_and_the_path_by_name(passes, tied):
    found = entry(decorator='@allow(["owner"], strict=False)', passes=passes)
    delete = next(query for query in found.queries if query.verb == "delete")
    assert (delete.tie is not None) is tied
    assert {origin.path for one in delete.filters for origin in one.origins} == {"path.shop", "path.pk"}


SETS = """
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.viewsets import ModelViewSet
from .models import Order

class Orders(ModelViewSet):
    def get_permissions(self):
        if self.action in ["list", "create"]:
            return [AllowAny()]
        return [IsAuthenticated()]
    def get_queryset(self):
        return Order.objects.all()
    def list(self, request):
        return Order.objects.filter(public=True)
    def retrieve(self, request, pk):
        return Order.objects.get(pk=pk)
    def destroy(self, request, pk):
        Order.objects.filter(pk=pk).delete()
"""
MAPPED = """
from django.urls import path
from .views import Orders
urlpatterns = [path("orders/<int:pk>/", Orders.as_view({"get": "retrieve", "delete": "destroy"})), path("orders/", Orders.as_view({"get": "list"}))]
"""


def test_only_what_a_url_maps_is_reached_and_permissions_follow_the_action():
    entries = map_of({"shop/__init__.py": "", "shop/views.py": SETS, "shop/urls.py": MAPPED}).entries
    assert {(one.verb, one.place.symbol): "session" in kinds(one) for one in entries} == {
        ("GET", "Orders.retrieve"): True,
        ("DELETE", "Orders.destroy"): True,
        ("GET", "Orders.list"): False,
    }
    sets = SETS.replace("def list(self, request)", "def mine(self, request)").replace('"list", "create"', '"create"')
    entries = map_of({"shop/__init__.py": "", "shop/views.py": sets, "shop/urls.py": MAPPED}).entries
    assert ("GET", "Orders.get_queryset") in {(one.verb, one.place.symbol) for one in entries}
