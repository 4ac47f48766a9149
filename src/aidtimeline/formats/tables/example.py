"""A mapping to start from, and a table for it: the files beside this one."""

from __future__ import annotations

from pathlib import Path

EXAMPLE = Path(__file__).with_name("example.toml").read_text(encoding="utf-8")
SAMPLE = Path(__file__).with_name("example.csv").read_text(encoding="utf-8")


def example() -> str:
    """The mapping, with a comment on each line, and the table at its end as comments.

    >>> print(example()[:74])
    # A mapping: which column of a table is what. A text in quotes is taken as
    """
    table = "".join(f"# {line}\n" for line in SAMPLE.splitlines())
    return f"{EXAMPLE}\n# The table, aid.csv:\n{table}"
