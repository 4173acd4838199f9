"""Make the rivals' environments: ``python -m benchmarks.peers.setup_peers [--only dgl|pyg]``.

Each rival needs old or other friends, so each gets an environment of its own in ``WEFT_PEERS_DIR`` (default
``build/peers``): ``dgl`` (Python 3.11, about 5 GB for the CUDA packages that its PyTorch brings) and ``pyg``.

Packages come from where pip is configured to look. A build of PyTorch for the CPU alone serves as well and is smaller
by gigabytes: name an index that has such builds in pip's own configuration.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import peers_folder, python_of

PINS = {
    "dgl": [
        "torch==2.2.1",
        "dgl==2.1.0",
        "torchdata==0.7.1",
        "numpy<2",
        "scipy<1.14",
        "pandas<2.3",
        "pydantic",
        "pyyaml",
        "setuptools<81",
    ],
    "pyg": ["torch==2.13.0", "torch_geometric==2.8.1", "scipy"],
}


def find_python(version: str) -> str:
    """Return an interpreter of that version; ends the program when there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise SystemExit(f"setup_peers: DGL 2.1.0 needs Python {version}, and no python{version} is on the PATH.")
    return found


def make(name: str, folder: Path) -> None:
    """Create the environment of one rival and install its pins; does nothing when it is there."""
    python = python_of(name)
    if (folder / name / "ready").exists():
        print(f"{name}: {python} is ready")
        return
    base = find_python("3.11") if name == "dgl" else sys.executable
    subprocess.run([base, "-m", "venv", str(folder / name)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", *PINS[name]], check=True)
    (folder / name / "ready").touch()
    print(f"{name}: made {python}")


def main() -> None:
    """Make the environments that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(PINS), help="one rival instead of both")
    only = parser.parse_args().only
    folder = peers_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for name in [only] if only else sorted(PINS):
        make(name, folder)


if __name__ == "__main__":
    main()
