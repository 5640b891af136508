"""Secrets in the work tree, in what browsers download, and in the history; environments compared. Values are never kept."""

from assistant.collect.secrets.read import read_secrets


__all__ = ["read_secrets"]
