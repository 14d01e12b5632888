# Short for `python -m pip install -e .` and the `lodestar` command; nothing here that they cannot do.
#
#   make demo [SERVE=0]    a whole learning path on a real Neo4j, then the API (SERVE=0: ends after printing)
#   make test [ARGS=...]   set-up and tests, a process for each core (ARGS='-n 0': all in one)
#   make test-fast         those that need no database and train no network
#   make test-random       all in another order each time; ARGS=--random-order-seed=N repeats one
#   make docs              the documents as a site with search, in build/docs; a dead link fails
#   make check             ruff, mypy, the site and the tests
#   make bench [ARGS=...]  the short version of every benchmark (ARGS='--only paths': some)
#   make clean             remove the environment; data and downloads stay
#
# VENV=path uses another environment, PYTHON=path another Python. A torch that is already there is used as it is.

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
CANDIDATES := python3 python python3.13 python3.12 python3.11 python3.14
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
HAS_TORCH := -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)'
AGAIN := { echo 'The installation broke off. Run the same command again: what has arrived is kept.' >&2; exit 1; }

# Each test process and each command that a test starts would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-fast test-random docs check lint bench clean

demo: $(BIN)/.installed
	$(BIN)/lodestar demo $(if $(filter 0,$(SERVE)),--no-serve)

test: $(BIN)/.installed
	$(BIN)/python -m pytest $(ARGS)

test-fast: $(BIN)/.installed
	$(BIN)/python -m pytest -m 'not database and not training' $(ARGS)

test-random: $(BIN)/.installed-dev
	$(BIN)/python -m pytest --random-order $(ARGS)

bench: $(BIN)/.installed
	$(BIN)/python -m benchmarks --quick $(ARGS)

check: lint docs test

docs: $(BIN)/.installed
	rm -rf build/docs
	$(BIN)/python -m sphinx --builder html --conf-dir docs --fresh-env --nitpicky --fail-on-warning --quiet . build/docs

lint: $(BIN)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo 'Lodestar needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python' >&2; exit 1; }
	@if $(PYTHON) $(HAS_TORCH); then shared=--system-site-packages; fi; $(PYTHON) -m venv $$shared $(VENV) || \
		{ rm -rf $(VENV); echo 'No environment could be made; Debian and Ubuntu need python3-venv.' >&2; exit 1; }

$(BIN)/.installed: pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	@if $(BIN)/python $(HAS_TORCH); then grep -v '^torch==' constraints.txt; else cat constraints.txt; fi > $(VENV)/pins.txt
	$(BIN)/python -m pip install --disable-pip-version-check -e '.[test]' -c $(VENV)/pins.txt || $(AGAIN)
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e '.[test,dev]' -c $(VENV)/pins.txt || $(AGAIN)
	@touch $@
