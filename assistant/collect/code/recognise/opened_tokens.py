"""Tokens that a library which nobody knows opens with a secret of the application: ``unseal(cookie, { password: env.SESSION_PASSWORD })``.

What comes out was put in by whoever has the secret. A call without one only reads what anybody can write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.drafts import Identity
from assistant.collect.code.origins import origins_of
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.values import Chain

_OPENS: Final = re.compile(
    r"(?:unseal|open|decrypt|decode|verif|validate|authenticate|parse|read|load|get|check)", re.IGNORECASE
)
_SECRET: Final = re.compile(r"secret|passw|(?:^|_)key(?:$|_)", re.IGNORECASE)
_CARRIED: Final = ("cookie.", "header.authorization", "header.cookie")
_OF_BYTES: Final = ("crypto", "node:crypto", "bcrypt", "argon2", "crypto-js")
"""What they open is any text, and no session."""


def opened(chain: Chain, package: str) -> Identity | None:
    """Who is calling, as a token says that was opened with a secret; None for all else."""
    last = chain.last
    name = (last.name or chain.name) if last is not None else ""
    if last is None or not last.arguments or package.startswith(_OF_BYTES) or not _OPENS.match(name):
        return None
    found = [origin for each in last.arguments for origin in origins_of(each)]
    sent = any(one.kind is OriginKind.REQUEST and one.path.startswith(_CARRIED) for one in found)
    kept = any(one.kind is OriginKind.ENVIRONMENT and _SECRET.search(one.path) for one in found)
    if not sent or not kept:
        return None
    return Identity(kind=OriginKind.CALLER, path="claims", wraps=(), throws=False, says=f"{name}() with a secret")
