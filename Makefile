# `make run` needs nothing but Python 3.11+, pip and make. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := tradeplatform accounts strategies orders webhooks
# The rooms where a mistake costs money; each must have this line coverage, in percent.
COVERED := orders strategies accounts/exchange webhooks
COVERAGE := 95

.DEFAULT_GOAL := help
.PHONY: help run test faults check bench soak clean

help:
	@echo "make run    install, then run the whole platform until Ctrl-C"
	@echo "make test   install, then run every test"
	@echo "make faults install, then run the scenarios of docs/faults.md and print them in a table"
	@echo "make check  install, then lint, types, import rules, migrations"
	@echo "make bench  install, then measure; make bench PARTS=polling measures one part of these:"
	@echo "            fanout burst throughput fills cancel_all growth polling limits"
	@echo "make soak   install, then look for lost and doubled orders; make soak ALERTS=5000 SEED=7"

run: $(VENV)/.installed
	@exec $(BIN)/python manage.py up

test: $(VENV)/.installed-dev
	@# More workers than two processors: tests wait for platforms, exchanges and databases.
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	@for room in $(COVERED); do \
		$(BIN)/python -m coverage report --include="$$room/*" --skip-covered --fail-under=$(COVERAGE) \
			|| exit 1; \
	done

faults: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m scenario -p tradeplatform.fault_table

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports
	@# No database is needed to compare models with migrations; Django warns about that.
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

bench: $(VENV)/.installed-dev
	@$(if $(PART)$(filter-out bench,$(MAKECMDGOALS)),echo 'One part: make bench PARTS=polling' >&2; exit 2)
	@$(if $(filter undefined,$(origin PARTS)),,$(if $(strip $(PARTS)),,echo 'PARTS is empty' >&2; exit 2))
	@$(BIN)/python -m tradeplatform.bench $(PARTS)

soak: $(VENV)/.installed
	@exec $(BIN)/python -m tradeplatform.soak $(if $(ALERTS),--alerts $(ALERTS)) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

# The stamps are older than the requirements exactly when there is something to install.
# pip works from outside the environment: Debian's Python cannot put one inside (no ensurepip).
INSTALL := $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check

$(VENV)/.installed: requirements.txt | $(BIN)/python
	$(INSTALL) --requirement requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(BIN)/python
	$(INSTALL) --requirement requirements-dev.txt
	@touch $@ $(VENV)/.installed

# The .pth file lets the tools in $(BIN) import the packages of this directory.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv --without-pip $(VENV)
	@pwd > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tradeplatform.pth"
