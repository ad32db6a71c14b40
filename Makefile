# Needs Python 3.11 or newer, git and make; everything else is installed into .venv from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-bench
PORT ?= 8000
export PORT

.PHONY: help setup demo test bench bench-faults check format lint types layers lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv and install exactly what requirements.lock pins

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Concerte needs Python 3.11 or newer; set PYTHON=python3.12, for instance." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# What only a baseline of the bench is made with: nobody else gets it.
$(BENCH_STAMP): requirements-bench.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $(BENCH_STAMP)

demo: $(STAMP) ## start the rehearsal on http://localhost:8000 (PORT and DATABASE_URL are honoured)
	@$(BIN)/concerte demo

# The tests' databases are thrown away: in memory, where there is room for them (4 GB).
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "TMPDIR=/dev/shm" }')

test: $(STAMP) ## run every test, PostgreSQL and the browser included
	$(MEMORY) $(BIN)/pytest -n auto --dist loadgroup -q

bench: $(STAMP) $(BENCH_STAMP) ## measure speed and memory beside the bare SDKs (PARTS="…" for some of it)
	$(MEMORY) $(BIN)/python -m tests.bench $(PARTS)

bench-faults: $(STAMP) ## kill, stop and starve workers during broadcasts to 5,000, and count what became of everybody
	$(MEMORY) $(BIN)/python -m tests.bench faults --json bench-faults.json

check: format lint types layers test ## format, lint, types, layers, tests

format: $(STAMP) ## is everything formatted?
	$(BIN)/ruff format --check .

lint: $(STAMP) ## is anything suspicious?
	$(BIN)/ruff check .

types: $(STAMP) ## do the types hold (mypy, strict)?
	$(BIN)/mypy

layers: $(STAMP) ## do the imports go one way?
	$(BIN)/lint-imports

LOCKED := --quiet --generate-hashes --no-header --no-emit-index-url --universal --python-version 3.11
lock: ## pin versions and hashes again (no addresses)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile $(LOCKED) --extra dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCKED) --extra dev --extra bench --constraints requirements.lock pyproject.toml \
	  --output-file requirements-bench.lock

screenshots: $(STAMP) ## play a short rehearsal in Chromium and write the pictures in docs/images
	$(BIN)/python -m tests.web.screenshots

clean: ## forget the environment and the caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build *.egg-info
