"""Look outside and give facts; one file a source. No opinion is formed here."""
