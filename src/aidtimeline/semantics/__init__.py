"""Replay: from records to the facts as known at one date and cut as of one date. docs/semantics.md has the rules.

    records ─ amendments ─ accounts, identity ─ facts ─ links ─ worlds

`amendments` applies repairs and news, `accounts` combines several reports of one fact, `identity` finds which records
are one fact. `facts` puts these together (`believe`) and cuts them as of a day (`cut`). `links` says what supersedes
what, and `worlds` weighs linked facts that may or may not have happened. `histories` gives the views of all days at
once, and `provenance` the records that facts are made of.
"""

from aidtimeline.semantics.accounts import Account
from aidtimeline.semantics.beliefs import Belief, believe
from aidtimeline.semantics.cuts import cut
from aidtimeline.semantics.facts import Fact, Rank
from aidtimeline.semantics.histories import phases, strands
from aidtimeline.semantics.links import Group
from aidtimeline.semantics.worlds import Latest, Possible, Total, worth_of, worths_of

__all__ = [
    "Account",
    "Belief",
    "Fact",
    "Group",
    "Latest",
    "Possible",
    "Rank",
    "Total",
    "believe",
    "cut",
    "phases",
    "strands",
    "worth_of",
    "worths_of",
]
