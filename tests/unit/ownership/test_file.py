"""The map in stanch.toml: what the operator wrote survives, wins, and is corrected with a line number."""

from __future__ import annotations

import dataclasses
import stat

import pytest

from assistant.domain.errors import UsageError
from assistant.domain.ownership import OwnerKind
from assistant.ownership.file import load, render, save
from assistant.ownership.infer import infer

from .rig import catalog, name_of


SCHEMA = """
    organizations: id name:text
    members: id organization_id!>organizations~c user_id!>auth.users~c role:text=owner,member!
      unique organization_id,user_id
    invoices: id organization_id!>organizations~c total:int4
    chats: id user_id!>auth.users~c is_public:bool email:text
      select is_public
    messages: id chat_id!>chats~c
    plans: id name:text
      select true
    things: id a:text
      select true
"""


@pytest.fixture
def schema():
    views = [
        ("chat_count", "chats", "total"),
        ("roles", "members", "role"),
        ("parts", "messages", "id"),
        ("mine", "chats", "user_id"),
    ]
    return catalog(SCHEMA, views=views, buckets=[("contracts", True), ("avatars", True)])


@pytest.fixture
def inferred(schema):
    return infer(schema)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "stanch.toml"


def essence(ownership):
    return {
        name: dataclasses.replace(entry, evidence=(), confidence="", confirmed=False, why="")
        for name, entry in ownership.entries.items()
    }


def refused(path, text, inferred, schema=None):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load(path, inferred, schema)
    return caught.value


def test_without_a_file_the_inferred_map_stands(path, inferred):
    assert load(path, inferred) is inferred


def test_what_is_saved_is_what_is_loaded_and_counts_as_confirmed(path, inferred, schema):
    save(path, inferred)
    loaded = load(path, inferred, schema)
    assert essence(loaded) == essence(inferred)
    assert loaded.confirmed
    assert loaded.entries[name_of("chats")].confirmed
    assert not loaded.entries[name_of("things")].confirmed
    assert loaded.stale == ()


def test_saving_twice_changes_nothing(path, inferred, schema):
    save(path, inferred)
    first = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    save(path, inferred)
    save(path, load(path, inferred, schema))
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == first


def test_a_person_can_read_what_is_written(path, inferred):
    save(path, inferred)
    text = path.read_text(encoding="utf-8")
    assert '[ownership."public.messages"]\n# chat_id refers to public.chats and deletes with it\nkind = "via"\n' in text
    assert '[public]\n"public.plans" = "plan in its name is a catalogue' in text


def test_comments_order_and_what_stanch_does_not_know_stay(path, inferred, schema):
    written = """# our settings
[shadow]   # not yours
url = "postgres://localhost"

[ownership."public.messages"] # parts of a chat
kind = "user"      # wrong, they moved
note = "ask Kim"
columns = ["chat_id"]

[ownership."public.gone"]
kind = "service"
"""
    path.write_text(written, encoding="utf-8")
    save(path, inferred)
    text = path.read_text(encoding="utf-8")
    assert text.startswith('# our settings\n[shadow]   # not yours\nurl = "postgres://localhost"\n')
    assert (
        '[ownership."public.messages"] # parts of a chat\nkind = "via"      # wrong, they moved\nnote = "ask Kim"\n'
        in text
    )
    assert '[ownership."public.gone"]\nkind = "service"\n' in text
    assert load(path, inferred, schema).stale == ("public.gone",)


def test_what_the_operator_says_wins_and_silence_is_filled_in(path, inferred, schema):
    path.write_text(
        '[ownership."public.chats"]\nkind = "user"\ncolumns = ["user_id"]\n\n[ownership."public.invoices"]\nkind = "service"\n',
        encoding="utf-8",
    )
    loaded = load(path, inferred, schema)
    chats = loaded.entries[name_of("chats")]
    assert (chats.kind, chats.condition, chats.base) == (OwnerKind.USER, None, None)
    assert chats.sensitive == ("email",)
    assert loaded.entries[name_of("invoices")].tenant is None
    assert loaded.entries[name_of("messages")].kind is OwnerKind.VIA
    assert not loaded.confirmed


def test_a_public_answer_closes_its_question(path, inferred, schema):
    assert [question.id for question in inferred.questions] == ["ownerless-public", "public-bucket-storage"]
    path.write_text('[public]\n"public.things" = "a gallery on the landing page"\n', encoding="utf-8")
    loaded = load(path, inferred, schema)
    assert loaded.entries[name_of("things")].kind is OwnerKind.PUBLIC
    assert loaded.entries[name_of("things")].why == "a gallery on the landing page"
    assert [question.id for question in loaded.questions] == ["public-bucket-storage"]


