"""A mapping to start from, and a table for it."""

from __future__ import annotations

EXAMPLE = """\
# A mapping: which column of a table is what. A text in quotes is taken as it is, {Column} is the cell of the row.
# This one is for the table at the end. Try it: aidtimeline import csv aid.csv --mapping mapping.toml --dry-run

dataset = "example/aid"             # one name for all versions of the table (required)
publisher = "Ministry of Examples"  # who says so; also title and url
reports = ["{Link}"]                # columns with further reports
# published = "2022-10-31"          # when this version was published; or "{As of}"; or use --published
# sheet = "Data"                    # of a workbook; default: the first sheet with all columns

key = ["No."]                       # the columns that name a row, by which a later version of it is recognised
# complete = true                   # each version has everything: rows that are gone are retracted

unknown = ["n/a", "-"]              # cells that mean nothing
dates = ["%d/%m/%Y", "%B %Y"]       # forms of dates beside EDTF: 2023-11-28, 2023-11, 2022/2023, [..2025]
decimal = ","                       # how numbers are written: 1.200.000,50
thousands = "."

[skip]                              # rows to leave out, by the text in a column
Status = ["withdrawn"]

[words.quantity]                    # what the texts of the table mean, field by field
undisclosed = "1.."                 # some: at least one
"a few" = "2..5"

[words.date]
"spring 2022" = "2022-21"

[event.promised]                    # each row makes these events, with the fields of their kinds (docs/kinds.md)
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
needs = ["Handed over"]             # only if none of these columns is empty
kind = "delivery"                   # a column may say the kind: "{Status}", with [words.kind] Given = "delivery"
date = "{Handed over}"
donor = "{Country}"
recipient = "Ukraine"
item = "{What}"
quantity = "{Given so far}"
restated = true                     # a level: if a later version has a higher one, that is a new fact, not a correction
"""

SAMPLE = """\
No.;Country;Package;Promised;What;How many;Value;Handed over;Given so far;Status;Link
1;Japan;A;05/04/2022;Truck;30;1.200.000,50;June 2022;12;open;https://example.org/1
2;Norway;A;spring 2022;Helmet;undisclosed;n/a;-;-;open;
3;Norway;B;01/09/2022;Generator;a few;80.000;;;withdrawn;
"""


def example() -> str:
    """The mapping, with a comment on each line, and the table at its end as comments.

    >>> print(example()[:74])
    # A mapping: which column of a table is what. A text in quotes is taken as
    """
    table = "".join(f"# {line}\n" for line in SAMPLE.splitlines())
    return f"{EXAMPLE}\n# The table, aid.csv:\n{table}"
