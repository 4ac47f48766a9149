"""A mapping to start from, with a table that goes with it."""

from __future__ import annotations

EXAMPLE = """\
# A mapping: which column of a table is what. A text in quotes stands for itself, {Column} for what a row has there.
# This one goes with the table at its end. Try it: aidtimeline import csv aid.csv --mapping mapping.toml --dry-run

dataset = "example/aid"             # one name for all versions of the table (the only line that must be here)
publisher = "Ministry of Examples"  # who says so; also title and url
reports = ["{Link}"]                # columns that lead to further reports
# published = "2022-10-31"          # when this version came out; or "{As of}"; or say --published
# sheet = "Data"                    # of a workbook; else the first sheet that has all columns

key = ["No."]                       # the columns that name a row, so that a later version of it is known again
# complete = true                   # each version tells everything: rows that it no longer has are taken back

unknown = ["n/a", "-"]              # cells that say nothing
dates = ["%d/%m/%Y", "%B %Y"]       # how dates are written, beside EDTF: 2023-11-28, 2023-11, 2022/2023, [..2025]
decimal = ","                       # how numbers are written: 1.200.000,50
thousands = "."

[skip]                              # rows to leave out, by what they have in a column
Status = ["withdrawn"]

[words.quantity]                    # what the texts of the table mean, field by field
undisclosed = "1.."                 # some: at least one
"a few" = "2..5"

[words.date]
"spring 2022" = "2022-21"

[event.promised]                    # each row makes these events; their fields are those of the library's events
kind = "pledge"                     # also announcement, commitment, disbursement, delivery, training, observation, …
date = "{Promised}"
donor = "{Country}"
recipient = "Ukraine"
item = "{What}"
quantity = "{How many}"
amount = "{Value}"                  # money: amount and currency
currency = "EUR"
note = "package {Package}, announced by the {Country} government"

[event.delivered]
needs = ["Handed over"]             # this one only where these columns hold something
kind = "delivery"                   # a column may tell the kind: "{Status}", with [words.kind] Given = "delivery"
date = "{Handed over}"
donor = "{Country}"
recipient = "Ukraine"
item = "{What}"
quantity = "{Given so far}"
restated = true                     # a level: where a later version tells a higher one, that is new, and no mistake
"""

SAMPLE = """\
No.;Country;Package;Promised;What;How many;Value;Handed over;Given so far;Status;Link
1;Japan;A;05/04/2022;Truck;30;1.200.000,50;June 2022;12;open;https://example.org/1
2;Norway;A;spring 2022;Helmet;undisclosed;n/a;-;-;open;
3;Norway;B;01/09/2022;Generator;a few;80.000;;;withdrawn;
"""


def example() -> str:
    """The mapping, explained line by line, with the table at its end as comments.

    >>> print(example()[:73])
    # A mapping: which column of a table is what. A text in quotes stands for
    """
    table = "".join(f"# {line}\n" for line in SAMPLE.splitlines())
    return f"{EXAMPLE}\n# The table, aid.csv:\n{table}"
