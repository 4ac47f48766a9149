"""Writing amendments: corrections, retractions and corroborations of what a log has, and what each of them changes.

>>> import shutil
>>> from aidtimeline import EventLog, Timeline
>>> folder = shutil.copytree("events", getfixture("tmp_path") / "events")
>>> timeline = Timeline.open(folder)
>>> amendment = correction(timeline, "c7e1bd20", {"quantity": "13"}, reason="misread")
>>> print(*effects(timeline, amendment, as_of="2023-11-28").counts)
delivery, truck: 30 → 13: repaired
>>> [record] = EventLog(folder).append(amendment)
>>> print(Timeline.open(folder).as_of("2023-11-28").counts()["truck"])
13
"""

from aidtimeline.amending.effects import Effects, effects
from aidtimeline.amending.making import correction, corroboration, retraction

__all__ = ["Effects", "correction", "corroboration", "effects", "retraction"]
