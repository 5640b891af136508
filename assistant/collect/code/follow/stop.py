"""The run does not come back from here."""

from __future__ import annotations


class Stopped(Exception):  # noqa: N818 - not an error: the path of the program ends
    """Thrown, redirected, or answered and gone."""


class Exhausted(Exception):  # noqa: N818 - not an error: the entry is too large
    """The entry took more steps than one is given."""
