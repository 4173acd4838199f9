"""What every data set is: a life cycle of download, process, save and load, run once when it is made."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from weft.data.folder import get_download_dir
from weft.graph import Graph

Transform = Callable[[Graph], Graph]


class Dataset:
    """Graphs with a name, made once and kept: the base class for data sets of your own.

    A subclass says how the graphs are made in `process`, and gives them out in ``__getitem__`` and ``__len__``. It may
    also say how raw files are fetched (`download`) and how the result is kept (`save`, `load`, `has_cache`). When an
    object is made, this happens:

    1. `has_cache` says that the result is kept, and ``force_reload`` is False: `load`. A `load` that fails is warned
       of, and the next steps make the result again.
    2. Else: `download`, unless the folder ``raw_path`` exists; then `process`; then `save`.

    `apply_transform` gives a graph as the user's ``transform`` wants it; call it in ``__getitem__``.

    Args:
        name: of the data set, and of its folders.
        url: where `download` finds the raw files.
        raw_dir: folder that holds the folder of raw files; `get_download_dir` by default.
        save_dir: folder that holds the folder of results; ``raw_dir`` by default.
        hash_key: what the result depends on: arguments of the subclass. Results of different keys are kept apart.
        force_reload: make the result again, whatever is kept.
        verbose: tell of each step.
        transform: called with a graph each time that one is taken out.

    Source: DGL's ``dgl.data.DGLDataset``.

    >>> import tempfile, weft
    >>> class Paths(Dataset):
    ...     def process(self):
    ...         self.graphs = [weft.graph((range(n - 1), range(1, n))) for n in (2, 3)]
    ...     def __getitem__(self, index):
    ...         return self.apply_transform(self.graphs[index])
    ...     def __len__(self):
    ...         return len(self.graphs)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Paths("paths", raw_dir=folder, transform=weft.AddSelfLoop())[1]
    Graph(num_nodes=3, num_edges=5)
    """

    def __init__(
        self,
        name: str,
        url: str | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        save_dir: str | os.PathLike[str] | None = None,
        hash_key: tuple[Any, ...] = (),
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        self._name = name
        self._url = url
        self._raw_dir = get_download_dir() if raw_dir is None else os.path.expanduser(os.fspath(raw_dir))
        self._save_dir = self._raw_dir if save_dir is None else os.path.expanduser(os.fspath(save_dir))
        self._hash_key = hash_key
        self._force_reload = force_reload
        self._verbose = verbose
        self._transform = transform
        self._load()

    def download(self) -> None:
        """Fetch the raw files into `raw_path`. Does nothing unless a subclass says how."""

    def process(self) -> None:
        """Make the graphs from the raw files.

        Raises:
            NotImplementedError: the subclass does not say how.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how its graphs are made: define process(self).")

    def save(self) -> None:
        """Keep the result in `save_path`. Does nothing unless a subclass says how."""

    def load(self) -> None:
        """Take the result from `save_path`. Does nothing unless a subclass says how."""

    def has_cache(self) -> bool:
        """Return whether `load` would find a result: False unless a subclass says otherwise."""
        return False

    def apply_transform(self, graph: Graph) -> Graph:
        """Return the graph after ``transform``; itself where there is none."""
        return graph if self._transform is None else self._transform(graph)

    def __getitem__(self, index: Any) -> Any:
        """Return the graph at ``index``, with its label where it has one."""
        raise NotImplementedError(
            f"{type(self).__name__} does not give out its graphs: define __getitem__(self, index)."
        )

    def __len__(self) -> int:
        """Return the number of graphs."""
        raise NotImplementedError(f"{type(self).__name__} does not count its graphs: define __len__(self).")

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self._name

    @property
    def url(self) -> str | None:
        """Where the raw files come from; None when they come from nowhere."""
        return self._url

    @property
    def raw_dir(self) -> str:
        """Folder that holds the folder of raw files."""
        return self._raw_dir

    @property
    def raw_path(self) -> str:
        """Folder of the raw files: ``raw_dir/name``."""
        return str(Path(self._raw_dir) / self._name)

    @property
    def save_dir(self) -> str:
        """Folder that holds the folder of results."""
        return self._save_dir

    @property
    def save_path(self) -> str:
        """Folder of the result: ``save_dir/name``, with ``_hash`` when there is a hash key."""
        folder = f"{self._name}_{self.hash}" if self._hash_key else self._name
        return str(Path(self._save_dir) / folder)

    @property
    def hash(self) -> str:
        """Eight hexadecimal digits that tell hash keys apart."""
        return hashlib.sha256(repr(self._hash_key).encode()).hexdigest()[:8]

    @property
    def verbose(self) -> bool:
        """Whether each step is told of."""
        return self._verbose

    @property
    def transform(self) -> Transform | None:
        """What is called with a graph each time that one is taken out."""
        return self._transform

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, num_graphs={len(self)}, save_path={self.save_path!r})"

    def _load(self) -> None:
        """Take the result from the cache, or make and keep it."""
        if not self._force_reload and self.has_cache():
            try:
                self.load()
            except Exception as error:
                warnings.warn(
                    f"{type(self).__name__}: the result kept in {self.save_path!r} cannot be used and is made again: "
                    f"{error}",
                    UserWarning,
                    stacklevel=3,
                )
            else:
                self._tell(f"loaded from {self.save_path}")
                return
        if not os.path.exists(self.raw_path):
            self.download()
        self.process()
        self.save()

    def _tell(self, what: str) -> None:
        if self._verbose:
            print(f"{self.name}: {what}")
