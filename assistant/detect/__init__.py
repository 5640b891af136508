"""Facts, ownership and matrix become findings; one file a rule."""
