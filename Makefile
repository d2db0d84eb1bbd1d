# Two commands: `make app` starts the workbench, `make test` checks it. Each begins from Python 3.11 or later and nothing else.
# Written for GNU Make 3.81, the version that macOS has.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
COMPILE := $(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
# What the browser and document tests drive. Fonts too: without them a picture of a page is empty boxes.
DEBIAN_PACKAGES := chromium fonts-liberation libreoffice-writer-nogui poppler-utils
# What the engines of `make test-engines` run on.
ENGINE_PACKAGES := postgresql default-jre-headless

.DEFAULT_GOAL := help
.PHONY: help app install test test-all test-engines benchmark lint format lock programs engine-programs js clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

app: $(VENV)/run.stamp ## start the workbench; PORT=8866 and PROJECT=file.json choose where and what
	@exec $(BIN)/workbench app $(if $(PORT),--port "$(PORT)") $(if $(PROJECT),--project "$(PROJECT)")

install: $(VENV)/test.stamp ## install all that `make app` and `make test` need, and start nothing

test: programs lint ## lint, types, import contracts and tests, those in a browser too
	@$(BIN)/python -m pytest -m "not slow and not engines" $(PYTEST)

test-all: programs lint ## the same, with the slow tests
	@$(BIN)/python -m pytest -m "not engines" $(PYTEST)

test-engines: $(VENV)/engines.stamp engine-programs ## the store of figures on PostgreSQL and Spark; installs what it needs
	@WORKBENCH_ENGINES=all $(BIN)/python -m pytest tests/store/test_figures_store.py -m engines $(PYTEST)

benchmark: $(VENV)/run.stamp ## the store of figures on 51 million made-up rows; OPTIONS="--rows small" is quick
	@$(BIN)/python benchmarks/figures.py $(OPTIONS)

lint: $(VENV)/test.stamp ## lint, formatting, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/test.stamp ## put the code in its one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Each lock holds the one before: what the tests run on is what `make app` installs.
lock: $(VENV)/test.stamp ## pin the dependencies anew; UPGRADE=name moves one on, UPGRADE=all every one
	@$(COMPILE) $(UPGRADE_FLAG) --extra all --group build --output-file requirements.lock >/dev/null
	@$(COMPILE) $(UPGRADE_FLAG) --extra all --group build --group test --constraints requirements.lock --output-file requirements-test.lock >/dev/null
	@$(COMPILE) $(UPGRADE_FLAG) --extra all --extra engines --group build --group test --constraints requirements-test.lock --output-file requirements-engines.lock >/dev/null
UPGRADE_FLAG = $(if $(UPGRADE),$(if $(filter all,$(UPGRADE)),--upgrade,--upgrade-package $(UPGRADE)))

js: ## build the browser's half of LiveView again (needs node); the result is committed
	@cd workbench/widgets/js && npm install --no-audit --no-fund --no-package-lock --silent && npm run --silent build

clean: ## remove caches and build products; .venv stays
	@rm -rf build dist test-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find workbench tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)."; \
			exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "No Python 3.11 or later that can make a virtual environment was found: install one (on Debian or Ubuntu: apt-get install python3-venv), or name it with PYTHON=/path/to/python3." >&2; \
	exit 1

# pip is asked for first: an interrupted `python -m venv` leaves an environment without it.
# The lock holds hatchling and pip themselves, so nothing unpinned is fetched, whatever pip Python came with.
define install
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --default-pip >/dev/null
	@echo "Installing the pinned versions in $(1). The first time takes about a minute."
	@$(PIP) --require-hashes --requirement $(1)
	@$(PIP) --no-deps --no-build-isolation --editable .
endef

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements.lock)
	@touch $@

$(VENV)/test.stamp: requirements-test.lock requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements-test.lock)
	@touch $(VENV)/run.stamp $@

$(VENV)/engines.stamp: requirements-engines.lock requirements-test.lock requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements-engines.lock)
	@touch $(VENV)/run.stamp $(VENV)/test.stamp $@

# Installs Debian packages when it may and they are not there: $(1) are their names.
define debian
	@if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian$$' /etc/os-release; then \
		missing=; \
		for package in $(1); do \
			dpkg-query --show --showformat '$${db:Status-Status}\n' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
		done; \
		if [ -n "$$missing" ]; then \
			echo "Installing$$missing."; \
			export DEBIAN_FRONTEND=noninteractive; \
			apt-get update -qq && apt-get install -qq -y --no-install-recommends $$missing >/dev/null \
				|| echo "Could not install$$missing: tests that need them will say so." >&2; \
		fi; \
	fi
endef

# Elsewhere than on Debian as root, the tests use the browser and LibreOffice that are there, and say what they had to skip.
programs:
	$(call debian,$(DEBIAN_PACKAGES))

# PostgreSQL's package makes and starts a cluster of its own; the tests make theirs in a temporary folder. Where nothing
# can be installed the tests fail and say which program is missing.
engine-programs:
	$(call debian,$(ENGINE_PACKAGES))
