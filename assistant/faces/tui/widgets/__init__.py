"""Small pieces that the screens share."""
