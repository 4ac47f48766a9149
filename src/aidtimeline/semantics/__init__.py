"""Replay: from records to the facts as known at one date and cut as of one date. The semantics, and nothing else.

`amendments` applies repairs and news, `accounts` combines what several reports say, `links` knows what supersedes what,
`facts` puts them together, and `worlds` weighs what may or may not have happened. `histories` tells it for every cut.
"""

from aidtimeline.semantics.accounts import Account
from aidtimeline.semantics.facts import Belief, Fact, believe, cut
from aidtimeline.semantics.histories import Phase, phases
from aidtimeline.semantics.links import Group
from aidtimeline.semantics.worlds import Latest, Possible, Total, Worth, worth_of

__all__ = [
    "Account",
    "Belief",
    "Fact",
    "Group",
    "Latest",
    "Phase",
    "Possible",
    "Total",
    "Worth",
    "believe",
    "cut",
    "phases",
    "worth_of",
]
