"""What every log promises, as a suite of tests. A log of another kind enrols with a few lines:

    class TestMyLog(LogConformance):
        def make_log(self, folder):
            return MyLog(folder)

pytest collects it like any other class. For a log that writes its files through a `Disk`, use `DurableLogConformance`
of `aidtimeline.testing.durability`, which tests more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

from attrs import frozen
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import run_state_machine_as_test

from aidtimeline.codec import record_id
from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.errors import DataError, InvalidValue
from aidtimeline.events import Amendment, Correction, Delivery, Event, Record, Source
from aidtimeline.log import Log
from aidtimeline.testing.laws import LawBroken, earliest, hold
from aidtimeline.testing.machine import LogMachine
from aidtimeline.testing.strategies import amendments, events, repeatable
from aidtimeline.values.amounts import MAX_DIGITS, Quantity

AT = datetime(2026, 1, 1, tzinfo=UTC)
_SOURCE = Source(publisher="Rubryka", published="2023-11-28")


@frozen(kw_only=True)
class _OtherDelivery(Delivery):
    """A known kind with one more field."""

    colour: str = "red"


@frozen(kw_only=True)
class _OtherSource(Source):
    """A source with one more field."""

    page: int = 1


@frozen(kw_only=True)
class _OtherKind(Event):
    """An unknown kind."""

    kind = "loss"  # type: ignore[assignment]


_TOO_LONG = Quantity.exact(10 ** (MAX_DIGITS - 1)) + Quantity.exact(9 * 10 ** (MAX_DIGITS - 1))
_UNREADABLE: dict[str, Event] = {
    "a kind with one more field": _OtherDelivery(date="2023", item="truck", quantity=3, sources=_SOURCE),
    "a source with one more field": Delivery(date="2023", item="truck", sources=_OtherSource(publisher="Rubryka")),
    "an unknown kind": _OtherKind(date="2023", sources=_SOURCE),
    "a number too long to be read": Delivery(date="2023", item="truck", quantity=_TOO_LONG, sources=_SOURCE),
}


def delivery(number: int, package: str | None = None) -> Delivery:
    """An event for a number (and package): different ones for different numbers."""
    return Delivery(date="2023", item="truck", quantity=number, package=package, sources=_SOURCE)


def record(number: int, at: datetime = AT) -> Record:
    """The record of the event for a number."""
    event = delivery(number)
    return Record(record_id(event), at, event)


class LogConformance:
    """Hold a log to what every log promises. Each `test_` method is a test; a subclass must define `make_log`.

    pytest finds the tests of a subclass whose name begins with `Test`.

    >>> from aidtimeline import EventLog
    >>> class TestMyLog(LogConformance):
    ...     def make_log(self, folder):
    ...         return EventLog(folder)
    >>> TestMyLog().test_recording_again_changes_nothing()
    """

    threads = 4
    examples = 25

    def make_log(self, folder: str) -> Log:
        """Open the log of a folder, which is empty at first; the same folder always means the same log.

        A log that is not kept in a folder can use the path as a key.
        """
        raise NotImplementedError

    def test_what_is_appended_is_returned_and_read(self) -> None:
        """One record or several, in the order given, also by a log that was opened later."""
        with self._opened() as open_log:
            returned = [*open_log().append(delivery(1)), *open_log().append(iter([delivery(2), delivery(3)]))]
            events = [each.event for each in returned]
            hold("append", events == [delivery(1), delivery(2), delivery(3)], f"it returned the records of {events}")
            _holds(open_log(), returned)

    def test_recording_again_changes_nothing(self) -> None:
        """Alone or in a batch, at any later instant: the first record is returned."""
        with self._opened() as open_log:
            first = open_log().append([delivery(1), delivery(2), delivery(1)], recorded_at=AT)
            again = open_log().append([delivery(2), delivery(1), delivery(2)], recorded_at=AT + timedelta(days=1))
            hold("idempotence", [first[1], first[0], first[1]] == list(again), f"{again} was returned after {first}")
            _holds(open_log(), first[:2])
            hold("idempotence", len(list(open_log().read())) == 2, "a record is there twice")

    def test_of_one_record_the_earliest_recording_stands(self) -> None:
        """A whole record with an earlier instant is added; one with a later instant changes nothing."""
        with self._opened() as open_log:
            days = [AT, AT + timedelta(days=1), AT - timedelta(days=1)]
            returned = [open_log().append([record(1, at)])[0].recorded_at for at in days]
            hold("union", returned == [AT, AT, days[2]], f"recorded at {days}, it returned {returned}")
            _holds(open_log(), [record(1, days[2])])

    def test_nothing_is_recorded_of_a_batch_that_cannot_be(self) -> None:
        """For an id that is not the event's, or a line that is too long."""
        too_long = Delivery(date="2023", item="truck", note="a" * MAX_LINE_BYTES, sources=_SOURCE)
        self._refuses("an id of another event", Record("0" * 32, AT, delivery(2)))
        self._refuses("a line that is too long", too_long)

    def test_what_no_reader_would_know_is_refused(self) -> None:
        """Events and sources of classes that the format does not have, and numbers that are too long to be read."""
        for name, bad in _UNREADABLE.items():
            self._refuses(name, bad)
            self._refuses(name, Correction(of="0" * 32, event=bad))

    def test_an_instant_without_its_offset_is_refused(self) -> None:
        """Nothing is recorded then."""
        with self._opened() as open_log:
            open_log().append([delivery(1)], recorded_at=AT)
            try:
                open_log().append([delivery(2)], recorded_at=AT.replace(tzinfo=None))
            except InvalidValue:
                _holds(open_log(), [record(1)])
            else:
                raise LawBroken("refusal", "it took an instant without its offset from UTC")

    def test_an_empty_batch_changes_nothing(self) -> None:
        """It is accepted, and no record is returned."""
        with self._opened() as open_log:
            hold("append", list(open_log().append([])) == [], "records were returned for no events")

    def test_whatever_is_appended_in_whatever_order(self) -> None:
        """The log is the set of what was appended (`LogMachine`)."""
        suite = self

        class Machine(LogMachine):
            def __init__(self) -> None:
                super().__init__()
                self.folder = TemporaryDirectory()

            def open(self) -> Log:
                return suite.make_log(self.folder.name)

            def teardown(self) -> None:
                self.folder.cleanup()

        run_state_machine_as_test(Machine, settings=settings(repeatable(self.examples), stateful_step_count=8))

    def test_whatever_is_appended_reads_back_equal(self) -> None:
        """Law 15 on the way in: events and amendments of every kind, with all of their fields."""

        @repeatable(self.examples)
        @given(st.lists(events() | amendments(), min_size=1, max_size=4))
        def holds(appended: list[Event | Amendment]) -> None:
            with self._opened() as open_log:
                returned = open_log().append(appended)
                hold("round trip", [each.event for each in returned] == appended, f"{returned} was returned")
                _holds(open_log(), returned)

        holds()

    def test_threads_exclude_each_other(self) -> None:
        """Each opens the log and appends batches and single records: none is lost, no reader sees half a batch."""
        with self._opened() as open_log, ThreadPoolExecutor(self.threads + 1) as pool:
            open_log().append([delivery(0)])

            def write(writer: int) -> None:
                log = open_log()
                for number in range(6):
                    package = f"{writer}-{number}"
                    log.append([delivery(each, package) for each in range(1 + 3 * (number % 2))])
                    log.append([delivery(number)])

            def read() -> None:
                while not all(each.done() for each in writers):
                    _whole_batches(open_log().read())

            writers = [pool.submit(write, writer) for writer in range(self.threads)]
            for each in (*writers, pool.submit(read)):
                each.result()
            counts = _whole_batches(open_log().read())
            hold("durability", len(counts) == 6 * self.threads + 1, f"{len(counts)} packages were read")

    def _refuses(self, name: str, bad: Event | Amendment | Record) -> None:
        """A batch with something bad in it is refused, with the reason, and changes nothing."""
        with self._opened() as open_log:
            open_log().append([delivery(1)], recorded_at=AT)
            try:
                open_log().append([delivery(3), bad, delivery(4)])
            except DataError as error:
                hold("refusal", error.problems, "it does not say what cannot be recorded")
            else:
                raise LawBroken("refusal", f"it took {name}")
            _holds(open_log(), [record(1)])

    @contextmanager
    def _opened(self) -> Iterator[Callable[[], Log]]:
        with TemporaryDirectory() as folder:
            yield lambda: self.make_log(folder)


def _holds(log: Log, records: Iterable[Record]) -> None:
    found, expected = earliest(log.read()), {each.id: each for each in records}
    hold("durability", found == expected, f"{len(expected)} records stand, and {len(found)} were read")


def _whole_batches(records: Iterable[Record]) -> Counter[str | None]:
    counts = Counter(each.event.package for each in records if isinstance(each.event, Delivery))
    for package, count in counts.items():
        if package is not None:
            hold("batch", count == 1 + 3 * (int(package.split("-")[1]) % 2), f"{count} records of a batch were read")
    hold("idempotence", 1 <= counts[None] <= 6, "a record is there twice, or none is there")
    return counts
