"""The case file: an append-only journal with a hash chain, the evidence behind it, locks and places on disk."""
