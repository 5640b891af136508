"""Findings and history become causes: which migration line, which commit, which deploy."""
