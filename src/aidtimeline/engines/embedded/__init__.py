"""The embedded engine: the table of facts in a DuckDB file, and the answers that come from it.

A store and its file, from below:

- `database` loads DuckDB; `files` reads the files of a log; `store` has the tables; `cache` is where stores are kept.
- `building` fills a store from lines, `overlay` lays over it what a log has grown by. `asked` is a store that can be
  asked, at the cuts of a question. `looked` is what was seen of files, and `base` a store in its file.
- `grown` finds what a log has beside a store, `making` makes a store, and `opening` opens the one that fits.

Answers:

- `sums` are counts and money, `beside` what stands beside them, `series` sums over time; `states` are
  projects and participation. `stream` gives facts one after another, `ids` the ids of records.
- `narrowing` and `promising` find the part of a log that is enough for a question.
- `engine` puts all that together, and `guarding` asks the fold instead where a store is damaged.
"""
