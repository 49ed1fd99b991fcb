# Every command of the house. `make help` lists them.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
WORKERS ?= 2
FULL ?=

BIN := .venv/bin
FLASK := $(BIN)/flask --app fundapp
# The story has an instance folder and a database of its own, whatever DATABASE_URL says, and never meets a court's data.
STORY := instance/story
IN_STORY := DATABASE_URL= FUND_INSTANCE=$(STORY)

.DEFAULT_GOAL := help
.PHONY: help run test check bench migrate words

run: .venv/installed $(STORY)/fund.db  ## install, play the story of 2018 once, serve on 127.0.0.1:8000 (PORT=… to change)
	@$(IN_STORY) $(FLASK) db upgrade
	@$(IN_STORY) $(FLASK) serve --port $(PORT)

test: .venv/installed-tests  ## install the test tools and a browser, run every test (ARGS="tests/ledger -x" for some)
	@sh tests/browser.sh
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: .venv/installed-tests  ## formatting, lint, types, import contracts, templates
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet

bench: .venv/installed-tests .venv-bench/installed  ## measure against raw engines and peers (FULL=1 every size, ARGS=w5 one)
	@FULL=$(FULL) $(BIN)/python -m bench $(ARGS)

migrate: .venv/installed  ## bring the database named by DATABASE_URL (or instance/fund.db) to the newest schema
	@$(FLASK) db upgrade

words: .venv/installed-tests  ## bring the English catalogue up to the words of the code and the pages
	@$(BIN)/python -m tests.words

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Played beside its place and moved there when it is whole: an interrupted story begins again.
$(STORY)/fund.db: | .venv/installed
	@rm -rf $(STORY) $(STORY).unfinished
	@DATABASE_URL= FUND_INSTANCE=$(STORY).unfinished $(FLASK) db upgrade
	@DATABASE_URL= FUND_INSTANCE=$(STORY).unfinished $(FLASK) demo
	@mv $(STORY).unfinished $(STORY)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo 'Python cannot make virtual environments here. On Debian: apt-get install python3-venv' >&2; exit 1; }

.venv/installed: requirements.txt | .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-tests: requirements.txt tests/requirements.txt | .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@ .venv/installed

# The peers that we are measured against have packages of their own, and stay out of ours.
.venv-bench/installed: bench/requirements.txt | .venv/bin/python
	@.venv/bin/python -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --disable-pip-version-check --no-deps -r bench/requirements.txt
	@touch $@
