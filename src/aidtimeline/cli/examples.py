"""The command `example`: the example record, as a log of one's own."""

from __future__ import annotations

import click

from aidtimeline import examples
from aidtimeline.cli.application import command
from aidtimeline.cli.printing import note, show


@command("example", "aidtimeline example")
@click.pass_obj
def example(folder: str, /) -> None:
    """Put the example record into the folder of the log.

    It is the record that the pages of this library ask: what Japan gave to Ukraine for clearing mines. The folder, by
    default events, must be missing or empty.
    """
    show(str(path) for path in examples.copy(folder))
    note(f"the example record is in {folder}; next: aidtimeline --log {folder} as-of 2023-11-28")
