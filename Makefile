# Every command that a person or CI runs. `make` alone lists them.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run chat test check format ci peers bench faults lock widget clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv with everything that run and test need

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "botcore needs Python 3.11 or later: install it, or say make PYTHON=/path/to/python3"; exit 2; }
	@echo "Setting up .venv with $$($(PYTHON) --version) from requirements.lock (about a minute, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^[a-z]/ {own = /^uv==/} own' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt
	@UV_LINK_MODE=copy $(BIN)/uv pip sync -q --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock \
		|| { echo "uv could not fetch the packages; trying pip, which knows your pip settings ..."; \
		     $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

run: $(READY) ## start the bot; the terminal says where its page is
	@$(BIN)/botcore run

chat: $(READY) ## talk to the bot in this terminal
	@$(BIN)/botcore chat

test: $(READY) ## the tests that need nothing but Python
	@$(BIN)/python -m pytest -m "not slow and not browser" -n 2

check: $(READY) ## style, types, floors
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: $(READY) ## put the code in form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

ci: $(READY) ## check, and the suites with a real browser, vLLM and images
	@bash tests/ci.sh

peers: $(READY) ## the channels against simulators that others wrote (needs Node and npm; part of ci)
	@$(BIN)/python -m pytest tests/peers

bench: $(READY) ## measure speed and memory beside a bare loop
	@$(BIN)/botcore bench

widget: ## build the chat widget (needs Node; the built file is committed, so that nobody else does)
	@npm ci --prefix botcore/web/widget --no-audit --no-fund && npm run build --prefix botcore/web/widget

COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --group weights pyproject.toml

faults: $(READY) ## the long proof of delivery: kills, cuts and pauses, 20,000 messages; about five minutes
	@$(BIN)/python -m tests.faults --messages 20000 --faults 1100 --processes 4 --seconds 200

lock: $(READY) ## renew requirements.lock (work) and docker/requirements.lock (the image) from pyproject.toml
	@$(COMPILE) --extra dev --extra discord --extra telegram --extra matrix --extra otel -o requirements.lock
	@$(COMPILE) --extra discord --extra telegram --extra matrix --extra postgres --extra otel --constraint requirements.lock -o docker/requirements.lock

clean: ## remove what setup and runs made (your data folder stays)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
