"""Hostile input for every parser: `make fuzz`. `tests/test_fuzz.py` uses the same targets and seeds."""
