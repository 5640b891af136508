"""The rules, one file each; ``assistant.detect.registry`` finds them by listing this package."""
