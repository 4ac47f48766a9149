"""What type checkers refuse, line by line; `tests/test_types.py` counts on each of them."""

from aidtimeline import Counts, Delivery, Disbursement, Participation, Source, Status, Timeline

SOURCE = Source(publisher="Rubryka")
VIEW = Timeline.open("events").as_of("2023-11-28")

Status(date="2023", project="hd", status="done", sources=SOURCE)  # refused
Participation(date="2023", project="hd", party="JP", role="leader", sources=SOURCE)  # refused
Delivery(date=3.5, item="truck", sources=SOURCE)  # refused
Delivery(date="2023", item=3, sources=SOURCE)  # refused
Delivery(date="2023", item="truck", quantity=[1], sources=SOURCE)  # refused
Delivery(date="2023", item="truck", side="giver", sources=SOURCE)  # refused
Delivery(date="2023", item="truck")  # refused
Disbursement(date="2023", value=3, sources=SOURCE)  # refused
VIEW.counts(kind="delivry")  # refused
VIEW.money(kind=["pledge", "disbursment"])  # refused
Counts(kind="delivry")  # refused
VIEW.replay(3)  # refused
VIEW.counts().rows[0].hgih.is_nan()  # refused
VIEW.counts().rows[0].itme.upper()  # refused
abs(VIEW.counts().rows[0].high)  # refused
VIEW.counts().rows[0].item.upper()  # refused
abs(VIEW.fulfilment().rows[0].promisd.low)  # refused
Timeline.open("events").series(Counts()).rows[0].step.at("2023")  # refused
