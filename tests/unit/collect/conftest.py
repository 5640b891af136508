"""What the tests of the repository reader share."""

from __future__ import annotations

import pytest

from assistant.collect.repository import read_repository
from tests.unit.collect.sample import make


@pytest.fixture
def read(tmp_path):
    """Make a repository of these files and read it."""
    return lambda files, **options: read_repository(make(tmp_path / "app", files), **options)
