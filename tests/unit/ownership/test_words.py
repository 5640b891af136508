"""Names cut into words."""

from __future__ import annotations

import pytest

from assistant.ownership.roles import privilege
from assistant.ownership.words import singulars, words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("user_id", ("user", "id")),
        ("userId", ("user", "id")),
        ("organisationID", ("organisation", "id")),
        ("APIKey", ("api", "key")),
        ("is_republic", ("is", "republic")),
        ("last_4", ("last", "4")),
        ("Project", ("project",)),
    ],
)
def test_one_name_in_any_spelling(name, parts):
    assert words(name) == parts


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("categories", ("category",)),
        ("addresses", ("address",)),
        ("team_members", ("team", "member")),
        ("status", ("status",)),
        ("analysis", ("analysis",)),
        ("branches", ("branch",)),
    ],
)
def test_plurals(name, parts):
    assert singulars(name) == parts


def test_an_unknown_role_stands_with_plain_members():
    assert privilege("org:admin") < privilege("member") == privilege("zookeeper") < privilege("viewer")
    assert privilege("super_admin") == 0
