"""One file a verb; each has ``run(arguments, voice)``, which returns the exit code."""
