"""A framework's program as a child process: started once, asked many times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.workloads import THREADS, Sizes

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = {"weft": "weft_peer", "dgl": "dgl_peer", "pyg": "pyg_peer", "torch.sparse": "torch_sparse_peer"}
TITLES = {"weft": "weft", "dgl": "DGL", "pyg": "PyG", "torch.sparse": "torch.sparse"}
IMPORTS = {"weft": "weft", "dgl": "dgl", "pyg": "torch_geometric"}


class PeerError(Exception):
    """A framework's program failed or could not start."""


def peers_folder() -> Path:
    """Return where the rivals' environments lie: ``WEFT_PEERS_DIR``, else ``build/peers``."""
    return Path(os.environ.get("WEFT_PEERS_DIR") or ROOT / "build" / "peers")


def python_of(name: str) -> Path:
    """Return the interpreter of a framework: our own for weft and ``torch.sparse``."""
    if name in ("weft", "torch.sparse"):
        return Path(sys.executable)
    return peers_folder() / name / "bin" / "python"


def environment(sizes: Sizes, threads: int = THREADS) -> dict[str, str]:
    """Return what every framework's process sees: the same threads, the same sizes."""
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "DGLBACKEND": "pytorch",
        "WEFT_BENCH_SIZES": json.dumps(vars(sizes)),
    }


class Peer:
    """One framework's running program."""

    def __init__(self, name: str, sizes: Sizes, threads: int = THREADS) -> None:
        """Start it.

        Raises:
            PeerError: its environment is not there, or it ended before it spoke.
        """
        self.name = name
        python = python_of(name)
        if not python.exists():
            raise PeerError(
                f"no environment at {python.parent.parent}; python -m benchmarks.peers.setup_peers makes it"
            )
        self.process = subprocess.Popen(
            [str(python), "-W", "ignore", "-m", f"benchmarks.peers.{PROGRAMS[name]}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if name in ("dgl", "pyg") else None,
            text=True,
            cwd=ROOT,
            env=environment(sizes, threads),
        )
        hello = self._read()
        self.versions: dict[str, str] = hello["versions"]
        self.workloads: set[str] = set(hello["workloads"])

    def prepare(self, workload: str, results: Path) -> str:
        """Build a workload, run it once, leave its results in a folder; return which way was taken.

        Raises:
            PeerError: it failed.
        """
        return self._ask({"do": "prepare", "workload": workload, "results": str(results)})["note"]

    def time(self, repeat: int) -> list[float]:
        """Return the seconds of ``repeat`` runs of what was prepared."""
        return self._ask({"do": "time", "repeat": repeat})["seconds"]

    def peak(self) -> dict[str, int]:
        """Return the bytes that the process holds before one run of what was prepared, and its peak during it."""
        return self._ask({"do": "peak"})

    def close(self) -> None:
        """End the program."""
        if self.process.poll() is None:
            self.process.stdin.write(json.dumps({"do": "close"}) + "\n")
            self.process.stdin.close()
            self.process.wait(timeout=60)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            tail = self.process.stderr.read()[-2000:] if self.process.stderr else ""
            raise PeerError(f"its program ended with status {self.process.wait()}. {tail}".strip())
        message = json.loads(line)
        if "error" in message:
            raise PeerError(message["error"])
        return message


def start_peers(names: Sequence[str], sizes: Sizes, threads: int = THREADS) -> tuple[dict[str, Peer], dict[str, str]]:
    """Start what can be started; return the running programs, and why others are missing."""
    running, missing = {}, {}
    for name in names:
        try:
            running[name] = Peer(name, sizes, threads)
        except PeerError as error:
            missing[name] = str(error)
    return running, missing


def import_seconds(name: str, statement: str) -> float:
    """Return the seconds that a fresh interpreter of a framework takes for an import statement."""
    program = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    done = subprocess.run(
        [str(python_of(name)), "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(Sizes()),
    )
    return float(done.stdout.strip().splitlines()[-1])
