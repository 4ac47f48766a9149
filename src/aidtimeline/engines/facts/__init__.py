"""The table of facts: each fact as a row, once, from which any as_of and known_at can be answered.

- `linking` finds the records that have to do with others, in components.
- `rows` makes the rows of facts; `components` those of a component, at each date of knowledge.
- `columns` keeps rows as columns of numbers, with the texts beside them.
"""
