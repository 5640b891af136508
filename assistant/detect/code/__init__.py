"""The code map, joined with what the database was shown to do, becomes findings; one file a rule."""
