"""The report of a campaign: printed, and written to a file with seed, commit and command; and the exit code."""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent


def options(description: str | None, broken: Iterable[str | None]) -> argparse.ArgumentParser:
    """A parser with the options of every campaign, and the ways in which its log can be `broken`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32), help="default: a new one")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where to write the figures, as JSON")
    parser.set_defaults(commit=_git("rev-parse", "HEAD"), sources=_sources())
    parser.add_argument("--folder", metavar="DIR", help="where logs are written (default: for temporary files)")
    parser.add_argument("--broken", choices=list(filter(None, broken)), metavar="HOW", help="%(choices)s")
    return parser


def begin(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line, print the seed, and start the clock."""
    given = parser.parse_args()
    print(f"seed {given.seed}", file=sys.stderr)
    given.begun = time.monotonic()
    return given


def finish(given: argparse.Namespace, figures: Mapping[str, int], failures: list[str]) -> None:
    """Print and write the figures; exit with 1 if something failed."""
    report = {
        "command": " ".join(["python", str(Path(sys.argv[0]).resolve().relative_to(ROOT)), *sys.argv[1:]]),
        "seed": given.seed,
        "commit": given.commit,
        "sources": given.sources,
        "date": datetime.now(UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "seconds": round(time.monotonic() - given.begun),
        "figures": dict(figures),
        "failures": failures[:20],
    }
    text = json.dumps(report, indent=2)
    print(text)
    if given.report:
        given.report.write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if failures else 0)


def _sources() -> str:
    """BLAKE2b-128 of the code of the log, which also identifies what is not committed yet."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((ROOT / "src" / "aidtimeline" / "log").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
