# Everything runs in .venv, built from hashed locks by the first target that needs it.
# `make help` lists the targets with what each takes on two cores.

PYTHON ?= python3
BOOT   := .boot
UV     := PYTHONPATH=$(BOOT) $(PYTHON) -m uv
VENV   := .venv
BIN    := $(VENV)/bin
MCMC   := .venv-mcmc
FUZZ   := .venv-fuzz
RELEASE := .venv-release
UV_VERSION := 0.13.8
RESOLVE := pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
           --no-header --no-annotate --no-emit-index-url --no-emit-find-links -q
COMPILE := $(RESOLVE) pyproject.toml
# Same inputs, same bytes: fixed hashing, one BLAS thread per process, no display.
export PYTHONHASHSEED := 0
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MPLBACKEND := Agg
export SOURCE_DATE_EPOCH := 1767225600

.DEFAULT_GOAL := help
.PHONY: help reproduce page review test lint unit calibrate crosscheck bench reliability fuzz scale coverage mutants seeds audit metadata release \
        rebuild-check docs lock clean .notebooks .methods .figures .fact-sheet

help:  ## list the targets (instant)
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

reproduce: $(VENV)/.reproduce  ## compute results/, execute every notebook, write their HTML to build/notebooks (set-up 1-2 min, then about 2 min)
	$(BIN)/estimation challenge
	$(BIN)/estimation reproduce
	@$(MAKE) --no-print-directory -j4 .notebooks .methods .figures .fact-sheet

page: $(VENV)/.reproduce  ## pictures, fact sheet, and the page for reporters results/page/index.html, from the published results (set-up, then 1-2 min)
	@$(MAKE) --no-print-directory -j2 .figures .fact-sheet
	$(BIN)/estimation page

# What only reads the tables of results/ and writes files of its own: side by side.
.notebooks:
	$(BIN)/python notebooks/build.py
.methods:
	$(BIN)/estimation methods
.figures:
	$(BIN)/estimation figures
.fact-sheet:
	$(BIN)/estimation fact-sheet

review: $(VENV)/.reproduce  ## your own assumptions against the register's: make review ASSUMPTIONS=mine.toml (set-up, then under 1 min)
	$(BIN)/estimation review --assumptions "$(ASSUMPTIONS)"

test: $(VENV)/.dev  ## set up, then lint, types, floor contract, doctests and all tests (set-up 1-2 min, then about 7 min)
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit

lint: $(VENV)/.dev  ## style, types, import contract, dead code, dependencies, docstrings, spelling (1 min)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry .
	$(BIN)/interrogate -q estimation
	$(BIN)/codespell

unit: $(VENV)/.dev  ## the tests alone (about 6 min)
	$(BIN)/pytest -n 2

calibrate: $(VENV)/.dev  ## the full calibration study: back-tests and simulation-based calibration (about 15 min)
	$(BIN)/python -m estimation calibrate

crosscheck: $(MCMC)/.made  ## the fit of areas and the synthesis against MCMC programs in .venv-mcmc: run them again, then compare (set-up 1-2 min, then about 7 min)
	$(MCMC)/bin/python tests/reference/mcmc.py
	$(MCMC)/bin/python tests/reference/synthesis_mcmc.py
	$(MCMC)/bin/python -m pytest tests/model/test_transfer_mcmc.py tests/model/test_synthesis_mcmc.py

bench: $(VENV)/.dev  ## speed and memory side by side with peers, as ratios (about 10 min)
	$(BIN)/python benchmarks/run.py

reliability: $(VENV)/.dev  ## bad inputs tried and faults survived, into results/reliability (about 5 min)
	$(BIN)/python tests/reliability/tables.py

fuzz: $(VENV)/.dev $(FUZZ)/.made  ## every loader and command with damaged files and words, for long (about 20 min)
	FUZZ=long $(BIN)/pytest -n 2 tests/fuzz
	$(FUZZ)/bin/python tests/fuzz/coverage_guided.py -runs=200000

scale: $(VENV)/.dev  ## time and memory up to a million areas and ten million draws, into results/reliability (about 5 min)
	$(BIN)/python benchmarks/scale.py

