"""The command `plot`: the answers of questions as charts."""

from __future__ import annotations

import functools
from typing import Any

import click

from aidtimeline.cli import questions
from aidtimeline.cli.application import application
from aidtimeline.cli.options import ENDINGS
from aidtimeline.report import PICTURES

QUESTIONS = ("counts", "money", "series", "fulfilment", "levels")


@application.group(name="plot", epilog="Example: aidtimeline plot series --where item=truck --out trucks.png")
def plot() -> None:
    """Draw the answer of a question: a PNG or SVG file.

    Each takes the options of its question. Filled is what is certain, pale what is possible, and an open end is an
    arrow.
    """


def drawn(question: click.Command) -> click.Command:
    """The command that draws what a question answers: with the same options, but those of the format."""
    answer: Any = question.callback

    @functools.wraps(answer)
    def draw(**given: Any) -> None:
        out = given["out"]
        if ENDINGS.get("" if out is None else out.suffix.lower()) not in PICTURES:
            raise click.UsageError("a chart needs a file: --out FILE, which ends in .png or .svg")
        answer(form=None, json=False, **given)

    options = [each for each in question.params if each.name not in ("form", "json")]
    epilog = f"Example: aidtimeline plot {question.name} --as-of 2023-11-28 --out {question.name}.png"
    return click.Command(question.name, params=options, callback=draw, help=question.help, epilog=epilog)


for name in QUESTIONS:
    plot.add_command(drawn(getattr(questions, name)))
