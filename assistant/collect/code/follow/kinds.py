"""Where values come from, by their own names: millions are looked at, and a member of an enumeration is looked up in its class each time."""

from __future__ import annotations

from typing import Final

from assistant.domain.code import OriginKind


REQUEST: Final = OriginKind.REQUEST
CALLER: Final = OriginKind.CALLER
CLAIMED: Final = OriginKind.CLAIMED
ROW: Final = OriginKind.ROW
SIGNED: Final = OriginKind.SIGNED
ENVIRONMENT: Final = OriginKind.ENVIRONMENT
CONSTANT: Final = OriginKind.CONSTANT
GENERATED: Final = OriginKind.GENERATED
UNSURE: Final = OriginKind.UNKNOWN
PERSONS: Final = frozenset({CALLER, CLAIMED})
"""Who is calling, verified or not."""
SILENT: Final = frozenset({UNSURE, REQUEST, GENERATED})
"""That something of this kind is there, or is not, teaches nothing."""
