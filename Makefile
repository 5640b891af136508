# The commands of the project. `make check` and `make test` are exactly what CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= auto

.PHONY: demo test check compile format wheel lock docs clean help

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "stanch needs Python 3.11 or newer; run: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "this Python has no venv; install it (Debian: apt install python3-venv) and run make again"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m compileall -q assistant codemods playbooks # pip does the same with what it installs whole
	@$(BIN)/python hatch_build.py --aside
	@touch $@

demo: $(READY) ## set everything up and open the built-in leaking app
	$(BIN)/stanch demo || test $$? -eq 5  # an incident that was left open is no error here

test: $(READY) ## set everything up and pass the tests
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

check: $(READY) ## lint, types and import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

compile: $(READY) ## compile what reads and follows code: scans take half as long (needs a C compiler and a minute or three)
	$(BIN)/python hatch_build.py

format: $(READY) ## rewrite the layout of the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(READY) ## build dist/stanch-*.whl
	$(BIN)/python -m pip wheel --quiet --no-build-isolation --no-deps --wheel-dir dist .

lock: $(READY) ## renew requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --upgrade --quiet --output-file requirements.lock

clean: ## remove what make made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
