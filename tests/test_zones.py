"""Instants by the clocks of a place: never a guess, and the same that the standard library makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from aidtimeline import EventLog, Timeline
from aidtimeline.cli import application
from aidtimeline.errors import InvalidValue
from aidtimeline.values.dates import parse_cut
from aidtimeline.values.zones import read_instant

ZONES = ("Asia/Tokyo", "Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
instants = st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)).map(
    lambda each: each.replace(microsecond=0)
)


@given(instants, st.sampled_from(ZONES))
def test_an_instant_is_read_from_the_clocks_of_a_place(instant: datetime, name: str) -> None:
    """With its offset always; without it, unless the clocks show that time twice: then it is refused."""
    local = instant.astimezone(ZoneInfo(name))
    assert read_instant(f"{local.isoformat()}[{name}]") == instant
    twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    text = f"{local.replace(tzinfo=None).isoformat()}[{name}]"
    if twice:
        with pytest.raises(InvalidValue, match="show it twice"):
            read_instant(text)
    else:
        assert read_instant(text) == parse_cut(text) == instant


@given(st.sampled_from(("Europe/Kyiv", "America/New_York")), st.integers(2000, 2035))
def test_a_time_that_the_clocks_skip_is_none(name: str, year: int) -> None:
    """In the night in which they are set forward."""
    zone, hours = ZoneInfo(name), (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=each) for each in range(6000))
    before = next(
        each
        for each in hours
        if each.astimezone(zone).utcoffset() != (each + timedelta(hours=1)).astimezone(zone).utcoffset()
    )
    skipped = (before.astimezone(zone).replace(tzinfo=None) + timedelta(hours=1)).isoformat()
    with pytest.raises(InvalidValue, match="set forward over it"):
        read_instant(f"{skipped}[{name}]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-21T19:00:00[Asia/Tokio]", "did you mean 'Asia/Tokyo'"),
        ("2026-11-21T19:00:00[../../etc/passwd]", "a time zone of the IANA database"),
        ("2026-11-21T19:00:00+01:00[Asia/Tokyo]", "the offset that Asia/Tokyo has"),
        ("2026-11-21[Asia/Tokyo]", "an instant"),
        ("now[UTC]", "an instant"),
        ("0001-01-01T00:00:00[Asia/Tokyo]", "a year from 2"),
        ("9999-12-31T23:00:00[America/New_York]", "a year from 2"),
        ("2026-11-21T19:00:00", "with its offset from UTC"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, said: str) -> None:
    """With the nearest zone, if a name is misspelt; and the text as it was given."""
    with pytest.raises(InvalidValue) as refused:
        read_instant(text)
    assert said in str(refused.value)
    assert text in str(refused.value)


def test_cuts_and_the_instant_of_recording_may_be_given_so(tmp_path: Path) -> None:
    """On the command line and in Python; the log has it in UTC, and takes no other form in its lines."""
    draft = tmp_path / "draft.jsonl"
    draft.write_text('{"kind":"delivery","date":"2023","item":"truck","quantity":3,"sources":[{"publisher":"NHK"}]}\n')
    log = tmp_path / "log"

    def run(*words: str) -> str:
        result = CliRunner().invoke(application, ["--log", str(log), *words])
        assert result.exit_code == 0, result.stderr
        return result.stdout

    run("record", str(draft), "--recorded-at", "2024-01-01T08:00:00[Asia/Tokyo]")
    [record] = EventLog(log).read()
    assert record.recorded_at == datetime(2023, 12, 31, 23, tzinfo=UTC)
    for cut, rows in (("2024-01-01T07:59:59[Asia/Tokyo]", 0), ("2024-01-01T01:00:00[Europe/Kyiv]", 1)):
        assert len(json.loads(run("counts", "--known-at", cut, "--json"))["rows"]) == rows
        assert len(Timeline.open(log).as_of("2025-01-01", recorded_until=cut).counts()) == rows
    line = next(iter(log.glob("*.jsonl"))).read_text()
    assert '"recorded_at":"2023-12-31T23:00:00Z"' in line
