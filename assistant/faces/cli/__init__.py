"""The command line: verbs, output formats, and the one place that owns stderr and exit codes."""
