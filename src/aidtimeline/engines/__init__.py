"""Where questions run when a log is large: a table of facts, and what answers from it.

The fold over typed facts (`aidtimeline.semantics`, `aidtimeline.projections`) defines every answer. An engine narrows
and sums: it adds up what is a plain sum, and hands the few facts whose answer takes thought to the reference code. So
each answer is that of the fold, to the last digit.

- `fold` is the reference, with all records in memory; `choosing` says which engine a log is asked with, `following`
  sees what a log has grown by, and `caching` shows, makes and clears what is kept of it.
- `facts` makes the table, in plain Python: each fact as a row, with the days and the knowledge in which it counts.
- `embedded` keeps the table in a DuckDB file beside the log, and answers from it.
"""
