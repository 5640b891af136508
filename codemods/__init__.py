"""Pure functions from text to edits, one file each; nothing here reads or writes a file."""
