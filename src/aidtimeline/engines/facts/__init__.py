"""The table of facts: each fact as a row, once, from which any as_of and known_at can be answered.

- `linking` finds the records that have to do with others, in components.
- `rows` says what a row is, and makes that of a fact; `components` makes those of a component, at each date of
  knowledge; `bulk` those of lines that stand alone.
- `columns` keeps rows as columns of numbers, with the texts beside them.
- `reading` makes all that of blocks of lines.
"""