coverage: $(VENV)/.dev  ## share of each floor's lines and branches that tests run, into results/reliability (about 10 min)
	$(BIN)/pytest -n 2 --cov=estimation --cov-branch --cov-report=json:build/coverage.json
	$(BIN)/python tests/reliability/coverage_table.py build/coverage.json

seeds: $(VENV)/.dev  ## what ten seeds print of the answer, into results/reliability (about 5 min)
	$(BIN)/python tests/reliability/seeds.py

mutants: $(VENV)/.dev  ## changes of the model's code that its tests notice, in a fixed sample, into results/reliability (about 10 min; not on Windows)
	nice -n 15 $(BIN)/python tests/reliability/mutation.py build/mutation
	$(BIN)/python tests/reliability/mutants_table.py build/mutation/verdicts.csv

audit: $(VENV)/.dev  ## locked packages against the advisory database, if it can be reached (1 min; needs a network)
	$(BIN)/python tests/reliability/audit.py

metadata: $(VENV)/.dev  ## write codemeta.json and ro-crate-metadata.json again, after an edit of what they describe (instant)
	$(BIN)/python release/metadata.py

release: $(VENV)/.dev $(RELEASE)/.made  ## check what describes the project, build wheel, sdist and reproducibility archive into dist/ (set-up, then 1 min)
	$(BIN)/pytest -n 0 tests/test_metadata.py tests/test_archive.py tests/evidence/test_public_data.py
	$(RELEASE)/bin/cffconvert --validate --infile CITATION.cff
	$(RELEASE)/bin/python release/packages.py --uv "env $(UV)"
	$(PYTHON) release/archive.py

rebuild-check:  ## rebuild the archive as another user, in an empty folder, another home and locale: same bytes (about 10 min)
	$(PYTHON) release/rebuild.py --python "$(PYTHON)"

docs: $(VENV)/.dev  ## the documentation site in build/site, opened by double click, no network needed (set-up, then under 1 min)
	$(BIN)/python docs/build.py

lock:  $(BOOT)/.done  ## resolve the locks and environment.yml again (1 min; needs the package index)
	$(UV) $(COMPILE) --extra notebooks --extra page --extra docs --extra cluster --extra dev -o requirements-dev.lock
	$(UV) $(COMPILE) --extra notebooks --extra page -c requirements-dev.lock -o requirements.lock
	$(UV) $(COMPILE) --extra mcmc -c requirements-dev.lock -o requirements-mcmc.lock
	$(UV) $(COMPILE) --extra fuzz -c requirements-dev.lock -o requirements-fuzz.lock
	$(UV) $(RESOLVE) --group release -o requirements-release.lock
	$(PYTHON) tests/environment.py

clean:  ## remove everything the targets made, but not results/ (instant)
	rm -rf $(VENV) $(MCMC) $(FUZZ) $(RELEASE) $(BOOT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BOOT)/.done:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target $(BOOT) uv==$(UV_VERSION)
	@touch $@

$(VENV)/.made: | $(BOOT)/.done
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.reproduce: requirements.lock pyproject.toml | $(VENV)/.made
	@test -e $(VENV)/.dev || $(UV) pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/.made
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(FUZZ)/.made: requirements-fuzz.lock pyproject.toml | $(BOOT)/.done
	@test -x $(FUZZ)/bin/python || $(UV) venv --quiet --python $(PYTHON) $(FUZZ)
	$(UV) pip install --quiet --python $(FUZZ)/bin/python --require-hashes --compile-bytecode -r requirements-fuzz.lock
	$(UV) pip install --quiet --python $(FUZZ)/bin/python --no-deps -e .
	@touch $@

$(MCMC)/.made: requirements-mcmc.lock pyproject.toml | $(BOOT)/.done
	@test -x $(MCMC)/bin/python || $(UV) venv --quiet --python $(PYTHON) $(MCMC)
	$(UV) pip install --quiet --python $(MCMC)/bin/python --require-hashes --compile-bytecode -r requirements-mcmc.lock
	$(UV) pip install --quiet --python $(MCMC)/bin/python --no-deps -e .
	@touch $@

$(RELEASE)/.made: requirements-release.lock | $(BOOT)/.done
	$(UV) venv --quiet --clear --python $(PYTHON) $(RELEASE)
	$(UV) pip install --quiet --python $(RELEASE)/bin/python --require-hashes --compile-bytecode -r requirements-release.lock
	@touch $@
