# Everything runs in the project's own virtual environment, made on first use. Needs GNU make and Python 3.11 or newer.
# PYTHON=... chooses the interpreter, VENV=... the folder, PYTEST_ARGS=... adds to the test run.

VENV ?= .venv
PYTEST_ARGS ?=
TEST_WORKERS ?= 2
DEMO_CAPTURE ?= captures/ln_wrapper_low.pcap

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PACKAGES := scapy_layers dlms_analyzer tui tests

# Stamps: an environment is brought up to date when pyproject.toml is newer than its stamp.
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
DOCS := $(VENV)/.installed-docs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint format bench compiled docs pictures clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(DEV)  ## make the virtual environment with everything for development

demo: $(RUNTIME)  ## decode a sample meter session
	$(BIN)/dlms-analyzer read $(DEMO_CAPTURE)

test: $(DEV)  ## run the tests
	$(BIN)/python -m pytest -n $(TEST_WORKERS) $(PYTEST_ARGS)

lint: $(DEV)  ## ruff, mypy --strict, the import rule of the three floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV)  ## run every benchmarks/bench_*.py
	@set -e; for script in $(sort $(wildcard benchmarks/bench_*.py)); do echo "== $$script"; $(BIN)/python "$$script"; done

compiled: pyproject.toml  ## build the hot modules with mypyc into .venv-compiled (needs a C compiler), for bench
	@$(MAKE) --no-print-directory VENV=.venv-compiled .venv-compiled/.installed-dev
	.venv-compiled/bin/python -m pip --disable-pip-version-check --quiet install 'setuptools>=77'
	@rm -rf build/compiled && mkdir -p build/compiled
	@cp -r dlms_analyzer scapy_layers tui setup.py pyproject.toml README.md LICENSE build/compiled
	cd build/compiled && DLMS_ANALYZER_COMPILE=1 ../../.venv-compiled/bin/python -m pip --disable-pip-version-check --quiet \
	  install --no-deps --no-build-isolation --force-reinstall .
	cd .venv-compiled && bin/python -c 'import dlms_analyzer.analyzer as one; print("compiled:", one.__file__)'

docs: $(DOCS)  ## build the user guide into site/
	$(BIN)/python -m scapy_layers.reference > docs/fields.md
	$(BIN)/python -m dlms_analyzer.output.experts > docs/experts.md
	$(BIN)/mkdocs build --strict

pictures: $(DEV)  ## draw the pictures of the screens in the user guide anew
	$(BIN)/python -m tests.pictures

clean:  ## remove build products and caches, keep the virtual environment
	rm -rf .venv-compiled build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find $(PACKAGES) benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The first interpreter that is new enough and can make virtual environments. A name on PATH may be a launcher that
# refuses to run, so each candidate is tried, not just looked up.
$(BIN)/python:
	@for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "Creating $(VENV) with $$("$$candidate" --version)"; \
	    exec "$$candidate" -m venv $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11 or newer with the venv module was found." >&2; \
	echo "Install one (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1

$(RUNTIME): pyproject.toml | $(BIN)/python
	$(PIP) install --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[dev]'
	@touch $@ $(RUNTIME)

$(DOCS): pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[docs]'
	@touch $@ $(RUNTIME)
