"""Edits to TypeScript and TSX, as byte ranges."""
