"""Who owns each row: inferred from keys, names and code, confirmed by the operator, never taken from a policy's text."""
