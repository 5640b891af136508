"""Other things worth knowing: what is logged, answered, cached, fetched, sent to, prompted, decrypted."""

from __future__ import annotations

from assistant.collect.code.recognise.chains import Seen, said
from assistant.collect.code.values import Chain, Deed


_CONSOLE = frozenset({"log", "error", "warn", "info", "debug", "trace", "dir", "table"})


def deed(chain: Chain, seen: Seen) -> Deed | None:
    """What a call does besides querying; None when it is nothing of the kind."""
    last = chain.last
    if last is None or last.arguments is None:
        return None
    del seen
    if chain.source == "global" and chain.name == "console" and last.name in _CONSOLE:
        return Deed(
            "log", f"console.{last.name}", tuple((str(n), value, said(value)) for n, value in enumerate(last.arguments))
        )
    return None
