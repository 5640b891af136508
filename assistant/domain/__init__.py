"""The nouns of stanch: frozen values that know where they came from.

Nothing here reads a file, opens a connection or knows what time it is; the package imports the standard library alone.
Import the module that names the noun (``from assistant.domain.matrix import Cell``); this root re-exports nothing.
"""
