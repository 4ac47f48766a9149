"""What is built of this repository, without a network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def built(folder: Path, what: str = "wheel") -> Path:
    """The wheel, the "sdist" or the "editable" of this repository, made in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    code = f"import sys; from hatchling import build; print(build.build_{what}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.split()[-1]


def installed(folder: Path) -> Path:
    """A folder for `PYTHONPATH` that has the wheel as it is installed, without what it needs."""
    target = folder / "site"
    with zipfile.ZipFile(built(folder / "dist")) as wheel:
        wheel.extractall(target)
    return target
