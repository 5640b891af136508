"""Reads the application's code: entry points, callers, guards and queries, from syntax alone and without running any of it."""

from assistant.compiled import ahead


__path__ = ahead(__name__, __path__)
