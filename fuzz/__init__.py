"""Hostile input for every parser: `make fuzz`. The targets and seeds serve `tests/test_fuzz.py` as well."""
