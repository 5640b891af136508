"""Files that git knows of and that are none."""

from __future__ import annotations

import pytest

from assistant.collect.secrets.reading import PassedOver, read_bytes


def test_a_repository_inside_of_this_one_is_a_folder(tmp_path):
    """A submodule, or a work tree that an assistant left behind: ``git ls-files`` lists it, and the scan ended there with a traceback."""
    (tmp_path / "inner").mkdir()
    with pytest.raises(PassedOver):
        read_bytes(tmp_path, "inner")


def test_a_file_is_read(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"text")
    assert read_bytes(tmp_path, "a.txt") == b"text"
