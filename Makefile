# Each target is one line of work; the README shows the two that matter.
# Needed beforehand: Python 3.11 or later, make, and internet access or Go.

PYTHON ?= python3
BIN := .venv/bin
# SECRETS=vault: the practice organization's secrets come from a real Vault, which is started too
SECRETS ?= config
WITH_config := portcullis
WITH_vault := portcullis.practice.with_vault
RUN = $(BIN)/python -m $(or $(WITH_$(SECRETS)),$(error SECRETS=$(SECRETS): allowed: config, vault))
CODE := __main__.py components distribution docs engine github_settings policy/portcullis_policy portcullis sandbox tests
STACK ?= dev
export STACK

.DEFAULT_GOAL := help
.PHONY: help up preview check insecure import adopt down sandbox env test tests lint bench fidelity releases every proof docs site pins actions

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-9s  %s\n", $$1, $$2 }'

up: .venv/run  ## preview and update a stack, with the policy pack (STACK=dev; SECRETS=vault)
	@$(RUN) up

insecure: .venv/run  ## see the policy pack refuse orgs/insecure.yaml (exits non-zero)
	@$(RUN) preview --stack insecure

preview: .venv/run  ## show what would change, and the policy pack's findings
	@$(RUN) preview

check: .venv/run  ## check the stack's organization offline (CHECK="--fix")
	@$(RUN) check $(CHECK)

import: .venv/run  ## write an organization on GitHub as YAML and state (ORG=name; IMPORT="--update")
	@$(RUN) import $(ORG) $(IMPORT)

adopt: .venv/run  ## take existing, declared resources into the stack's state
	@$(RUN) adopt

down: .venv/run  ## delete a practice stack: its organization on the sandbox, and its state (STACK=dev)
	@$(RUN) down

sandbox: .venv/run  ## start the sandbox without deploying
	@$(RUN) sandbox

env: .venv/run  ## print the variables that plain pulumi needs: eval "$(make -s env)"
	@$(RUN) env

# tests start Python some hundred times; without bytecode, each start would compile everything again
test: export PYTHONDONTWRITEBYTECODE :=
# at the same time: style and types take one core for a minute
test: .venv/test  ## check style and types, and run every test, on the real engine
	@$(MAKE) --no-print-directory --jobs=2 lint tests

# in the order of tests/conftest.py: xdist would leave the files of few and long tests to the end
tests: .venv/test
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: .venv/test  ## check style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE) && $(BIN)/mypy policy/__main__.py

bench: .venv/test  ## measure time and API calls
	$(BIN)/python -m tests.bench

fidelity: .venv/test  ## run foreign clients and the GitHub provider's own tests against the sandbox (FIDELITY=REGEX: some tests)
	$(BIN)/python -m tests.fidelity $(if $(FIDELITY),'$(FIDELITY)')
	$(if $(FIDELITY),,$(BIN)/python -m tests.fidelity.clients)

releases: .venv/test  ## execute the release workflows, every case (RELEASES=REGEX: some of them)
	PORTCULLIS_TESTS=every $(BIN)/python -m pytest --numprocesses auto --dist loadfile tests/release $(if $(RELEASES),-k '$(RELEASES)')

every: .venv/test  ## run every test with every case, which takes longer than `make test`
	PORTCULLIS_TESTS=every $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

proof: .venv/test  ## try in the sandbox who can publish, with every case (PROOF=REGEX: some of them)
	PORTCULLIS_TESTS=every $(BIN)/python -m pytest --numprocesses auto tests/reach $(if $(PROOF),-k '$(PROOF)')

docs: .venv/test  ## regenerate the pages about rules and fields, and the schemas
	$(RUN) docs

site: .venv/test  ## build the documentation as a website, in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet && echo "site       open site/index.html; its search needs a web server: python3 -m http.server -d site"

pins: .venv/test  ## pin the newest allowed packages, by hash
	$(BIN)/uv pip compile -q -U $(PIN) requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q -U $(PIN) -c requirements.txt requirements-dev.in -o requirements-dev.txt

actions: .venv/run  ## pin the newest releases of actions, by commit (ACTIONS="--dry-run"); needs a network
	@$(RUN) pins $(ACTIONS)

PIN := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header

.venv/run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Portcullis needs Python 3.11 or later; name one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "install    Python packages, pinned by hash (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test: .venv/run requirements-dev.txt
	@echo "install    the tests' packages (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
