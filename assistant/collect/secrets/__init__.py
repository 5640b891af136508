"""Secrets in the work tree, in what browsers download, and in the history; environments compared. Values are never kept."""
