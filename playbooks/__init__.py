"""The playbooks and templates: data that travels in the wheel."""
