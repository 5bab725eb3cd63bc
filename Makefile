# Two commands do everything on a fresh Debian or Ubuntu: make run, make test.
.PHONY: run test setup setup-test check soak bench package clean

VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.installed
TOOLS := build/tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)

# Hundreds of processes are started: what they import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

# Serve the first applicant: embedded back office, demo hall, simulated devices.
run: setup
	$(VENV)/bin/onewindow demo --home build/demo --out build/first-applicant

# Everything that must hold, with real parts.
test: setup-test check
	$(PYTHON) -m tests.whole_run $(PYTHON) -m pytest -n 2 --dist loadgroup --max-worker-restart 2

setup: system-run $(STAMP)

setup-test: system-test $(STAMP)

.PHONY: system-run system-test
system-run:
	@packaging/install-system.sh run

system-test:
	@packaging/install-system.sh test

$(TOOLS)/bin/uv:
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet uv

$(STAMP): requirements.lock pyproject.toml $(if $(findstring $(TOOLS),$(UV)),$(TOOLS)/bin/uv)
	test -d $(VENV) || $(UV) venv --quiet --python '>=3.11' $(VENV)
	$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation -e .
	touch $@

check: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# Long runs that would not fit into test.
soak: setup-test
	$(PYTHON) -m tests.whole_run $(PYTHON) -m pytest --soak tests/simulation tests/sync/test_sync_ahead.py tests/sync/test_feed_convergence.py tests/journey/test_kill_client.py tests/journey/test_faults.py tests/printing/test_print_crashes.py
	mkdir -p build/fuzz && cd build/fuzz && PYTHONPATH=$(CURDIR) $(CURDIR)/$(PYTHON) -m tests.fuzz.card_parsers all -max_total_time=60

# Figures beside the limits; not a test.
bench: setup-test
	$(PYTHON) -m tests.benchmarks

# One folder that starts without Python: dist/onewindow/onewindow
package: setup-test
	$(VENV)/bin/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller pyinstaller.spec
	QT_QPA_PLATFORM=offscreen dist/onewindow/onewindow doctor --home build/package-home

clean:
	rm -rf build dist
