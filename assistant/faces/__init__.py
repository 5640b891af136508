"""Two thin windows onto the same room: a command line and a terminal interface."""
