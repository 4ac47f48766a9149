"""Bundles are made of an explanation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from aidtimeline.codec.jsonlines import compact
from aidtimeline.errors import UsageError
from aidtimeline.explain import Explanation
from aidtimeline.projections import Bounds, FulfilmentRow, LevelRow
from aidtimeline.report.bundles.asking import Asking
from aidtimeline.report.bundles.labels import entries_about, rates_about
from aidtimeline.report.bundles.lines import lines_behind
from aidtimeline.report.citing.citation import Log
from aidtimeline.report.columns import BOUNDS, Json
from aidtimeline.report.explanation import ExplanationLook
from aidtimeline.report.levels import AMOUNTS
from aidtimeline.report.write import written
from aidtimeline.semantics.view import Viewed
from aidtimeline.version import __version__
from aidtimeline.vocabulary import Vocabulary

VERSION = 1
"""The version of the format of bundles that is written."""

MOST_BYTES = 2**24
"""The largest bundle."""

FLAGS = ("approximate", "disputed", "loose", "overlap")


def made_of(explanation: Explanation, made: date) -> str:
    """The bundle of an explanation, as JSON in ASCII.

    Raises `UsageError` for a question of the user's own, for an explanation of no view, and for an answer that rests on
    too much; `LogError` if the lines of the log cannot be read again.
    """
    view = explanation.view
    if view is None:
        raise UsageError("only an answer of a view can be bundled: view.explain(…)")
    asking = Asking.of_explanation(explanation, view)
    vocabulary = _vocabulary(explanation, view)
    found: Json = {
        "bundle": VERSION,
        "library": library(),
        "made": made.isoformat(),
        "question": asking.data,
        "answer": answer_of(explanation),
        "log": _log(view),
        "vocabulary": entries_about(explanation.records, asked_of(asking), vocabulary)
        | rates_about(explanation.conversions, vocabulary),
        "lines": lines_behind(explanation.records),
    }
    text = written({**found, "digest": digest_of(found)})
    if len(text) > MOST_BYTES:
        raise UsageError(f"this answer rests on {len(explanation.records):,} records, too many for a bundle: narrow it")
    return text


def library() -> str:
    """What makes bundles, with its version."""
    return f"aidtimeline {__version__}"


def _vocabulary(explanation: Explanation, view: Viewed) -> Vocabulary:
    """The vocabulary that an answer depends on: of a level what its view has, of others what the question was given."""
    if isinstance(explanation.answer, LevelRow):
        return view.vocabulary
    given: Vocabulary = explanation.question.selection.vocabulary
    return given


def answer_of(explanation: Explanation) -> Json:
    """An explanation in the form of docs/json.md, with the flags of the answer; labels are those of the vocabulary."""
    answer = explanation.answer
    found = ExplanationLook(explanation).json()
    facts: Json = {name: found.pop(name) for name in ("facts", "excluded") if name in found}
    if isinstance(answer, Bounds):
        found["open"] = answer.open
    if isinstance(answer, LevelRow):
        found |= {name: BOUNDS.json(getattr(answer, name)) for name in AMOUNTS[1:]}
    if isinstance(answer, Bounds | LevelRow | FulfilmentRow):
        found |= {flag: getattr(answer, flag) for flag in FLAGS if hasattr(answer, flag)}
    else:
        found["loose"] = bool(getattr(answer, "loose", False))
    return {**found, "unit": explanation.unit, "currency": explanation.currency, **facts}


def asked_of(asking: Asking) -> Iterator[tuple[str, str]]:
    """The values that a question names, each with its field."""
    for name, values in asking.where.items():
        yield from ((name, value) for value in values if isinstance(value, str))
    yield from asking.named


def digest_of(found: Json) -> str:
    """BLAKE2b-128, in hexadecimal, of the canonical JSON of a bundle without its digest."""
    said = {name: value for name, value in found.items() if name != "digest"}
    text = compact(said, sort=True).encode(errors="surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _log(view: Viewed) -> Json:
    log = Log.of(view)
    return {"name": log.name, "records": log.digest.records, "digest": log.digest.text}
