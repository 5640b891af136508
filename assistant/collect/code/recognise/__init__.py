"""What a library object is: a query, an identity, a check, another act, and as whom its client speaks; ``asking`` is the door."""

from assistant.compiled import ahead


__path__ = ahead(__name__, __path__)
