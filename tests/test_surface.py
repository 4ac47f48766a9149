"""The public surface is what docs/public.md lists, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import aidtimeline

PAGE = (Path(__file__).parent.parent / "docs" / "public.md").read_text(encoding="utf-8")
LISTED = {
    room: re.findall(r"`(\w+)`", section)
    for room, section in re.findall(r"^## `([\w.]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize("room", LISTED)
def test_a_room_exports_what_is_listed(room: str) -> None:
    """Each name once; `dir()` shows the same, and each name can be had."""
    module = import_module(room)
    assert sorted(module.__all__) == sorted(LISTED[room])
    assert sorted(dir(module)) == sorted(LISTED[room])
    assert all(hasattr(module, name) for name in LISTED[room])


def test_the_rooms_with_public_names_are_listed() -> None:
    """Those that a user imports from."""
    rooms = "events", "codec", "log", "projections", "explain", "diff", "testing", "examples"
    assert set(LISTED) == {"aidtimeline", *(f"aidtimeline.{each}" for each in rooms)}


def test_the_version_has_one_source() -> None:
    """The package says it, `python -m aidtimeline` prints it."""
    code = [sys.executable, "-m", "aidtimeline", "--version"]
    found = subprocess.run(code, capture_output=True, text=True, check=True)
    assert found.stdout == f"aidtimeline {aidtimeline.__version__}\n"
