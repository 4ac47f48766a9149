"""Fuzz all targets, several at once, and write a report: `python -m fuzz.run --runs 10000000 --seed 1 --report FILE`.

A crash, an input that takes more than ten seconds, or memory beyond a gigabyte is a failure and ends its target; the
input is kept in `fuzz/found/`. The exit code is 1 if a target failed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fuzz.large import small
from fuzz.seeds import SEEDS

HERE = Path(__file__).parent
#: The share of inputs of each target; the fast ones get the most.
SHARES = {"date": 300, "quantity": 300, "cut": 150, "line": 130, "drafts": 40, "iati": 15, "fts": 15, "csv": 12}
SHARES |= {"kiel": 10, "jsonl": 10, "mapping": 9, "log": 4, "xlsx": 3, "command": 2}


def fuzz(name: str, runs: int, seed: int) -> dict[str, Any]:
    """Give one target `runs` inputs; returns its part of the report."""
    found = HERE / "found"
    found.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate([*SEEDS[name], *small(name)]):
            (Path(corpus) / str(number)).write_bytes(data)
        options = [
            f"-runs={runs}",
            f"-seed={seed}",
            "-timeout=10",
            "-rss_limit_mb=1024",
            "-max_len=8192",
            "-close_fd_mask=1",
        ]
        command = [sys.executable, "-m", "fuzz.one", name, *options, f"-artifact_prefix={found}/{name}-", corpus]
        done = subprocess.run(command, capture_output=True, check=False, text=True, errors="replace", cwd=HERE.parent)
    done_line = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
    result: dict[str, Any] = {
        "target": name,
        "inputs": int(done_line[1]) if done_line else 0,
        "seconds": int(done_line[2]) if done_line else None,
    }
    if done.returncode or result["inputs"] < runs:
        result["failure"] = done.stderr[-1500:]
    return result


def _commit() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=True, text=True, cwd=HERE)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def main() -> int:
    """Run every target, print its results, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000_000, help="how many inputs in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="how many targets at once")
    parser.add_argument("--only", choices=list(SHARES), action="append")
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    names = given.only or sorted(SHARES, key=SHARES.__getitem__)
    total = sum(SHARES[name] for name in names)
    started = datetime.now(UTC)
    with ThreadPoolExecutor(given.jobs) as pool:
        shares = {name: -(-given.runs * SHARES[name] // total) for name in names}
        results = []
        for result in pool.map(lambda name: fuzz(name, shares[name], given.seed), names):
            print(json.dumps(result), flush=True)
            results.append(result)
    crashes = sum("failure" in result for result in results)
    report = {
        "command": f"python -m fuzz.run --runs {given.runs} --seed {given.seed}",
        "commit": _commit(),
        "day": started.date().isoformat(),
        "seed": given.seed,
        "inputs": sum(result["inputs"] for result in results),
        "crashes": crashes,
        "targets": results,
    }
    if given.report:
        given.report.write_text(json.dumps(report, indent=1) + "\n")
    print(f"{report['inputs']:,} inputs, {crashes} failures")
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
