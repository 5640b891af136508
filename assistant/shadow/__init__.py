"""The rehearsal PostgreSQL: the operator's schema with synthetic rows, never a customer's row.

SQL from a repository is hostile input: it is replayed as a role that is not a superuser, under a watchdog, on a server
without a network address.
"""
