"""A rules file is read the way Firebase reads it: whom each grant lets in, and on which line it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.collect.firebase import documents
from assistant.domain.code import Reach


def granted(condition, *, path="/chats/{chat}", helpers="", verbs="read"):
    text = f"""rules_version = '2';
service cloud.firestore {{
  match /databases/{{database}}/documents {{
    {helpers}
    match {path} {{ allow {verbs}: {condition}; }}
  }}
}}
"""
    (found,) = documents({"firestore.rules": text.encode()})
    return found


@pytest.mark.parametrize(
    ("condition", "reach"),
    [
        ("if true", Reach.PUBLIC),
        ("if false", Reach.NOBODY),
        ("if request.auth != null", Reach.SIGNED_IN),
        ("if request.auth.uid != null && request.auth.token.email_verified", Reach.SIGNED_IN),
        ("if request.auth != null || resource.data.public == true", Reach.SIGNED_IN),
        ("if resource.data.public == true", Reach.SHARED),
        ("if request.auth.uid == resource.data.owner", Reach.TIED),
        ("if resource.data.owner == request.auth.uid || request.auth.token.admin == true", Reach.TIED),
        ("if request.auth.uid in resource.data.members", Reach.TIED),
        ("if request.auth != null && request.resource.data.title is string", Reach.SIGNED_IN),
        ("if request.resource.data.size() < 10", Reach.PUBLIC),
        ("if request.time < timestamp.date(2030, 1, 5)", Reach.DATED),
        ("if !(request.auth == null)", Reach.SIGNED_IN),
        ("if !(request.auth == null || resource.data.owner != request.auth.uid)", Reach.TIED),
        ("if request.auth != null ? resource.data.owner == request.auth.uid : false", Reach.TIED),
        ("if exists(/databases/$(database)/documents/chats/$(chat)/members/$(request.auth.uid))", Reach.TIED),
        ("if exists(/databases/$(database)/documents/users/$(request.auth.uid))", Reach.SIGNED_IN),
        ("if get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role == 'admin'", Reach.TIED),
        ("if something(", Reach.UNKNOWN),
    ],
)
def test_whom_a_condition_lets_in(condition, reach):
    assert granted(condition).reach is reach


def test_no_condition_is_everybody():
    text = b"service cloud.firestore { match /databases/{d}/documents { match /a/{b} { allow read; } } }"
    (found,) = documents({"firestore.rules": text})
    assert (found.reach, found.verbs, found.condition) == (Reach.PUBLIC, ("get", "list"), "")


def test_functions_are_put_in_place_of_their_calls():
    helpers = """
    function signedIn() { return request.auth != null; }
    function isOwner(uid) { let me = request.auth.uid; return signedIn() && me == uid; }
    """
    assert granted("if signedIn()", helpers=helpers).reach is Reach.SIGNED_IN
    assert granted("if isOwner(resource.data.owner)", helpers=helpers).reach is Reach.TIED


def test_a_function_that_calls_itself_ends():
    assert granted("if a()", helpers="function a() { return a(); }").reach is Reach.UNKNOWN


def test_paths_join_and_the_root_is_left_out():
    text = b"""service cloud.firestore { match /databases/{d}/documents {
      match /users/{uid} {
        match /notes/{note=**} { allow write: if request.auth.uid == uid; }
      }
    } }"""
    (found,) = documents({"firestore.rules": text})
    assert found.path == "/users/{uid}/notes/{note=**}"
    assert found.verbs == ("create", "update", "delete")
    assert found.binds
    assert found.place.line == 3


def test_what_is_written_may_name_any_owner():
    assert not granted("if request.auth.uid == resource.data.owner", verbs="update").binds
    assert granted("if request.auth.uid == request.resource.data.owner", verbs="create").binds


def test_the_condition_has_its_bytes():
    text = "// größer\nservice cloud.firestore { match /databases/{d}/documents { match /a/{b} { allow read: if true; } } }"
    (found,) = documents({"firestore.rules": text.encode()})
    assert text.encode()[slice(*found.at)] == b"true"


def test_storage_and_a_forgotten_semicolon():
    text = b"service firebase.storage { match /b/{bucket}/o { match /{all=**} { allow read, write: if request.auth != null } } }"
    (found,) = documents({"storage.rules": text})
    assert (found.service, found.path, found.reach) == ("storage", "/{all=**}", Reach.SIGNED_IN)


def test_the_realtime_database_with_comments():
    text = b"""{ // ours
      "rules": {
        "users": { "$uid": { ".read": "$uid === auth.uid", ".write": "auth != null" } },
        "open": { ".write": true, ".read": "now < 1893456000000" }
      }
    }"""
    found = {(one.path, one.verbs[0]): one for one in documents({"database.rules.json": text})}
    assert found["/users/$uid", "get"].reach is Reach.TIED
    assert found["/users/$uid", "create"].reach is Reach.SIGNED_IN
    assert found["/open", "create"].reach is Reach.PUBLIC
    assert (found["/open", "get"].reach, found["/open", "get"].until) == (Reach.DATED, "2030-01-01")


def test_other_files_are_left_alone():
    assert documents({"lint.rules": b"no-console: off", "rules.json": b'{"rules": {"a": 1}}'}) == ()


@given(st.text(alphabet="(){}[]/$.:;'\"= \nabmatch allow if service cloud.firestore", max_size=200))
def test_nothing_breaks_the_reader(text):
    documents({"firestore.rules": b"service cloud.firestore { " + text.encode() + b"}"})
