"""Replay: from records to the facts as known at one date and cut as of one date. docs/semantics.md has the rules.

    records ─ amendments ─ accounts, identity ─ facts ─ links ─ worlds, overlap

- `amendments` applies repairs and news, `accounts` says what each report states, `combining` puts several together, and
  `identity` finds which records are one fact. `recorded` has what is the same at every date of knowledge, `beliefs`
  makes `facts` of all that, and `cuts` cuts them as of a day.
- `links` says what supersedes what, and `worlds` weighs linked facts that may or may not have happened. `histories`
  gives the views of all days at once, and `running` weighs trees of facts over time.
- `overlap` finds facts that may report the same, `weighing` says what they come to, and `between` what their links run
  through.
- `promises` says what stands of promises and what keeps them, by `lines`; `takenoff` has what cancellations take off.
- `provenance` has the records that facts are made of, and `known` the values that facts and vocabulary know.
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
