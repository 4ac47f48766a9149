"""Fuzz one target with atheris, guided by the code that inputs reach: `python -m fuzz.one TARGET [OPTION…]`.

The options are those of libFuzzer.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["aidtimeline"]):
    from fuzz.targets import one_input

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, lambda data: one_input(name, data))
    atheris.Fuzz()
