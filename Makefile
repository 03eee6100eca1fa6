# What a fresh machine needs: Python 3.11 or later, and make. Everything else is installed into .venv, by hash.
#
#   make demo    three simulated models, a table, no key, no network
#   make lab     JupyterLab on the example notebooks
#   make test    the tests, without browser and notebooks
#   make check   linters, types, and every test, in a real browser too
#   make lock    resolve the dependencies again (needs uv)
#   make servers the tests against real server programs, installed into .cache
#   make labs    the oldest JupyterLab that is supported, into .cache
#   make support the page of what works with which provider, from its tests
#   make kernel-versions  the tests of the stop button under other releases of ipykernel
#   make clean   remove what was made here, .venv too

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
# Two workers: the machines that run this have at least two cores. A file stays whole, so its fixtures are made once.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile

.PHONY: demo lab test check servers labs lock clean support litellm-versions kernel-versions
.DEFAULT_GOAL := demo
# A recipe that fails leaves no stamp behind.
.DELETE_ON_ERROR:

demo: .venv/installed
	$(BIN)/distilkit demo

lab: .venv/installed
	$(BIN)/jupyter lab --notebook-dir=notebooks

test: .venv/installed
	$(PYTEST) -m "not browser and not notebook and not servers"

# One pytest run, so that one closing line counts everything: tests, docstring examples, notebooks.
check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	-$(BIN)/python tests/servers/install.py litellm aimock
	-$(BIN)/python tests/browser/labs.py
	$(PYTEST) --nbmake tests distilkit notebooks

.venv/installed: .venv/locked pyproject.toml
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/locked: requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("distilkit needs Python 3.11 or later, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.txt
	touch $@

# The versions in the present file are kept where they still fit; UVFLAGS=--upgrade takes the newest.
lock:
	$(UV) pip compile pyproject.toml --extra math --extra near --extra parquet --group dev --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file requirements-dev.txt $(UVFLAGS)

clean:
	rm -rf .venv .cache artifacts build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the wire tests have shown of each provider, as a page. Written only where all of them pass.
support: .venv/installed
	$(BIN)/python -m tests.wire.support > docs/providers.new && mv docs/providers.new docs/providers.md

# Real servers, all that this machine can install: LiteLLM's proxy, aimock, llama.cpp (built for some ten minutes) and
# `transformers serve`. Each is kept in .cache; `make check` has the first two.
servers: .venv/installed
	$(BIN)/python tests/servers/install.py litellm aimock llama_cpp transformers
	$(PYTEST) -m servers tests/servers

# The oldest JupyterLab that is supported: notebooks are saved and reopened in it too.
labs: .venv/installed
	$(BIN)/python tests/browser/labs.py

# The tests of the wire under other releases of LiteLLM: the oldest allowed, one in the middle, the newest.
litellm-versions: .venv/installed
	$(BIN)/python -m tests.wire.versions

# The tests of the notebook's stop button under other releases of ipykernel, each installed once into .cache.
kernel-versions: .venv/installed
	$(BIN)/python -m tests.kernels.versions
