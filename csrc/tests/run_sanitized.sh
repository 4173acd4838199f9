#!/usr/bin/env bash
# Builds the kernels under the address and undefined-behaviour sanitizers; runs the native tests, then the Python tests
# of the kernels on the same build. Called by `make sanitize` with the instruction set to build for.
set -euo pipefail
cd "$(dirname "$0")/../.."
isa=$1
folder=build/sanitize

cmake -S . -B $folder -G Ninja -DCMAKE_BUILD_TYPE=Debug -DWEFT_SANITIZE=ON -DWEFT_ISAS="$isa" > /dev/null
cmake --build $folder
ctest --test-dir $folder --output-on-failure

# A copy of the package with that library: the loader looks beside the sources.
rm -rf $folder/src
cp -r src $folder/src
rm -rf $folder/src/weft/_native
cmake --install $folder --prefix $folder/src > /dev/null

runtimes=
for name in libasan.so libubsan.so libstdc++.so; do
  runtimes="$runtimes $(${CXX:-c++} -print-file-name=$name)"
done
# Python and PyTorch keep memory until the end on purpose: leaks are looked for in the native tests above.
LD_PRELOAD=$runtimes ASAN_OPTIONS=detect_leaks=0 python - $folder/src <<'EOF'
import sys
from pathlib import Path

import pytest

# The checkout that is linked into the environment comes before any path, unless its finder goes.
sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("_editable")]
sys.path.insert(0, sys.argv[1])

from weft.kernels import native  # noqa: E402

folder, library = Path(sys.argv[1]).resolve(), native.status().path
assert library is not None and folder in library.resolve().parents, f"these tests would run on {library}"
sys.exit(pytest.main(["-p", "no:cacheprovider", "tests/kernels"]))
EOF
