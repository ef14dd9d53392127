# Suyuan: `make help` lists the targets. Everything happens in .venv; nothing else is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORPUS ?=
PORT ?= 8000
# One more than the 2 processors that are reckoned with: tests that wait for a server or a browser leave theirs idle.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help install run demo web test check lint soak drill bench screenshots corpus lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F '\t' '{ printf "  make %-11s %s\n", $$1, $$2 }'

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Suyuan needs Python 3.11 or newer: make PYTHON=python3.12 …'; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo 'Python has no venv module: install the package python3-venv.'; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements/test.txt requirements/yardstick.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/yardstick.txt
	@touch $@

install: $(VENV)/run.stamp ## set up .venv, and nothing else

run: install ## start the ledger and the demonstration zone, and go on serving
	@$(BIN)/suyuan demo --port $(PORT) --serve

demo: install ## the same, and exit
	@$(BIN)/suyuan demo --port $(PORT)

FALLBACK := $(wildcard api/web/fallback/*.js api/web/fallback/*.json api/web/fallback/build.py)
build/web/qr_reader.js: $(FALLBACK) | $(VENV)/test.stamp
	$(BIN)/python -m api.web.fallback.build

web: build/web/qr_reader.js ## build what browsers lack: Ed25519, ML-DSA, a reader of QR codes (needs npm's registry)

test: $(VENV)/test.stamp ## set up what the tests need, then run all of them
	@$(MAKE) --no-print-directory web || echo 'What browsers lack is not built; tests of it will be skipped.'
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -m 'not soak' -n $(WORKERS) --dist loadscope --no-loadscope-reorder

lint: $(VENV)/test.stamp ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## lint, types, imports, tests

soak: $(VENV)/test.stamp ## the long batteries, for hours: crashes, power loss, every bit
	$(BIN)/python -m pytest -m soak

KILLS ?= 10
HARMS ?= 2
drill: $(VENV)/test.stamp ## kill, freeze, cut off the leader of a database cluster under load; writes build/drill.json
	$(BIN)/python -m tests.drill $(KILLS) --freeze $(HARMS) --partition $(HARMS) --split $(HARMS)

bench: $(VENV)/test.stamp ## measure; writes build/bench.json
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/test.stamp ## take the README's pictures of the demonstration's page
	$(BIN)/python -m tests.web.screenshots

corpus: $(VENV)/test.stamp ## read official samples: make corpus CORPUS=folder
	$(BIN)/python -m ledger.readers.corpus $(CORPUS)

lock: $(VENV)/test.stamp ## make the lock files anew (needs uv)
	cd requirements && uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 run.in -o run.txt
	cd requirements && uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 test.in -o test.txt
	cd requirements && uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --no-deps yardstick.in -o yardstick.txt

clean: ## remove .venv and build
	rm -rf $(VENV) build
