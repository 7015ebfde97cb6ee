# make demo        see it work on the sample in this repository
# make test        the tests                    make test-long   those that take minutes
# make lint        ruff and mypy --strict       make bench DATA=folder   the evidence; ARGS=--quick: 15 minutes
# make bench-worker    what the worker process costs against the same engine in process
# make bench-anisotropy DATA=folder    slices whose pixels are not square
# make bench-learn DATA=folder    what a saved edit is worth for the next slice; hours, finished runs are kept
# make bench-find DATA=folder    what a task's locator finds in volumes never seen; hours, finished runs are kept
# make bench-sam       what a click costs with a SAM, beside segment_anything's own predictor
# make bench-real WEIGHTS=folder DATA=folder    times and Dice of every published checkpoint in a folder
# make bench-slicer    what keeps Slicer's main thread, in the headless host
# make bench-walks DATA=folder    what teaching is worth in Slicer, through the panel; hours, finished walks are kept
# make pretrain    train the built-in weights anew (hours)       make clean

PYTHON ?= python3
# One exact build: a looser request may bring gigabytes of GPU libraries that nothing here needs.
TORCH ?= torch==2.13.0
DATA ?=
WEIGHTS ?=
OUT ?= runs/builtin
ARGS ?=
# Processes that share the tests; each loads torch, so not one for every core of a large machine.
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
DEMO := results/demo

# Idle torch threads otherwise spin on cores that the rest of the process could use.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: demo test test-long lint bench bench-worker bench-anisotropy bench-learn bench-find bench-sam bench-real bench-slicer bench-walks pretrain clean

demo: $(STAMP)
	$(BIN)/auxol replay Testing/data/hippocampus --label anterior --every 3 --window volume --methods shape,generalist,auxol \
		--prompt box --generalist builtin --engine worker --out $(DEMO)
	@echo "The learning curve is $(DEMO)/curve.png; the numbers are $(DEMO)/summary.json and $(DEMO)/rows.csv."

# Four runs: the host is one for each process, and torch is loaded beside it only for the contract of the Qt client.
test: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS)
	$(BIN)/python Testing/needs_host.py || $(BIN)/python -m pytest Testing/host
	$(BIN)/python Testing/needs_host.py || $(BIN)/python -m pytest -n $(JOBS) Testing/qt_client
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile Testing/slicer

test-long: $(STAMP)
	$(BIN)/python -m pytest -m slow
	$(BIN)/python Testing/needs_host.py || $(BIN)/python -m pytest -m slow Testing/qt_client
	AUXOL_LONG=1 $(BIN)/python -m pytest Testing/slicer

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

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

pretrain: $(STAMP)
	$(BIN)/python -m pretrain.train --out "$(OUT)" $(ARGS)

clean:
	rm -rf $(VENV) results build dist auxol_core.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find auxol_core Testing -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) "$(TORCH)"
	$(PIP) -e ".[dev,host]"
	# Without what they ask for, which would bring another torch: the generalists' own code, which ours is held against in
	# tests.
	$(PIP) --no-deps mobilesam-mirror==1.0.0 segment_anything_hq==0.3 timm==1.0.31
	# Its build asks for the torch that is here; nothing of it is compiled.
	SAM2_BUILD_CUDA=0 $(PIP) --no-deps --no-build-isolation setuptools wheel sam2==1.1.0
	# Objects of the evidence (tools/bench/evidence/objects.py), whose own demands would bring an older numpy.
	$(PIP) --no-deps panoptica==2.1.7 connected-components-3d scikit-image pandas lazy-loader imageio pytz tzdata \
		python-dateutil six "plotly<6" tenacity
	touch $@
