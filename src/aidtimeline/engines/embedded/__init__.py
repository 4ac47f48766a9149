"""The embedded engine: the table of facts in a DuckDB file, and the answers that come from it.

- `database` loads DuckDB, and says what brings it if it is missing.
- `store` writes the table into a database, and `asked` reads from it what one question needs.
- `sums` answers counts and money.
"""
