"""SQL over the table of facts, for analysts: views with plain columns in a database that can do nothing else.

- `columns` has the columns of the views, and `views` the views and macros over them (docs/sql.md).
- `source` is where the rows come from: the store of the embedded engine, or one that is made in memory for the fold.
- `thought` has the facts that must not just be added up, as rows; `books` says which are in books that may repeat
  others.
- `tables` puts these into a database of its own, and locks it.
- `statement` reads what is asked, and refuses all but one SELECT; `asking` answers it, and `answer` is the result.
- `exporting` writes the whole table to a file.
"""
