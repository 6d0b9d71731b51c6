# Every command of the project; people, CI and hooks call the same ones.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
export PYTHONPATH := $(CURDIR):$(CURDIR)/gen

VENV_STAMP := $(VENV)/.stamp
GEN_STAMP := gen/.stamp
PROTOS := $(shell find protos -name '*.proto' 2>/dev/null)

.PHONY: help setup gen

help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(VENV_STAMP) $(GEN_STAMP) ## virtual environment, locked packages, generated code

gen: $(GEN_STAMP) ## generate code from protos/ into gen/ (only when a proto changed)

$(VENV_STAMP): requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	printf '%s\n%s\n' '$(CURDIR)' '$(CURDIR)/gen' > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/saleloop.pth"
	touch $@

$(GEN_STAMP): $(VENV_STAMP) $(PROTOS) devstack/generate.py
	$(PY) -m devstack.generate
