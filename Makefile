# make demo | test | check | bench | docs: each sets itself up. make native: the kernels, for work on a checkout.
PYTHON ?= python3

native:
	cmake -S . -B build/dev -G Ninja -DCMAKE_BUILD_TYPE=Release $(NATIVE_FLAGS)
	cmake --build build/dev
	cmake --install build/dev --prefix src
