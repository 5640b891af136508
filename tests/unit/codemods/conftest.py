"""Failures inside the two test helpers are told with what differs."""

from __future__ import annotations

import pytest


pytest.register_assert_rewrite("tests.unit.codemods.tools")
