# make book       makes the environment, runs the notebooks on the made-up county, writes the book to _build/html/
# make test       makes the environment, runs every check
# Both need Python 3.11, 3.12 or 3.13 and, the first time, the network. uv is used where it is found, else pip.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)

# Kernels import a great deal: without bytecode on disk every notebook would compile it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help env book pdf test lint test-code test-browser test-notebooks notebooks lock clean clean-book

help:
	@sed -n '1,3s/^# //p' Makefile
	@echo "make pdf        builds the book and prints it, whole and part by part, to _build/pdf/ (needs Chromium)"
	@echo "make notebooks  writes the notebooks anew from the policy files, with the outputs of one run"
	@echo "make clean-book removes the built book, make clean the environment and caches as well"
	@echo "make lock       chooses new versions of the packages for requirements.txt (needs uv)"

env: $(INSTALLED)

# uv does not read pip's configuration (a mirror, say), so where uv fails pip is tried.
WITH_UV = command -v uv >/dev/null 2>&1 \
	&& { $(BIN)/python -c '' 2>/dev/null || uv venv --quiet --clear --python "$(PYTHON)" $(VENV); } \
	&& uv pip install --quiet --python $(BIN)/python --compile-bytecode -r requirements.txt
WITH_PIP = { $(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV); } \
	&& $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt

$(INSTALLED): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found." >&2; exit 1; }
	@echo "Installing into $(VENV): up to half a minute with uv, some two minutes with pip, this once."
	@{ $(WITH_UV); } || { $(WITH_PIP); } || { echo "The environment could not be made; see above." \
		"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -c 'import matplotlib.font_manager'  # lists the fonts once, so that no notebook waits for it
	@touch $@

book: $(INSTALLED)
	@echo "Building the book: a minute or two from nothing, seconds when little has changed."
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "The book is at $(CURDIR)/_build/html/index.html"

pdf: book
	@echo "Printing the book and each part of it: some minutes. Chromium and a font for Chinese are needed."
	$(BIN)/python -m cadre_handbook.pdf

test: $(INSTALLED)
	@echo "Running every check: some minutes."
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test-code
	@$(MAKE) --no-print-directory test-notebooks
	@$(MAKE) --no-print-directory test-browser
	@echo "All checks passed."

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test-code: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/browser

# On the book as built from what lies here. A page settles while another is looked at: three at once on two cores. Where Chromium is missing the tests say that they were skipped.
test-browser: book
	$(BIN)/python -m pytest -n 3 --dist worksteal tests/browser

# pytest calls it a failure when there is nothing to collect.
test-notebooks: $(INSTALLED)
	@if find notebooks -name '*.ipynb' 2>/dev/null | grep -q .; then set -x; \
		$(BIN)/python -m pytest --nbval --nbval-current-env -n 2 --dist loadfile notebooks; \
	else echo "There are no notebooks to run."; fi

notebooks: $(INSTALLED)
	$(BIN)/python -m cadre_handbook.maintain

lock:
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--fork-strategy fewest --no-annotate --extra book --extra databases --extra test pyproject.toml -o requirements.txt
	printf '\n# the project itself\n-e .\n' >> requirements.txt

clean-book:
	rm -rf _build

clean: clean-book
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist
	find src tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
