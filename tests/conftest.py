"""How much Hypothesis draws, by HYPOTHESIS_PROFILE, and that no test may be skipped where nothing is missing.

- quick: little and always the same; what every run does.
- long: much, and always new (`make long-test`).
- mutants: least, always the same, and no shrinking, for thousands of runs (`make mutants`).
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# Tests load openpyxl before the library does, which lets it read XML by itself, also where lxml is installed.
os.environ.setdefault("OPENPYXL_LXML", "False")

# Processes of pytest-xdist say how wide their terminal is, though they have none: pages have their own width then.
os.environ.pop("COLUMNS", None)

# A shell lets what it runs in the background ignore Ctrl-C, and so would all programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest.register_assert_rewrite("browsing")

collect_ignore = ["typed"]  # what checkers read (tests/test_types.py)

settings.register_profile("quick", max_examples=100, deadline=None, derandomize=True)
settings.register_profile(
    "long",
    max_examples=5000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "mutants",
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

NO_SKIPS = "AIDTIMELINE_NO_SKIPS"


@pytest.fixture(autouse=True)
def what_ctrl_c_does() -> Iterator[None]:
    """A test leaves it as it was, for the others and for the programs that they start."""
    before = _of_ctrl_c()
    yield
    assert _of_ctrl_c() == before


def _of_ctrl_c() -> tuple[object, ...]:
    """What Python does at Ctrl-C, and whether the system lets it know (libraries may see to that)."""
    status = Path("/proc/self/status")
    said = status.read_text(encoding="ascii", errors="replace") if status.exists() else ""
    masks = re.findall(r"^(?:SigBlk|SigIgn):\t([0-9a-f]+)$", said, re.MULTILINE)
    return signal.getsignal(signal.SIGINT), *(int(mask, 16) >> (signal.SIGINT - 1) & 1 for mask in masks)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where all that tests need is there (`.ci/run` says so), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(NO_SKIPS) and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line(f"skipped tests are failures here ({NO_SKIPS} is set)", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