def test_an_answer_that_changes_its_mind_moves(path, inferred, schema):
    save(path, inferred)
    loaded = load(path, inferred, schema)
    plans = dataclasses.replace(loaded.entries[name_of("plans")], kind=OwnerKind.SERVICE, why="not for sale any more")
    save(path, dataclasses.replace(loaded, entries={**loaded.entries, plans.name: plans}))
    again = load(path, inferred, schema)
    assert again.entries[plans.name].kind is OwnerKind.SERVICE
    assert again.entries[plans.name].why == "not for sale any more"
    assert '"public.plans" =' not in path.read_text(encoding="utf-8")


def test_an_unknown_entry_is_no_answer(path, inferred, schema):
    path.write_text('[ownership."public.chats"]\nkind = "unknown"\n', encoding="utf-8")
    assert load(path, inferred, schema).entries[name_of("chats")].kind is OwnerKind.CONDITIONAL


@pytest.mark.parametrize(
    ("text", "says", "remedy"),
    [
        ("[a]\nb = [1,\n", "stanch.toml:", "Correct the line"),
        (
            '# one\n[ownership."public.chats"]\nkind = "owner"\n',
            'stanch.toml:2: kind "owner" of "public.chats" is not known',
            "self, user, tenant",
        ),
        ('[ownership."public.chats"]\ncolumns = ["user_id"]\n', "does not say its kind", "Add kind"),
        (
            '\n[ownership."public.chats"]\nkind = "user"\ncolumns = ["owner"]\n',
            'stanch.toml:2: public.chats has no column "owner"',
            "id, user_id",
        ),
        ('[ownership."public.chats"]\nkind = "user"\ncolumns = "user_id"\n', "must be a list of names", "user_id"),
        ('[ownership."public.plans"]\nkind = "user"\n', "needs the columns", "columns ="),
        ('[ownership."public.plans"]\nkind = "via"\ncolumns = ["id"]\n', "needs its parent", "parent ="),
        (
            '[ownership."public.plans"]\nkind = "via"\ncolumns = ["id"]\nparent = "chats"\n',
            "must name its schema",
            "public.chats",
        ),
        ('[ownership."public.plans"]\nkind = "membership"\ncolumns = ["id"]\n', "needs two columns", "the user first"),
        (
            '[ownership."public.plans"]\nkind = "conditional"\ncolumns = ["id"]\n',
            "needs a base and a condition",
            "base =",
        ),
        (
            '[ownership."public.plans"]\nkind = "conditional"\nbase = "public"\n',
            'base "public"',
            "self, user, tenant, via",
        ),
        ('[ownership]\n"public.chats" = "user"\n', "must be a table", "[ownership"),
        ('[ownership.public.chats]\nkind = "user"\n', "must stand in quotes", '[ownership."public.chats"]'),
        ('[public]\n"public.plans" = ""\n', "stanch.toml:2:", "Write a sentence"),
        ("ownership = 3\n", "must be a table", "[ownership]"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line_and_a_remedy(path, inferred, schema, text, says, remedy):
    error = refused(path, text, inferred, schema)
    assert says in error.says
    assert remedy in error.remedy


def test_a_file_that_is_not_text_is_refused_and_left_alone(path, inferred):
    path.write_bytes(b"\xff\xfe\x00")
    for act in (lambda: load(path, inferred), lambda: save(path, inferred)):
        with pytest.raises(UsageError, match="not UTF-8"):
            act()
    assert path.read_bytes() == b"\xff\xfe\x00"


def test_the_mode_and_a_link_survive_and_nothing_else_is_left_behind(tmp_path, inferred):
    real = tmp_path / "real.toml"
    real.write_text("# ours\n", encoding="utf-8")
    real.chmod(0o640)
    link = tmp_path / "stanch.toml"
    link.symlink_to(real)
    save(link, inferred)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_text(encoding="utf-8").startswith("# ours\n")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["real.toml", "stanch.toml"]


def test_windows_line_ends_survive(path, inferred):
    path.write_bytes(b"# ours\r\n[shadow]\r\nurl = 'x'\r\n")
    save(path, inferred)
    assert path.read_bytes().startswith(b"# ours\r\n[shadow]\r\nurl = 'x'\r\n")


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path, inferred):
    with pytest.raises(UsageError, match="cannot be written"):
        save(tmp_path / "missing" / "stanch.toml", inferred)


def test_the_table_for_the_terminal_keeps_to_its_width(inferred):
    for width in (60, 100, 200):
        text = render(inferred, width)
        assert all(len(line) <= width for line in text.splitlines())
        assert all(line == line.rstrip() for line in text.splitlines())
    assert "public.messages" in text
    assert "via public.chats" in text
    assert "user user_id; everyone if is_public" in text
    assert "asks you" in text
    assert "To be answered:" in text
    assert "public.things" in text.partition("To be answered:")[2]
