"""What a frightened person reads has numbers with their noun, and lists that end."""

from __future__ import annotations

from assistant.text.plural import listed, plural


def test_a_number_has_its_noun() -> None:
    assert [plural(1, "leak"), plural(1204, "leak"), plural(2, "policy", "policies")] == [
        "1 leak",
        "1,204 leaks",
        "2 policies",
    ]


def test_a_long_list_ends_in_a_number() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert listed([]) == ""
