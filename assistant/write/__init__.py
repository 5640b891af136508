"""Proven fixes become files in the operator's repository: only after approval, atomically, never over another file."""
