"""Secrets that the operator declares known in ``stanch.toml``: rotated long ago, a canary, a key that opens nothing.

``[secrets] known = [{ fingerprint = "…", reason = "rotated 2026-11-02" }]``; a text is taken as the fingerprint and, after a blank, the reason.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final

from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "stanch.toml"
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{12,64}")


def read_known(root: Path) -> dict[str, str]:
    """Fingerprints (of a secret or of a finding) with the reason.

    Raises:
        UsageError: the file cannot be read, is no TOML, or says something else there.
    """
    path = root / _FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{_FILE} cannot be read.", "Save it as UTF-8, readable by you.") from error
    try:
        table = tomllib.loads(text).get("secrets", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{_FILE} is not valid TOML: {error}.", "Correct that line.") from None
    entries = table.get("known", []) if isinstance(table, dict) else None
    if not isinstance(entries, list):
        raise _wrong("known is not a list")
    known: dict[str, str] = {}
    for n, entry in enumerate(entries, 1):
        if isinstance(entry, str):
            fingerprint, _, reason = entry.partition(" ")
        elif isinstance(entry, dict):
            fingerprint, reason = str(entry.get("fingerprint", "")), str(entry.get("reason", ""))
        else:
            fingerprint = reason = ""
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise _wrong(
                f"entry {n} of known is not a fingerprint"
            )  # the entry is not repeated: it could be the secret
        known[fingerprint] = reason.strip(" -:")
    return known


def _wrong(says: str) -> UsageError:
    return UsageError(
        f"{_FILE}, [secrets]: {says}.",
        'Write known = [{ fingerprint = "…", reason = "rotated 2026-11-02" }] with the fingerprint that the finding shows.',
    )
