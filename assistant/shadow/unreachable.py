"""What a driver or pg_dump said about a connection, in one line and without the password."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict


_SENTENCE = re.compile(r"(?:FATAL|ERROR|error):\s+(.*)", re.DOTALL)


def said(error: BaseException | str, url: str) -> str:
    """The last thing that was said, its prefix, line breaks and final stop removed, secrets of ``url`` blanked."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        text = error.diag.message_primary
    else:
        lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
        telling = [line for line in lines if _SENTENCE.search(line)]
        text = (telling or lines or ["nothing"])[0 if telling else -1]
        match = _SENTENCE.findall(text)
        text = match[-1] if match else text
    return without_secrets(text, url).strip().rstrip(".:")


def without_secrets(text: str, url: str) -> str:
    """``text`` with the address itself and every password in it blanked."""
    hidden = [url]
    for name, value in _parameters(url).items():
        if "password" in name and value:
            hidden.append(str(value))
    hidden += re.findall(r"://[^/@\s]*:([^/@\s]+)@", url)
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _parameters(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        return {}
