"""Who made a commit is nobody's business outside: names, addresses and logins go, wherever a subject line hides them."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.deploys import Commit
from assistant.text.authors import Unnamed
from assistant.text.redact import Redactor


REDACTOR = Redactor(b"0123456789abcdef")


def commit(author: str, email: str, subject: str = "s") -> Commit:
    return Commit(
        sha="a" * 40, parents=(), at=datetime(2026, 11, 20, tzinfo=UTC), author=author, email=email, subject=subject
    )


ADA = commit("Ada Lovegood", "ada.lovegood@parleyhq.com")
KIM = commit("kim", "12345+kimchi@users.noreply.github.com")


@pytest.mark.parametrize(
    "subject",
    [
        "Ada's export",
        "export, as ADA LOVEGOOD wanted it",
        "Merge branch 'ada.lovegood/export'",
        "Merge branch 'lovegood_export'",
        "Reviewed by ada.lovegood@parleyhq.com",
        "Merge pull request #7 from kimchi/export",
        "Thanks @kimchi and @somebody-else",
        "Merge branch 'main' of github.com:kimchi/shop",
        "Merge pull request #8 from nobody-of-the-window/export",
    ],
)
def test_people_go_out_of_a_subject(subject: str) -> None:
    told = Unnamed((ADA, KIM), REDACTOR.pseudonym).text(subject)
    assert "[author:" in told
    for word in ("ada", "lovegood", "parleyhq", "kimchi", "somebody-else", "nobody-of-the-window"):
        assert word not in told.casefold().replace("[author:", ""), told


@pytest.mark.parametrize(
    "subject", ["Use @supabase/ssr", "Adapt the export", "Share a chat by link", "Bump next from 14 to 15"]
)
def test_other_words_stay(subject: str) -> None:
    assert Unnamed((ADA, KIM), REDACTOR.pseudonym).text(subject) == subject


def test_the_same_person_is_the_same_pseudonym_and_another_is_another() -> None:
    unnamed = Unnamed((ADA, KIM), REDACTOR.pseudonym)
    assert unnamed.by(ADA) == unnamed.by(commit("A. Lovegood", "Ada.Lovegood@parleyhq.com"))
    assert unnamed.by(ADA) != unnamed.by(KIM)
    assert Redactor(b"another key of 16 bytes").pseudonym("author", ADA.email) != unnamed.by(ADA)


def test_a_window_without_people_leaves_the_text() -> None:
    assert Unnamed((), REDACTOR.pseudonym).text("Ada's export") == "Ada's export"


@given(
    name=st.text(string.ascii_letters, min_size=4, max_size=12),
    before=st.text(string.ascii_letters + " ", max_size=10),
)
def test_a_name_of_four_letters_never_stands_alone_afterwards(name: str, before: str) -> None:
    person = commit(name, f"{name}@parleyhq.com")
    told = Unnamed((person,), lambda kind, _value: f"[{kind}]").text(f"{before} {name.swapcase()}: done")
    assert name.casefold() not in told.casefold().replace("[author]", "").split(": ")[0].split()
