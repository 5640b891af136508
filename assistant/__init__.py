"""stanch: find the rows that leak from a Postgres-backed app, close the hole and prove that it is closed.

The folders read in the order of the data: collect, ownership, attack, detect, explain, propose, prove, write.
This root imports nothing, so that ``stanch --help`` costs no more than the interpreter.
"""

__version__ = "0.1.0"
