"""Findings become fixes, or a reason why not."""
