"""What people already have, read into events: one module a format, each with the same `read`.

A reader turns a `File` into readings: entries, what it skipped, and what is worth a look. It touches no log.
`aidtimeline.formats.importing` holds the entries against the log, and records what is new.
"""
