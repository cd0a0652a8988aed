PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock

.PHONY: install demo test crosscheck lint bench docs clean

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml $(LOCK)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "import pkgutil; from signals import kernels; [pkgutil.resolve_name(f'signals.kernels.{one.name}') for one in pkgutil.iter_modules(kernels.__path__)]"
	$(BIN)/python -c "from pipeline.sources.tardis import messages"
	$(BIN)/python -m compileall -q signals backtest pipeline
	touch $@

demo: install
	$(BIN)/footprint demo

test: install
	$(BIN)/python -m pytest -m "not timing" -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/flows
	$(BIN)/python -m pytest tests/flows
	$(BIN)/python -m pytest -m timing

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# hftbacktest pins an older numpy, so what needs it has a place of its own.
crosscheck: .venv-bench/installed
	.venv-bench/bin/python -m pytest tests/crosscheck

bench: .venv-bench/installed
	.venv-bench/bin/python -m benchmarks.book --write
	$(if $(DAY),.venv-bench/bin/python -m benchmarks.ingest_race $(DAY) --write)

.venv-bench/installed: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --editable '.[bench,crosscheck]'
	touch $@

docs: install
	$(BIN)/python -m pipeline.catalogue > docs/data_dictionary.md
	$(BIN)/python -m pipeline.sources_page > docs/sources.md

clean:
	rm -rf $(VENV) data/demo data/lake
