#!/usr/bin/env bash
# One wheel beside several PyTorch versions: builds nothing, installs the given wheel into an environment a version and
# runs the native tests there, against the installed package and not the checkout's sources.
#
#   tests/wheel/check_wheel.sh build/wheel/weft-*.whl
#
# WHEEL_CHECK_ENVIRONMENTS: "NAME=PYTHON=TORCH ..."; an environment that exists already is used as it is. The default
# asks for the version of constraints.txt and the oldest one supported, whose PyPI build brings gigabytes of CUDA.
set -euo pipefail
wheel=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/wheel-check
environments=${WHEEL_CHECK_ENVIRONMENTS:-"newest=python3=2.13.0 oldest=python3=2.6.0"}
mkdir -p "$work"

case $(basename "$wheel") in
  weft-*-py3-none-*.whl) ;;
  *) echo "check_wheel.sh: $wheel is not tagged py3-none-<platform>" >&2; exit 1 ;;
esac

# The tests alone: no src beside them that could be imported instead of the wheel.
rm -rf "$work/tests"
cp -r "$root/tests" "$work/tests"
cp "$root/pyproject.toml" "$work/"

for environment in $environments; do
  IFS='=' read -r name python torch <<< "$environment"
  venv=$work/$name
  if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv"
    # The interpreter of Triton 3.2, which comes with PyTorch 2.6, fails with NumPy 2.4.
    "$venv/bin/python" -m pip install --quiet "torch==$torch" "numpy<2.4"
  fi
  "$venv/bin/python" -m pip install --quiet pytest hypothesis jaxtyping beartype
  "$venv/bin/python" -m pip install --quiet --force-reinstall --no-deps "$wheel"
  "$venv/bin/python" -m pip install --quiet "$wheel"
  echo "== $name"
  (cd "$work" && "$venv/bin/python" - <<'PYTHON'
import platform
import torch
import weft
from weft.kernels import native
assert "site-packages" in weft.__file__, weft.__file__
assert native.is_available(), native.status().reason
print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, weft {weft.__version__}, {native.status().path}")
PYTHON
  )
  (cd "$work" && "$venv/bin/python" -m pytest tests/kernels tests/ops)
done
