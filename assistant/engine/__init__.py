"""Walks an incident through its playbook and folds what happened; neither prompts nor prints."""
