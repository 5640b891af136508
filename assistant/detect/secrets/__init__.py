"""Findings about secrets, and the order in which to change them."""

from assistant.detect.secrets.rotation import rotation_order
from assistant.detect.secrets.run import detect_secrets


__all__ = ["detect_secrets", "rotation_order"]
