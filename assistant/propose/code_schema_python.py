"""What Python says of owners: fields of Django's models that lead to the account, and the dependency that asks who is calling."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from collections.abc import Iterable


_MODEL: Final = re.compile(r"^class\s+(\w+)\([^)]*\bModel\b[^)]*\):\n((?:[ \t]+[^\n]*\n|\s*\n)+)", re.MULTILINE)
_KEY: Final = re.compile(
    r"^\s+(\w+)\s*(?::[^=\n]+)?=\s*(?:models\.)?(?:ForeignKey|OneToOneField)\(\s*(?:to\s*=\s*)?"
    r"(settings\.AUTH_USER_MODEL|get_user_model\(\)|User|[\"'](?:\w+\.)?User[\"']|AbstractUser)",
    re.MULTILINE,
)
_DEPENDS: Final = re.compile(
    r"[(,]\s*(\w+)\s*(?::\s*(\w+)\s*)?=\s*Depends\((\w*(?:user|auth|principal|viewer|identity|login|require_session)\w*(?<!scheme))\)",
    re.IGNORECASE,
)
"""Parameter, its type, and the dependency."""
_NOT_OWNER: Final = re.compile(
    r"(updated|modified|deleted|approved|reviewed|closed|assigned|edited)_by|assignee|reviewer"
)
"""Fields that name somebody who did something to the row later."""


def dependency_of(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The dependency that endpoints of FastAPI use to ask who is calling, most used first, with the parameter as they write it; empty without one."""
    counted: Counter[tuple[str, str]] = Counter()
    written: Counter[tuple[str, str, str]] = Counter()
    for path, source in files:
        for parameter, kind, name in _DEPENDS.findall(source):
            called = re.escape(name)
            found = re.search(rf"^from\s+([\w.]+)\s+import\s+(?:\([^)]*|[^\n]*)\b{called}\b", source, re.MULTILINE)
            own = re.search(rf"^(?:async )?def {called}\b", source, re.MULTILINE)
            module = found[1] if found else path.removesuffix(".py").replace("/", ".") if own else ""
            if module:
                counted[name, module] += 1
                written[name, parameter, kind.strip()] += 1
    if not counted:
        return {}
    name, module = max(counted, key=lambda one: (counted[one], one))
    _, parameter, kind = max((one for one in written if one[0] == name), key=lambda one: (written[one], one))
    return {"dependency": name, "module": module, "parameter": parameter, **({"annotation": kind} if kind else {})}


def read_django(source: str) -> dict[str, list[str]]:
    """Fields that lead to the account, by ``words.table_key`` of the model; empty for a file without models."""
    out: dict[str, list[str]] = {}
    for match in _MODEL.finditer(source if source.endswith("\n") else f"{source}\n"):
        fields = [found[1] for found in _KEY.finditer(match[2]) if not _NOT_OWNER.search(found[1])]
        if fields:
            out[words.table_key(match[1])] = fields
    return out
