"""Edits to Python, through a concrete syntax tree."""
