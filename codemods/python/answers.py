"""How a Python service says no: by the framework that the file imports."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class No(NamedTuple):
    """One statement that ends the function."""

    line: str
    module: str
    name: str
    """What it imports from where."""


_WORDS: Final = {403: "Forbidden", 404: "Not found"}
_DJANGO: Final = {
    403: No("raise PermissionDenied", "django.core.exceptions", "PermissionDenied"),
    404: No("raise Http404", "django.http", "Http404"),
}


def answer(source: str, status: int) -> No | None:
    """The refusal with a status; None where the framework is not known."""
    if re.search(r"^(from|import) fastapi\b", source, re.MULTILINE):
        return No(f'raise HTTPException(status_code={status}, detail="{_WORDS[status]}")', "fastapi", "HTTPException")
    if re.search(r"^(from|import) flask\b", source, re.MULTILINE):
        return No(f"abort({status})", "flask", "abort")
    return _DJANGO[status] if re.search(r"^(from|import) (django|rest_framework)\b", source, re.MULTILINE) else None
