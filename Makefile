# make demo        see it work on the sample in this repository
# make test        the tests                    make test-long   those that take minutes
# make lint        ruff, mypy --strict, the workflows and what the Extensions Index checks
# make bench DATA=folder   the evidence; ARGS=--quick: 15 minutes
# make docs        the documentation as a site, strictly: site/index.html
# make tutorial DATA=folder    the tutorial's pictures and numbers anew, walked in the headless host
# make bench-worker    what the worker process costs against the same engine in process
# make bench-anisotropy DATA=folder    slices whose pixels are not square
# make bench-learn DATA=folder    what a saved edit is worth for the next slice; hours, finished runs are kept
# make bench-find DATA=folder    what a task's locator finds in volumes never seen; hours, finished runs are kept
# make bench-sam       what a click costs with a SAM, beside segment_anything's own predictor
# make bench-real WEIGHTS=folder DATA=folder    times and Dice of every published checkpoint in a folder
# make bench-slicer    what keeps Slicer's main thread, in the headless host
# make translations  lupdate and lrelease; says how many texts lack a translation (docs/translations.md)
# make bench-load READERS=40    simulated readers against a server; without READERS the whole of docs/capacity.md, ten minutes
# make bench-walks DATA=folder    what teaching is worth in Slicer, through the panel; hours, finished walks are kept
# make pretrain    train the built-in weights anew (hours)       make clean

PYTHON ?= python3
# Another build of torch than that of tools/dev.py.
TORCH ?=
DATA ?=
WEIGHTS ?=
OUT ?= runs/builtin
ARGS ?=
# Of make bench-load; none: 1, 5 and 10, the model, 20 and 40.
READERS ?=
# Processes that share the tests; each loads torch, so not one for every core of a large machine.
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := results/demo

# Idle torch threads otherwise spin on cores that the rest of the process could use.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: demo test test-long lint docs tutorial translations bench bench-worker bench-anisotropy bench-learn bench-find bench-sam bench-real bench-slicer bench-walks bench-load pretrain clean

demo: $(STAMP)
	$(BIN)/auxol replay Testing/data/hippocampus --label anterior --every 3 --window volume --methods shape,generalist,auxol \
		--prompt box --generalist builtin --engine worker --out $(DEMO)
	@echo "The learning curve is $(DEMO)/curve.png; the numbers are $(DEMO)/summary.json and $(DEMO)/rows.csv."

test: $(STAMP)
	$(BIN)/python -m tools.dev test --jobs $(JOBS)

test-long: $(STAMP)
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m pytest Testing/cluster
	$(BIN)/python Testing/needs_host.py || $(BIN)/python -m pytest -m slow Testing/qt_client
	AUXOL_LONG=1 $(BIN)/python -m pytest Testing/slicer

# New texts are listed by: .venv/bin/python -m tools.translations --missing de
translations: $(STAMP)
	$(BIN)/python -m tools.translations

lint: $(STAMP)
	$(BIN)/python -m tools.dev lint

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Open site/index.html; to search in it: $(BIN)/mkdocs serve."

tutorial: $(STAMP)
	@test -n "$(DATA)" || { echo "Say where btcv_ct is: make tutorial DATA=folder." >&2; exit 2; }
	$(BIN)/python -m tools.tutorial --data "$(DATA)" $(ARGS)

bench: $(STAMP)
	@test -n "$(DATA)" || { echo "Say where the data sets are: make bench DATA=folder (docs/benchmark.md lists them)." >&2; exit 2; }
	$(BIN)/python -m tools.bench.evidence --data "$(DATA)" $(ARGS)

bench-worker: $(STAMP)
	$(BIN)/python -m tools.bench.bench_worker $(ARGS)

bench-anisotropy: $(STAMP)
	@test -n "$(DATA)" || { echo "Say where btcv_ct is: make bench-anisotropy DATA=folder." >&2; exit 2; }
	$(BIN)/python -m tools.bench.anisotropy --data "$(DATA)" $(ARGS)

bench-learn: $(STAMP)
	@test -n "$(DATA)" || { echo "Say where the data sets are: make bench-learn DATA=folder." >&2; exit 2; }
	$(BIN)/python -m tools.bench.learn --data "$(DATA)" $(ARGS)

bench-find: $(STAMP)
	@test -n "$(DATA)" || { echo "Say where btcv_ct and lgg_volumes are: make bench-find DATA=folder." >&2; exit 2; }
	$(BIN)/python -m tools.bench.find --data "$(DATA)" $(ARGS)

bench-sam: $(STAMP)
	$(BIN)/python -m tools.bench.bench_sam $(ARGS)

bench-real: $(STAMP)
	@test -n "$(WEIGHTS)" -a -n "$(DATA)" || { echo "Say where they are: make bench-real WEIGHTS=folder DATA=folder." >&2; exit 2; }
	$(BIN)/python -m tools.bench.real --weights "$(WEIGHTS)" --data "$(DATA)" $(ARGS)

bench-slicer: $(STAMP)
	PYTHONPATH=Testing/slicer $(BIN)/python tools/bench/slicer_stalls.py

bench-walks: $(STAMP)
	@test -n "$(DATA)" || { echo "Say where lgg_volumes, btcv_ct and kvasir are: make bench-walks DATA=folder." >&2; exit 2; }
	$(BIN)/python -m tools.bench.walks --data "$(DATA)" $(ARGS)

bench-load: $(STAMP)
	$(BIN)/python -m tools.bench.load $(if $(READERS),--readers $(READERS),whole) $(ARGS)

pretrain: $(STAMP)
	$(BIN)/python -m pretrain.train --out "$(OUT)" $(ARGS)

clean:
	rm -rf $(VENV) results site build dist auxol_core.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find auxol_core Testing -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml tools/dev.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m tools.dev install $(TORCH)
	touch $@
