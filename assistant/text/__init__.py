"""Plain text work: redaction, unified diffs, spans."""
