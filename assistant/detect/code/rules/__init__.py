"""The rules about code, one file each; ``assistant.detect.code.registry`` finds them by listing this package."""
