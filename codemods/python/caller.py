"""What a Python function calls whoever is calling: a dependency of FastAPI, Flask-Login's proxy, the user of Django's request."""

from __future__ import annotations

import re
from typing import Final


_DEPENDS: Final = re.compile(
    r"[(,]\s*(\w+)\s*(?::[^=,()]+(?:\[[^\]]*\])?)?\s*=\s*(?:Depends|Security)\(\w*(?:user|auth|principal|viewer|account|identity)\w*\b(?<!scheme)",
    re.IGNORECASE,
)
_ANNOTATED: Final = re.compile(
    r"\b(\w*(?:user|principal|viewer)\w*)\s*:\s*(?:Annotated\[[^\]]*Depends\([^\]]*\]|(?:Current|Auth\w*|Active|Signed\w*)User\w*|User\b)",
    re.IGNORECASE,
)
_READ: Final = r"(?P<way>\.(?:id|user_id|uid|sub)\b|\[[\"'](?:id|user_id|uid|sub)[\"']\]|\.get\([\"'](?:id|user_id|uid|sub)[\"']\))"


def caller_of(source: str, function: str, engine: str, column: str) -> str:
    """The caller as the column is compared with it: ``current_user.id``, ``request.user``; empty when the function does not know.

    Args:
        source: the file.
        function: the function around the query.
        engine: the mapper; a foreign key of Django takes the user itself.
        column: the column.
    """
    head = function.split("):", 1)[0] if "):" in function else function
    found = _DEPENDS.search(head) or _ANNOTATED.search(head)
    if found is not None:
        return found[1] + _way(source, found[1])
    if engine == "django":
        # below a mixin of a class-based view the request is an attribute
        request = "request" if re.search(r"def \w+\((?:self,\s*)?request\b", function) else ""
        request = request or ("self.request" if re.search(r"def \w+\(self\b", function) else "")
        key = "" if not column.endswith("_id") else ".id"
        return f"{request}.user{key}" if request else ""
    if re.search(r"^from flask_login import [^\n]*\bcurrent_user\b", source, re.MULTILINE):
        return "current_user.id"
    kept = re.search(rf"\bg\.(?:current_)?user{_READ}", source)
    if kept is not None and re.search(r"^from flask import [^\n]*\bg\b", source, re.MULTILINE):
        return kept[0]
    named = re.search(r"\b(?:current_)?user\s*=\s*(?:await\s+)?\w*(?:current|auth\w*|get)_?\w*user\w*\(", function)
    return named[0].split("=", 1)[0].strip() + _way(source, "user") if named is not None else ""


def _way(source: str, name: str) -> str:
    """How the file reads the id: ``.id``, or ``["sub"]`` of claims."""
    found = [match["way"] for match in re.finditer(rf"\b{re.escape(name)}{_READ}", source)]
    return max(found, key=lambda way: (found.count(way), way == ".id")) if found else ".id"
