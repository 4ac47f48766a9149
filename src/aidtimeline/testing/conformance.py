"""What every log promises, as a suite of tests: whoever writes a log of another kind enrols it with a few lines.

    class TestMyLog(LogConformance):
        def make_log(self, folder):
            return MyLog(folder)

pytest collects it like any other class. A log that writes its files through a `Disk` is held to more, with
`DurableLogConformance` of `aidtimeline.testing.durability`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

from attrs import frozen
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from aidtimeline.codec import record_id
from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.errors import DataError, InvalidValue
from aidtimeline.events import Correction, Delivery, Event, Record, Source
from aidtimeline.testing.laws import LawBroken
from aidtimeline.testing.machine import Log, LogMachine
from aidtimeline.values.amounts import MAX_DIGITS, Quantity

AT = datetime(2026, 1, 1, tzinfo=UTC)
_SOURCE = Source(publisher="Rubryka", published="2023-11-28")


@frozen(kw_only=True)
class _OtherDelivery(Delivery):
    """A kind with a field that no reader knows."""

    colour: str = "red"


@frozen(kw_only=True)
class _OtherSource(Source):
    """A source with a field that no reader knows."""

    page: int = 1


@frozen(kw_only=True)
class _OtherKind(Event):
    """A kind that no reader knows."""

    kind = "loss"


_TOO_LONG = Quantity.exact(10 ** (MAX_DIGITS - 1)) + Quantity.exact(9 * 10 ** (MAX_DIGITS - 1))
_UNREADABLE: dict[str, Event] = {
    "a kind with one more field": _OtherDelivery(date="2023", item="truck", quantity=3, sources=_SOURCE),
    "a source with one more field": Delivery(date="2023", item="truck", sources=_OtherSource(publisher="Rubryka")),
    "an unknown kind": _OtherKind(date="2023", sources=_SOURCE),
    "a number too long to be read": Delivery(date="2023", item="truck", quantity=_TOO_LONG, sources=_SOURCE),
}


def delivery(number: int, package: str | None = None) -> Delivery:
    """One event for each number (and package), no two alike."""
    return Delivery(date="2023", item="truck", quantity=number, package=package, sources=_SOURCE)


def record(number: int, at: datetime = AT) -> Record:
    """The record of such an event."""
    event = delivery(number)
    return Record(record_id(event), at, event)


def hold(law: str, truth: object, found: str) -> None:
    """Raise `LawBroken` where something is not true."""
    if not truth:
        raise LawBroken(law, found)


class LogConformance:
    """Hold a log to what every log promises. Each method is a test of its own; `make_log` is what a log must add."""

    threads = 4
    examples = 25

    def make_log(self, folder: str) -> Log:
        """The log that a folder of its own stands for: opened anew, the same one for the same folder.

        What keeps nothing in folders can use the path as a key.
        """
        raise NotImplementedError

    def test_what_is_appended_is_answered_and_read(self) -> None:
        """One record or many, in the order given; a log opened anew has them too."""
        with self._opened() as open_log:
            answered = [*open_log().append([delivery(1)]), *open_log().append(iter([delivery(2), delivery(3)]))]
            _same(answered, [delivery(1), delivery(2), delivery(3)])
            _holds(open_log(), answered)

    def test_recording_again_changes_nothing(self) -> None:
        """Together or not, whatever the clock says by then: the record that stands is answered."""
        with self._opened() as open_log:
            first = open_log().append([delivery(1), delivery(2), delivery(1)], recorded_at=AT)
            again = open_log().append([delivery(2), delivery(1), delivery(2)], recorded_at=AT + timedelta(days=1))
            hold("idempotence", [first[1], first[0], first[1]] == list(again), f"{again} was answered after {first}")
            _holds(open_log(), first[:2])
            hold("idempotence", len(list(open_log().read())) == 2, "a record is there twice")

    def test_of_one_record_the_earliest_recording_stands(self) -> None:
        """Of whole records an earlier one is added; a later one changes nothing."""
        with self._opened() as open_log:
            days = [AT, AT + timedelta(days=1), AT - timedelta(days=1)]
            answered = [open_log().append([record(1, at)])[0].recorded_at for at in days]
            hold("union", answered == [AT, AT, days[2]], f"recorded at {days}, it answered {answered}")
            _holds(open_log(), [record(1, days[2])])

    def test_nothing_is_recorded_of_a_batch_that_cannot_be(self) -> None:
        """An id that is not the event's, a line that is too long: all are told, and the log is as it was."""
        with self._opened() as open_log:
            open_log().append([delivery(1)], recorded_at=AT)
            wrong = Record("0" * 32, AT, delivery(2))
            note = "a" * MAX_LINE_BYTES
            too_long = Delivery(date="2023", item="truck", note=note, sources=_SOURCE)
            for bad in (wrong, too_long):
                try:
                    open_log().append([delivery(3), bad, delivery(4)])
                except DataError as error:
                    hold("refusal", error.problems, "it does not say what cannot be recorded")
                else:
                    raise LawBroken("refusal", "it took what no line can hold")
            _holds(open_log(), [record(1)])

    def test_what_no_reader_would_know_is_refused(self) -> None:
        """Events and sources of classes that the format does not have, and numbers too long to be read."""
        with self._opened() as open_log:
            open_log().append([delivery(1)], recorded_at=AT)
            for name, bad in _UNREADABLE.items():
                for wrapped in (bad, Correction(of="0" * 32, event=bad)):
                    try:
                        open_log().append([delivery(2), wrapped])
                    except DataError as error:
                        hold("refusal", error.problems, "it does not say what cannot be recorded")
                    else:
                        raise LawBroken("refusal", f"it took {name}, which cannot be read")
                    _holds(open_log(), [record(1)])

    def test_an_instant_that_is_none_is_refused(self) -> None:
        """One without its offset from UTC."""
        with self._opened() as open_log:
            open_log().append([delivery(1)], recorded_at=AT)
            try:
                open_log().append([delivery(2)], recorded_at=AT.replace(tzinfo=None))
            except InvalidValue:
                _holds(open_log(), [record(1)])
            else:
                raise LawBroken("refusal", "it took an instant without its offset from UTC")

    def test_nothing_can_be_appended(self) -> None:
        """Which changes nothing."""
        with self._opened() as open_log:
            hold("append", list(open_log().append([])) == [], "something was answered to nothing")

    def test_whatever_is_appended_in_whatever_order(self) -> None:
        """The log is the set of it, of any kind of event and amendment (`LogMachine`)."""
        with self._opened() as _:
            suite = self

            class Machine(LogMachine):
                def __init__(self) -> None:
                    super().__init__()
                    self.folder = TemporaryDirectory()

                def open(self) -> Log:
                    return suite.make_log(self.folder.name)

                def teardown(self) -> None:
                    self.folder.cleanup()

            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=self.examples,
                    stateful_step_count=8,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )

    def test_threads_exclude_each_other(self) -> None:
        """Each has a log of its own, and records batches and singles: none is lost, and none is seen by halves."""
        with self._opened() as open_log:
            open_log().append([delivery(0)])
            failed: list[BaseException] = []

            def write(writer: int) -> None:
                try:
                    log = open_log()
                    for number in range(6):
                        package = f"{writer}-{number}"
                        log.append([delivery(each, package) for each in range(1 + 3 * (number % 2))])
                        log.append([delivery(number)])
                except BaseException as error:  # noqa: BLE001  (told by the test's own thread)
                    failed.append(error)

            def read() -> None:
                try:
                    while any(each.is_alive() for each in writers):
                        _whole_batches(open_log().read())
                except BaseException as error:  # noqa: BLE001
                    failed.append(error)

            writers = [threading.Thread(target=write, args=(writer,)) for writer in range(self.threads)]
            reader = threading.Thread(target=read)
            for thread in (*writers, reader):
                thread.start()
            for thread in (*writers, reader):
                thread.join()
            if failed:
                raise failed[0]
            counts = _whole_batches(open_log().read())
            hold("durability", len(counts) == 6 * self.threads + 1, f"{len(counts)} packages were read")

    @contextmanager
    def _opened(self) -> Iterator[Callable[[], Log]]:
        with TemporaryDirectory() as folder:
            yield lambda: self.make_log(folder)


def _same(answered: Sequence[Record], events: Sequence[Delivery]) -> None:
    hold("append", [each.event for each in answered] == list(events), "it does not answer with what was appended")


def _holds(log: Log, records: Iterable[Record]) -> None:
    earliest: dict[str, Record] = {}
    for each in sorted(log.read(), key=lambda each: each.recorded_at):
        earliest.setdefault(each.id, each)
    expected = {each.id: each for each in records}
    hold("durability", earliest == expected, f"{len(expected)} records stand, and {len(earliest)} were read")


def _whole_batches(records: Iterable[Record]) -> dict[str | None, int]:
    counts: dict[str | None, int] = {}
    for each in records:
        if isinstance(each.event, Delivery):
            counts[each.event.package] = counts.get(each.event.package, 0) + 1
    for package, count in counts.items():
        if package is not None:
            hold("batch", count == 1 + 3 * (int(package.split("-")[1]) % 2), f"{count} records of a batch were read")
    hold("idempotence", counts.get(None, 0) in range(1, 7), "a record is there twice, or none is there")
    return counts
