"""`cite`: a number with its bounds, dates and sources, ready to be pasted; `verify` derives one again from a bundle."""

from __future__ import annotations

from pathlib import Path

import click

from aidtimeline.cli.application import FINE, PROBLEMS, command
from aidtimeline.cli.asking import hand_in
from aidtimeline.cli.explaining import EXPLAINED, explained
from aidtimeline.cli.options import (
    ENGINE,
    FORCE,
    KNOWN_AT,
    OUT,
    RECORDED_UNTIL,
    SKIP_PROBLEMS,
    WHERE,
    Question,
    asking,
)
from aidtimeline.cli.printing import note, show
from aidtimeline.cli.progress import bar
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.whole import write_file
from aidtimeline.report.bundles import Verdict, bundle, verify
from aidtimeline.report.bundles.making import MOST_BYTES
from aidtimeline.report.citing import FORMATS, cite
from aidtimeline.timeline import Timeline

STYLE = click.option(
    "--format",
    "style",
    type=click.Choice(list(FORMATS)),
    help="How it is written. Default: by the ending of --out, else text.",
)
ENDINGS = {".md": "markdown", ".bib": "bibtex", ".json": "csl-json"}
BUNDLE = click.option(
    "--bundle",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the answer, with all that it rests on, to this file; `verify` derives it again.",
)


@command("cite", "aidtimeline cite --where item=mine-detector --as-of 2023-11-28 --format markdown")
@asking(*EXPLAINED, KNOWN_AT, RECORDED_UNTIL, WHERE, ENGINE, SKIP_PROBLEMS, STYLE, OUT, BUNDLE, FORCE)
def cite_number(question: Question) -> None:
    """Cite a number, a level or a state, with its bounds, dates and sources.

    What is cited is chosen as for `explain`. As text and Markdown it is a sentence with numbered sources. As CSL-JSON
    and BibTeX it is a bibliography, with an entry for each report and one for the log.
    """
    explanation = explained(question)
    by_ending = None if question.out is None else ENDINGS.get(question.out.suffix.lower())
    cited = cite(explanation, question.style or by_ending or "text")
    if question.bundle is not None:
        text = bundle(explanation)
        write_file(question.bundle, text, force=question.force)
        note(f"{len(text):,} bytes written to {question.bundle}")
    hand_in(cited, question.out, force=question.force)


@command("verify", "aidtimeline --log events verify trucks.json")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def verify_bundle(context: click.Context, path: Path) -> int:
    """Derive the answer in a bundle again, on any machine.

    The lines in FILE (from `cite --bundle`) must be as their ids say, and give the answer and its explanation. With
    --log or $AIDTIMELINE_LOG it also says whether that log still has these lines, whether its digest is the same, and
    whether it still gives the same answer.

    The exit code is 0 if all holds, 1 if anything differs. This is not a signature: who makes up a whole log can bundle
    it too. Compare with the log of the publisher.
    """
    with as_log_error(path), path.open("rb") as stream:
        text = stream.read(MOST_BYTES + 1)
    root = context.find_root()
    given = root.get_parameter_source("folder")
    compared = given not in (None, click.core.ParameterSource.DEFAULT)
    found = verify(text, Timeline.open(root.obj, progress=bar) if compared else None)
    show(_lines(found, root.obj if compared else None))
    return FINE if found.holds else PROBLEMS


def _lines(found: Verdict, log: str | None) -> list[str]:
    """The verdict, what differs, and what was found beside that."""
    lines = ["verified" if found.holds else "not verified"]
    lines += [each for each in (found.sentence, found.command and f"asked by: {found.command}") if each]
    lines += [f"differs: {each}" for each in found.faults]
    lines += [each if log is None else f"log {log}: {each}" for each in found.notes]
    if log is None and found.holds:
        lines.append("not compared with a log: `aidtimeline --log DIR verify FILE` does that")
    return lines
