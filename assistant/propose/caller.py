"""How a policy asks who is calling, on each platform, in the type of the column it compares with.

Every expression is a scalar sub-select: PostgreSQL then evaluates it once a statement instead of once a row.
Nothing here is read from the operator's policies: the platform alone decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.catalog import PlatformKind
from assistant.sql.names import literal


if TYPE_CHECKING:
    from assistant.domain.catalog import Column, Platform

_TEXT: Final = frozenset({"text", "varchar", "bpchar", "citext", "name"})


def subject(platform: Platform, column: Column | None) -> str:
    """``(select auth.uid())`` and its kin: the caller's id in the type of ``column``."""
    base = column.base if column is not None else "uuid"
    if platform.kind is PlatformKind.PLAIN:
        setting = platform.user_settings[0] if platform.user_settings else "app.user_id"
        return f"(select {_setting(setting, column)})"
    if platform.kind is PlatformKind.NEON:
        return "(select auth.user_id())" if base in _TEXT else f"(select auth.user_id()::{_cast(column)})"
    if platform.text_subject:
        claim = "(auth.jwt() ->> 'sub')"
        return f"(select {claim})" if base in _TEXT else f"(select {claim}::{_cast(column)})"
    if base in _TEXT:
        return "(select auth.uid()::text)"
    return "(select auth.uid())"


def tenant_setting(platform: Platform, column: Column | None) -> str | None:
    """The tenant that trusted server code put into a setting; None where the platform has no such setting."""
    if platform.kind is not PlatformKind.PLAIN or not platform.tenant_settings:
        return None
    return f"(select {_setting(platform.tenant_settings[0], column)})"


def signed_in(platform: Platform) -> str:
    """True for whoever has proven who they are, and nothing more."""
    return f"{subject(platform, None)} is not null" if platform.kind is not PlatformKind.PLAIN else "true"


def _setting(name: str, column: Column | None) -> str:
    # after a transaction-local set_config the same session reads '' instead of NULL: both must mean nobody
    text = f"nullif(current_setting({literal(name)}, true), '')"
    return text if column is not None and column.base in _TEXT else f"{text}::{_cast(column)}"


def _cast(column: Column | None) -> str:
    return "uuid" if column is None else column.type
