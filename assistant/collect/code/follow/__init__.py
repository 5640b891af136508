"""Follows an entry point through the code without running it: values, branches, calls, and what is known about the caller at each query."""

from assistant.compiled import ahead


__path__ = ahead(__name__, __path__)
