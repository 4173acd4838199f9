# Each target sets itself up in .venv. The first run needs the network; later runs do not, until pyproject.toml or
# constraints.txt change. Sources are linked, so an edit counts at once; csrc is compiled again when it has changed.
#
#   PYTHON=python3.12 make test     another interpreter (the first time)
#   make test T=tests/kernels       a part of the tests
#   make bench ARGS=--quick         options of benchmarks.run
#   make native ISAS="x86-64-v2;x86-64-v3;x86-64-v4"   all instruction sets instead of this CPU's best

PYTHON ?= python3
VENV ?= .venv
ISAS ?=
T ?= tests
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
CONFIGURED := build/native/build.ninja
# As variables, constraints hold in the isolated environments of builds too; from pip 25.3 on by the second one.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(BIN)/python -m pip
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: FORCE help demo test check format bench docs native sanitize wheel wheel-check changelog clean

help:
	@echo "make demo         a made-up shop, a model that learns it, recommendations and a report: weft-demo/"
	@echo "make test         all tests (WEFT_DATA_DIR=FOLDER adds those on public data)"
	@echo "make check        format, lint, types, import layers"
	@echo "make bench        the benchmarks, beside the rivals that are installed"
	@echo "make docs         the documentation as pages: build/docs"
	@echo "make format       let the formatters rewrite the sources"
	@echo "make native       compile the native library into src/weft/_native"
	@echo "make sanitize     the native tests under the address and undefined-behaviour sanitizers"
	@echo "make wheel-check  one wheel beside two PyTorch versions (downloads gigabytes)"

demo: native
	$(BIN)/weft demo

test: native
	$(BIN)/python -m pytest $(T)

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run -Werror $$(find csrc -name '*.h' -o -name '*.cpp')
	$(BIN)/python -m pytest tests/meta/test_layers.py
	WEFT_TYPECHECK=1 $(BIN)/python -m pytest tests/ops tests/sparse

format: $(INSTALLED)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $$(find csrc -name '*.h' -o -name '*.cpp')

bench: native
	$(BIN)/python -m benchmarks.run $(ARGS)

docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs
	@echo "the documentation is in build/docs/index.html"

wheel: $(INSTALLED)
	$(PIP) wheel --quiet --no-deps --wheel-dir build/wheel .

wheel-check: wheel
	tests/wheel/check_wheel.sh build/wheel/weft-*.whl

changelog: $(INSTALLED)
	$(BIN)/towncrier build --version $$($(BIN)/python -c "import weft; print(weft.__version__)")

clean:
	rm -rf build dist src/weft/_native

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -e '.[dev]'
	touch $@

$(VENV)/installed-docs: $(INSTALLED)
	$(PIP) install --quiet -e '.[docs]'
	touch $@

native: $(CONFIGURED)
	@cmake --build build/native
	@cmake --install build/native --prefix src > build/native/install.log

# A list of instruction sets on the command line configures anew.
$(CONFIGURED): $(INSTALLED) CMakeLists.txt $(if $(ISAS),FORCE)
	isas="$(ISAS)"; \
	test -n "$$isas" || isas=$$($(BIN)/python -c "from weft.kernels.native import cpu_isas; print(cpu_isas()[0])"); \
	cmake -S . -B build/native -G Ninja -DCMAKE_BUILD_TYPE=Release -DWEFT_ISAS="$$isas" > build-native.log \
	  || { cat build-native.log; exit 1; }
	mv build-native.log build/native/configure.log

sanitize: native
	csrc/tests/run_sanitized.sh "$$(sed -n 's/^WEFT_ISAS:[^=]*=//p' build/native/CMakeCache.txt)"
