"""What Passport adds to a request of Express: ``if (!req.isAuthenticated()) return res.sendStatus(401)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.values import Test, caller


if TYPE_CHECKING:
    from assistant.collect.code.values import Value

_YES: Final = "isAuthenticated"
_NO: Final = "isUnauthenticated"
SIGNED_IN: Final = frozenset({_YES, _NO})
"""Methods that say whether somebody signed in; what an application itself puts there under such a name is followed instead."""


def signed_in(name: str) -> Value:
    """True for whoever is signed in; for ``isUnauthenticated`` it is the other way round."""
    asked = Test("truthy", (caller("user"),))
    return Test("not", (asked,)) if name == _NO else asked
