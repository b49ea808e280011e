PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := $(BIN)/jupyter-book build . -W -n --keep-going
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

# Matplotlib and IPython read no settings from your home, so the book is the same everywhere.
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib
export IPYTHONDIR := $(CURDIR)/$(VENV)/ipython

.PHONY: help check arrays book site test notebooks mutants peers bench language-curve character-model pdf zip export clean browser

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile

check: $(VENV)/ready  ## in two minutes: ruff, mypy, notebooks and library in step, the laws on numbers, the edges
	$(BIN)/ruff check
	$(BIN)/mypy
	$(PYTEST) tests/check

arrays: $(VENV)/ready  ## the library on every array library, in blocks, in little memory, to the last digit
	$(PYTEST) tests/arrays

book: $(VENV)/ready  ## run every notebook and build the book; any warning is an error
	rm -rf _build/html _build/.doctrees _build/jupyter_execute
	$(BUILD)

site: book  ## build the book and test it: its sources, and its pages in a browser
	$(PYTEST) tests/book tests/site

test: check book  ## everything but mutants; a built book is a run of the notebooks as tests
	$(PYTEST) --ignore=tests/check

notebooks: $(VENV)/ready  ## run the notebooks as tests, without the book and its kept outputs
	$(BIN)/nbdev_test --do_print

mutants: $(VENV)/ready  ## plant one fault after another in the library; each must be caught
	$(BIN)/python -m pytest -o addopts= tests/mutants

peers:  ## the losses that other libraries ship beside the rows of the atlas, in an environment of its own
	$(PYTHON) -m venv --clear _build/peers
	_build/peers/bin/python -m pip install -r tests/peers/requirements.txt
	PYTHONPATH=. _build/peers/bin/python -m pytest -o addopts= -o filterwarnings=ignore tests/peers $(WRITE)

bench: $(VENV)/ready  ## time the library beside SciPy, scikit-learn, PyTorch and optax (install torch for it)
	$(BIN)/python bench/bench.py
	$(BIN)/python bench/training.py

language-curve: $(VENV)/ready  ## train the small network of the page "Language models" (install torch for it)
	$(BIN)/python bench/language_curve.py

character-model:  ## the figures of a real character model for that page, in an environment of its own
	$(PYTHON) -m venv --clear _build/character-model
	_build/character-model/bin/python -m pip install numpy array-api-compat h5py
	_build/character-model/bin/python -m pip install --no-deps textgenrnn==2.0.0
	PYTHONPATH=. _build/character-model/bin/python bench/character_model.py

pdf: browser book  ## print the whole book, with Chromium
	$(BUILD) --builder singlehtml
	$(BIN)/python _ext/offline.py pdf

zip: book  ## pack the pages for reading without a network
	$(BIN)/python _ext/offline.py zip

export: $(VENV)/ready  ## write xent_lit/ from the notebooks and clean them
	$(BIN)/python _ext/export.py
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
