"""What steps do, one file an action; found by name through ``assistant.engine.actions``."""
