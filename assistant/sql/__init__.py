"""Reads and writes the SQL that stanch itself builds: names, statement heads, policies, predicates.

sqlglot owns what stands inside the parentheses of a policy; the statement around it is ours. SQL that stanch did not
build is never printed again from a tree: function bodies do not survive it.
"""
