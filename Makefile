.PHONY: run install test lint types unit soak snapshots bench screenshots clean

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.dev

run: $(READY)
	@$(BIN)/backprop-tui $(ARGS)

install: $(READY)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(READY)

test: lint types unit

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=.typing $(BIN)/lint-imports --no-cache --no-logo

types: $(DEV)
	$(BIN)/mypy

unit: $(DEV)
	$(BIN)/python -m pytest -n auto --dist worksteal

soak: $(DEV)
	$(BIN)/python -m pytest -n auto --dist worksteal --soak tests/hostile tests/tui/monkey tests/tui/terminal \
		tests/tui/screens/test_in_view.py
	$(BIN)/python tests/bench/long_training.py

snapshots: $(DEV)
	$(BIN)/python -m pytest --snapshot-update tests/tui

bench: $(DEV)
	$(BIN)/python tests/bench/iteration.py
	$(BIN)/python tests/bench/linecheck.py
	$(BIN)/python tests/bench/mutants.py
	$(BIN)/python tests/bench/rules.py
	$(BIN)/python tests/bench/diagnosis.py
	$(BIN)/python tests/bench/first_paint.py
	$(BIN)/python tests/bench/opening.py
	$(BIN)/python tests/bench/saving.py
	$(BIN)/python tests/bench/keys.py
	$(BIN)/python tests/bench/cells.py
	$(BIN)/python tests/bench/at_work.py
	$(BIN)/python tests/bench/screen_cost.py

screenshots: $(DEV)
	$(BIN)/python screenshots/make.py

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
