"""Every code that a problem may have: what it means, what answers make of it meanwhile, and how to mend it.

`aidtimeline check --explain CODE` prints it. The pages in docs/checks/ say the same, with an example; a test compares
them, and the codes with those that the source reports.
"""

from __future__ import annotations

from attrs import frozen

from aidtimeline.errors import Severity


@frozen
class Code:
    """A code, which severities it comes with, and three texts in plain words.

    `meanwhile` says what answers make of it until it is mended, `mending` how that is done.
    """

    name: str
    severities: tuple[Severity, ...]
    meaning: str
    meanwhile: str
    mending: str


_ERROR: tuple[Severity, ...] = ("error",)
_WARNING: tuple[Severity, ...] = ("warning",)
_EITHER: tuple[Severity, ...] = ("error", "warning")

_STOPS = "A question stops at the line; with `--skip-problems` it is answered without it, and says so."
_REFUSED = "Nothing of the batch is recorded."
_UNDRAFTED = "A batch with such a draft is not recorded. In the log, a question stops at the line."

CODES: tuple[Code, ...] = (
    # Lines that cannot be read
    Code(
        "bad-json",
        _ERROR,
        "The line is not strictly one JSON object.",
        _STOPS,
        "Restore the line from the log's history or a copy, or take it out if it never was a record. Mend a draft.",
    ),
    Code(
        "unknown-kind",
        _ERROR,
        "There is no such `kind`.",
        _UNDRAFTED,
        "Use the kind that the message names as the nearest, or one of its list. Upgrade if a newer release wrote it.",
    ),
    Code(
        "unknown-version",
        _ERROR,
        "The `v` of the line is not one that this release reads, or does not have the fields that the line has.",
        _UNDRAFTED,
        "Upgrade aidtimeline if a newer release wrote the line. Leave `v` out of drafts: it is filled in.",
    ),
    Code(
        "unknown-field",
        _ERROR,
        "The kind does not have this field.",
        _UNDRAFTED,
        "Use the field that the message names as the nearest. What no field is for belongs into `note`.",
    ),
    Code(
        "missing-field",
        _ERROR,
        "A field that must be there is absent, null or empty.",
        _UNDRAFTED,
        "Fill the field in: the message says with what.",
    ),
    Code(
        "bad-value",
        _ERROR,
        "A field holds something else than a value of its sort, such as a date, a quantity or a currency.",
        _UNDRAFTED,
        "Write the value as the message says it is expected.",
    ),
    Code(
        "id-mismatch",
        _ERROR,
        "The id is not that of what the line says: the line was edited by hand, or damaged.",
        _STOPS,
        "Restore the line as it was, from the log's history or a copy, and record what you wanted to change with "
        "`correct`.",
    ),
    Code(
        "unreadable-file",
        _ERROR,
        "A file of the vocabulary, or one to import, cannot be opened or is too large.",
        "Of a file of the vocabulary the names are missing; of a file to import nothing is recorded.",
        "Mend what the message names: a permission, a folder where a file belongs, the size.",
    ),
    Code(
        "duplicate-slug",
        _ERROR,
        "Two lines of a file of the vocabulary define one slug.",
        "The first of the lines holds.",
        "Take one of the lines out of the file, or give it a slug of its own.",
    ),
    Code(
        "more-problems",
        _ERROR,
        "There are more problems than are listed, so the number of errors is a lower bound.",
        "As the problems that are listed.",
        "Mend those that are listed, or restore the file, and check again.",
    ),
    Code(
        "torn-line",
        _WARNING,
        "The last line of a file breaks off or has holes: its writer died, or the power failed.",
        "The line was never recorded, and does not count.",
        "Record the batch again. `record --to` this file sets the torn line aside.",
    ),
    Code(
        "unfinished-batch",
        _WARNING,
        "A batch of several lines is being written at this moment, or its writer died midway.",
        "The lines were never recorded, and do not count.",
        "If nobody is writing, record the batch again. `record --to` this file sets the unfinished lines aside.",
    ),
    Code(
        "bad-line-end",
        _WARNING,
        "Another byte stands where the last line of a file has its line end.",
        "The record is whole, and counts.",
        "Nothing is needed: the next `record --to` this file mends it.",
    ),
    Code(
        "stale-note",
        _WARNING,
        "Beside the file is the note of a batch, `NAME.jsonl.pending`, that does not fit what the file holds.",
        "The note is not believed, and all lines count.",
        "Nothing is needed: the next `record --to` this file removes it.",
    ),
    Code(
        "set-aside",
        _EITHER,
        "A file beside the log holds what a writer had left unfinished.",
        "What was set aside does not count.",
        "`set-aside --record` adds its whole records to the log and removes the file; `set-aside --remove` removes it.",
    ),
    # Lines that are gone
    Code(
        "missing-record",
        _ERROR,
        "A line that was there when the log was sealed is not there any more, or not as it was.",
        "Answers lack what the line said.",
        "Restore the line from the log's history (`git log -S ID`) or a copy.",
    ),
    Code(
        "bad-seal",
        _ERROR,
        "The seal is damaged, or was written by a newer release.",
        "Answers are as before, but nothing tells whether lines are missing.",
        "Restore the file `aidtimeline.seal`, or look at the log and run `aidtimeline seal --anew`.",
    ),
    # Drafts that cannot be recorded
    Code(
        "unknown-reference",
        _ERROR,
        "A draft refers to something that is neither the label of a draft of the batch nor the beginning of one id.",
        _REFUSED,
        "Write `@` and the label of a draft of the same batch, or an id, or its first digits.",
    ),
    Code(
        "duplicate-label",
        _ERROR,
        "Two drafts of one batch have the same label.",
        _REFUSED,
        "Give one of them another label. It is for the batch only, and not recorded.",
    ),
    Code(
        "label-circle",
        _ERROR,
        "Drafts name each other in a circle.",
        _REFUSED,
        "Take one of the links out: an id is made of what a record says, so one of them has to come first.",
    ),
    # Files to import
    Code(
        "doubtful-value",
        _ERROR,
        "A text of a table has several readings, and nobody says which is meant.",
        "Nothing of the file is imported.",
        "Say in the mapping which reading is meant, as the message shows.",
    ),
    Code(
        "lacks-much",
        _ERROR,
        "A file lacks more than a tenth of the numbers that the log has of what it covers: of several things, or all.",
        "Nothing of the file is imported.",
        "Import it with `--part` if it has only a part of them, with `--whole` if what it lacks is gone.",
    ),
    # Amendments and links
    Code(
        "dangling",
        _ERROR,
        "An amendment or a link aims at an id that is not in the log.",
        "The amendment or the link is ignored; what is retracted as a duplicate of it still counts.",
        "Add the file that was left out (`merge`), or repair the record that has the link, or retract the amendment.",
    ),
    Code(
        "bad-amendment",
        _ERROR,
        "An amendment aims at a record that it cannot amend.",
        "The amendment is ignored.",
        "Retract the amendment, and amend the event itself.",
    ),
    Code(
        "bad-link",
        _ERROR,
        "A link aims at an amendment, or a retraction makes something the duplicate of one, or of itself.",
        "The link is ignored; what is retracted as such a duplicate still counts.",
        "Aim at the event that the amendment amends.",
    ),
    Code(
        "repairs-disagree",
        _WARNING,
        "Two repairs of one record say different things.",
        "The repair recorded last decides.",
        "If it is right, record the draft in the hint, which says so once more. If not, `correct` the record.",
    ),
    Code(
        "circle",
        _ERROR,
        "Events supersede each other in a circle.",
        "The links between them are ignored, so all of them count.",
        "Repair one of them, so that the newest supersedes the others.",
    ),
    Code(
        "supersedes-later",
        _ERROR,
        "An event supersedes something that is dated wholly after it.",
        "What is superseded never counts.",
        "Turn the link around, or repair the date that is wrong.",
    ),
    Code(
        "supersedes-wrong-kind",
        _EITHER,
        "An event supersedes something that its kind does not replace.",
        "What is superseded does not count from that date on.",
        "Use the link that is meant: what keeps a promise `fulfils` it, what never happened is retracted.",
    ),
    Code(
        "fulfils-wrong-kind",
        _ERROR,
        "An event fulfils something that cannot be fulfilled, or not by its kind.",
        "Fulfilment ignores the link; sums are as without it.",
        "Aim at a pledge, a commitment or an announcement, from something at least as firm, or take the link out.",
    ),
    Code(
        "fulfils-later",
        _WARNING,
        "Something was delivered or paid wholly before the promise that it fulfils was made.",
        "The link counts as it is.",
        "Repair the date that is wrong, or the link. If the promise reports what is there already, leave it.",
    ),
    # Promises
    Code(
        "over-delivered",
        _WARNING,
        "What fulfils a promise surely comes to more than was promised.",
        "All of it counts; `fulfilment` shows what is beyond the promise as over-delivered.",
        "If donors gave more than they promised, leave it. Else look for deliveries that count twice, and links to the "
        "wrong promise.",
    ),
    Code(
        "overdue",
        _WARNING,
        "A promise was due more than a year ago, and nothing is known to have come of it.",
        "The promise counts as outstanding.",
        "Record what came, with `fulfils`, or the `cancellation`. Or leave it: it may be what you are looking for.",
    ),
    # Projects
    Code(
        "status-move",
        _WARNING,
        "A project's status changes in a way that IATI's lifecycle does not have.",
        "The status of the latest date holds.",
        "Repair the date or the status that is wrong, or the project if it is another one.",
    ),
    Code(
        "ends-before-start",
        _EITHER,
        "A project is planned to end wholly before it is planned to begin.",
        "No sum is touched: both dates are shown as they are.",
        "Repair the date that is wrong, or report the one that moved.",
    ),
    # What each record says
    Code(
        "date-after-report",
        _ERROR,
        "The date lies wholly after the report of it.",
        "It counts as perhaps from its date on.",
        "If it was planned, record a promise, whose day is its `due`, or an `announcement`. Else repair the date.",
    ),
    Code(
        "recorded-in-future",
        _WARNING,
        "Lines were recorded at an instant that is not yet.",
        "What is recorded now counts as older than these lines: of two repairs of one record, theirs decides.",
        "Set the clock right. Record the lines again with the right `recorded_at`: of one id the earliest holds.",
    ),
    Code(
        "clock-behind",
        _WARNING,
        "The clock of this machine says an instant before one that the log, or its seal, has.",
        "What is recorded now counts as older than that line: of two repairs of one record, that one's decides.",
        "Set the clock right, or wait. If the line is wrong, see `recorded-in-future`.",
    ),
    Code(
        "no-publication-date",
        _WARNING,
        "A source does not say when it was published or retrieved.",
        "If no source of the record says so, it is known only from the day on which it was recorded.",
        "Fill `published` or `retrieved` in by a repair: a month or a year is better than nothing.",
    ),
    Code(
        "other-currency",
        _WARNING,
        "An account states its value in another currency than the fact that it is of.",
        "Its value takes no part in the bounds; the fact is disputed.",
        "If the sources disagree, leave it. Else repair the currency.",
    ),
    Code(
        "other-unit",
        _WARNING,
        "Records that were made one fact count in different units.",
        "The quantity in the unit that is not the fact's takes no part in the bounds; the fact is disputed.",
        "Repair the unit that is wrong, or retract the retraction if they are two facts.",
    ),
    Code(
        "not-its-kind",
        _WARNING,
        "A corroboration states a quantity or a value that the kind of its event does not have.",
        "The amount is ignored; the corroboration is a report of the event all the same.",
        "Repair the corroboration: aim at the event that was meant, or empty the field.",
    ),
    Code(
        "no-unit",
        _WARNING,
        "A training states a number without its unit.",
        "The number is added up as pieces, beside those of people and courses.",
        "Repair it with the unit `person` or `course`.",
    ),
    Code(
        "unknown-slug",
        _WARNING,
        "An item, party or project is not in the vocabulary.",
        "It counts under its own name: a misspelt one in a row of its own.",
        "Add a line to the file that the message names, or repair the record if it is a slip.",
    ),
    # What may be in the log twice
    Code(
        "probable-duplicate",
        _WARNING,
        "Two events by different reports may be one fact.",
        "Both are added up.",
        "If they are one, record the retraction in the hint. If they are two, repair both, each with its own `ref` or "
        "`package`.",
    ),
    Code(
        "alike-datasets",
        _WARNING,
        "Two datasets have entries that are alike, and may tell of the same aid.",
        "Entries of both are added up.",
        "If they tell of the same, add the line in the hint to the vocabulary. If not, leave it.",
    ),
    Code(
        "same-entry",
        _WARNING,
        "Two records are one entry of a dataset.",
        "Both are added up.",
        "Record the retraction in the hint. If one is simply older, retract it instead.",
    ),
    Code(
        "not-all-compared",
        _WARNING,
        "So many facts are alike that they were not all compared with each other.",
        "What is in the log twice, and was not found for that reason, is added up.",
        "More precise dates, and the `ref`, `package` or project of each, tell more of them apart.",
    ),
    # Levels
    Code(
        "observation-above-counts",
        _WARNING,
        "A level was observed that all that the record has until then does not reach.",
        "Sums are as recorded; `levels` shows what is missing.",
        "Record what is missing, or repair the number that is wrong. A level of something else has an `indicator`.",
    ),
    Code(
        "observation-below-counts",
        _WARNING,
        "A level was observed that what the record has by then surely exceeds.",
        "Sums are as recorded; `levels` shows by how much they exceed it.",
        "Look for what counts twice, or repair the number that is wrong. A level of something else has an `indicator`.",
    ),
)
"""The codes in the order in which docs/checks.md lists them."""

BY_NAME = {each.name: each for each in CODES}
