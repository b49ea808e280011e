PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := $(BIN)/jupyter-book build . -W -n --keep-going

# Matplotlib and IPython read no settings from your home, so the book is the same everywhere.
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib
export IPYTHONDIR := $(CURDIR)/$(VENV)/ipython

.PHONY: help book test mutants bench pdf zip export clean browser

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

book: $(VENV)/ready  ## run every notebook and build the book; any warning is an error
	rm -rf _build/html _build/.doctrees _build/jupyter_execute
	$(BUILD)

test: book  ## build the book, rerun the notebooks as tests, then run tests/
	$(BIN)/nbdev_test --do_print
	$(BIN)/python -m pytest

mutants: $(VENV)/ready  ## plant one fault after another in the library; each must be caught
	$(BIN)/python -m pytest -o addopts=-ra tests/test_mutants.py

bench: $(VENV)/ready  ## time the library beside SciPy, scikit-learn and PyTorch (install torch for it)
	$(BIN)/python tests/bench.py

pdf: browser book  ## print the whole book, with Chromium
	$(BUILD) --builder singlehtml
	$(BIN)/python _ext/offline.py pdf

zip: book  ## pack the pages for reading without a network
	$(BIN)/python _ext/offline.py zip

export: $(VENV)/ready  ## write xent_lit/ from the notebooks and clean them
	$(BIN)/nbdev_export
	$(BIN)/nbdev_clean

clean:  ## remove what was built; keep .venv
	rm -rf _build

browser: $(VENV)/ready
	@$(BIN)/python _ext/chromium.py

$(VENV)/ready: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15) and "Python 3.11 to 3.14 is needed; name one: make PYTHON=python3.13")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'import matplotlib.font_manager'
	touch $@
