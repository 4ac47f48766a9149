# Two commands that set up all they need in .venv:  make demo  (the story in events/)  and  make test  (every check).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test docs test-on format dist-test wheel-test long-test campaigns fuzz mutants bench bench-quick growth clean

demo: $(VENV)/installed
	$(BIN)/aidtimeline as-of 2023-11-28

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile

# The pages and the docstrings as one site, build/docs/index.html. A link that leads nowhere is an error.
docs: $(VENV)/installed-dev
	$(BIN)/python -m sphinx -q -W --keep-going -j auto -c docs . build/docs

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The source distribution is unpacked elsewhere and runs its own tests; the wheel made from it must be typed.
dist-test:
	set -e; there=$$(mktemp -d); trap "rm -rf $$there" EXIT; \
	$(PYTHON) -m venv $$there/venv; \
	$$there/venv/bin/python -m pip install --quiet build; \
	$$there/venv/bin/python -m build --outdir $$there; \
	$$there/venv/bin/python -m zipfile --list $$there/*.whl > $$there/wheel.txt; \
	grep aidtimeline/__init__.pyi $$there/wheel.txt; \
	grep aidtimeline/testing/__init__.pyi $$there/wheel.txt; \
	grep aidtimeline/py.typed $$there/wheel.txt; \
	tar -xzf $$there/*.tar.gz -C $$there; \
	$(MAKE) -C $$there/aidtimeline-*/ test

# All tests on another Python, in a folder of its own: make test-on PYTHON=python3.13
test-on:
	set -e; version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	$(MAKE) VENV=.venv-$$version PYTHON=$(PYTHON) .venv-$$version/installed-dev; \
	.venv-$$version/bin/pytest -n auto --dist loadfile

# The wheel, installed elsewhere for each of these Pythons: the README works, and its laws catch the planted bugs.
PYTHONS ?= $(PYTHON)
wheel-test:
	set -e; there=$$(mktemp -d); trap "rm -rf $$there" EXIT; \
	$(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir $$there .; \
	cp tests/planted.py $$there; cd $$there; \
	for python in $(PYTHONS); do \
		$$python -m venv --clear venv; \
		venv/bin/python -m pip install --quiet "$$(ls $$there/*.whl)[testing]"; \
		PYTHONWARNINGS=error venv/bin/aidtimeline --log $$there/$$python example; \
		venv/bin/python -I -W error -c 'from aidtimeline import examples; examples.open().as_of("2023-11-28").counts()["truck"]'; \
		venv/bin/python -I planted.py; \
	done

# The laws again, with many more logs.
long-test: $(VENV)/installed-dev
	HYPOTHESIS_PROFILE=long $(BIN)/pytest tests/test_laws.py

# Killed writers, power cuts and logs cut at every byte, in full. Takes about a quarter of an hour; docs/reliability.md.
campaigns: $(VENV)/installed-dev
	$(BIN)/python campaigns/kills.py --report docs/campaigns/kills.json
	$(BIN)/python campaigns/power.py --report docs/campaigns/power.json
	$(BIN)/python campaigns/cuts.py --report docs/campaigns/cuts.json
	$(BIN)/python campaigns/copies.py --report docs/campaigns/copies.json
	for how in no-lock no-pending repair-deletes inherited-lock; do ! $(BIN)/python campaigns/kills.py --broken $$how || exit 1; done
	for how in no-flush no-folder-flush holes-unseen; do ! $(BIN)/python campaigns/power.py --broken $$how || exit 1; done
	! $(BIN)/python campaigns/copies.py --broken note-not-bound
	for how in a-line the-rest; do ! $(BIN)/python campaigns/cuts.py --broken repair-deletes-$$how || exit 1; done

# Ten million hostile inputs, guided by the code that they reach. Takes about half an hour.
fuzz: $(VENV)/installed-fuzz
	$(BIN)/python -m fuzz.run --report docs/campaigns/fuzz.json

# Do the tests notice when the code is changed? Takes about half an hour; docs/mutation.md has the results.
mutants: $(VENV)/installed-mutants
	ulimit -v 4000000 && HYPOTHESIS_PROFILE=mutants $(BIN)/mutmut run
	$(BIN)/mutmut results

# The table of targets, ours and peers side by side; it writes docs/performance.md.
RECORDS ?= 1000000
bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/performance.py --records $(RECORDS)

# The same at a hundred thousand records.
bench-quick: $(VENV)/installed-bench
	$(BIN)/python benchmarks/performance.py --records 100000

# How the time of each command grows with the log, and hostile shapes. Takes about a quarter of an hour.
growth: $(VENV)/installed
	$(BIN)/python benchmarks/growth.py

# Dependency groups, which pip knows from 25.1 on.
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-bench: EXTRA := fast
$(VENV)/installed-%: EXTRA ?= all
$(VENV)/installed-%: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRA)]' --group $*
	touch $@

clean:
	rm -rf $(VENV) build .venv-* mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
