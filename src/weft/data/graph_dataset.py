"""The base of the data sets that weft reads itself: raw files in, graphs out, kept in weft's own format."""

from __future__ import annotations

import json
import os
import secrets
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.dataset import Dataset, Transform
from weft.data.folder import get_download_dir
from weft.data.raw_files import RawFile, explain_missing, fetch_raw_files, find_raw_files, missing_files, places_of
from weft.data.subset import Subset
from weft.errors import GraphFileError, IdError, InputError
from weft.graph import Graph
from weft.store import load_graphs, save_graphs

CACHE_VERSION = 1
"""Of what lies around the graphs in a cache file. A file of another version is made again."""
_DESCRIPTION = "weft.data"
"""Label of a cache file that holds, as bytes of JSON, what it was made of and the information on the graphs."""


@dataclass
class Content:
    """What a data set consists of."""

    graphs: list[Graph]
    """One or more."""
    labels: dict[str, Tensor] = field(default_factory=dict)
    """What belongs to the graphs as a whole: targets with a row a graph, indices of splits."""
    info: dict[str, Any] = field(default_factory=dict)
    """What else is known, such as ``num_classes`` or names: what JSON can hold, so tuples become lists."""


class GraphDataset(Dataset):
    """Graphs read from files that were published, or generated; the base of the data sets of `weft.data`.

    A subclass defines `read` and calls this constructor with the data set's name and files; arguments that `read` needs
    are set on ``self`` before, and named in ``hash_key``. Raw files are looked for in ``raw_dir`` when it is given
    (``raw_dir/folder``, then ``raw_dir`` itself), else in ``WEFT_DATA_DIR/folder``, else in `get_download_dir`; they
    are downloaded to there, or to ``raw_dir/folder``, when they are nowhere and have URLs.

    What was read is kept in ``save_path`` as a file of `weft.save_graphs` and memory-mapped from then on, as long as
    name, hash key, `version` and the raw files (size and time of change) are the same; a damaged file is warned of and
    made again. Without raw files the cache is used alone. Nothing is written into ``WEFT_DATA_DIR``.

    Args:
        name: of the data set, with what makes it another one (``cora``).
        files: the raw files; none for a data set that is generated.
        folder: the folder of the raw files below ``WEFT_DATA_DIR``; ``name`` by default.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.
        save_dir: folder that holds the folder of results; `get_download_dir` by default.
        hash_key: the arguments that the result depends on. None for a result that is not to be kept.

    Raises:
        InputError: raw files are missing and have no URL; the message says where they were looked for.
        DownloadError: a file cannot be fetched, or not the one that was published.
    """

    version = 1
    """Of what `read` makes: raise it with each change, so that results kept by older versions are made again."""
    item_labels: tuple[str, ...] = ()
    """Labels with a row a graph, which come with each graph: an item is ``(graph, row, ...)`` then."""

    def __init__(
        self,
        name: str,
        files: Sequence[RawFile] = (),
        *,
        folder: str | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        save_dir: str | os.PathLike[str] | None = None,
        hash_key: tuple[Any, ...] | None = (),
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        self.files = tuple(files)
        """The raw files."""
        self.content = Content([])
        """Graphs, labels and information."""
        self._folder = folder or name
        self._places = places_of(self._folder, raw_dir)
        self._found = find_raw_files(self.files, self._places) if self.files else self._places[-1]
        self._explicit = raw_dir is not None
        self._kept = hash_key is not None
        super().__init__(
            name,
            url=next((file.url for file in self.files if file.url), None),
            raw_dir=raw_dir,
            save_dir=get_download_dir() if save_dir is None else save_dir,
            hash_key=hash_key or (),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the content of the data set, made from the raw files in ``folder``; to be defined by a subclass.

        Raises:
            NotImplementedError: the subclass does not define it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it is read: define read(self, folder).")

    @property
    def graphs(self) -> list[Graph]:
        """The graphs, as they are before ``transform``."""
        return self.content.graphs

    @property
    def info(self) -> dict[str, Any]:
        """What else is known of the data set."""
        return self.content.info

    @property
    def num_classes(self) -> int:
        """Number of classes to predict; an AttributeError where the data set has none."""
        if "num_classes" not in self.info:
            raise AttributeError(f"{type(self).__name__} has no classes to predict.")
        return int(self.info["num_classes"])

    @property
    def raw_path(self) -> str:
        """Folder in which the raw files lie, or to which they are downloaded."""
        return str(self._found if self._found is not None else self._download_place())

    @property
    def cache_file(self) -> Path:
        """File in which the result is kept."""
        return Path(self.save_path) / "graphs.weft"

    def __len__(self) -> int:
        return len(self.content.graphs)

    def __getitem__(self, index: int | slice | Sequence[int] | NDArray[Any] | Tensor) -> Any:
        """Return the graph at ``index``, with its labels where ``item_labels`` names some.

        A slice, a list, an array or a tensor of indices gives a `Subset`; bools pick where they are True.

        Raises:
            IdError: the index is past the end. It is an IndexError, so that loops over the data set end.
        """
        if isinstance(index, slice):
            return Subset(self, range(*index.indices(len(self))))
        if isinstance(index, (np.ndarray, Tensor)) and index.ndim == 0:
            index = int(index)
        if isinstance(index, (Sequence, np.ndarray, Tensor)):
            return Subset(self, index)
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IdError(f"{type(self).__name__}: index {index} is past the end of its {len(self)} graphs.")
        graph = self.apply_transform(self.graph_at(place))
        if not self.item_labels:
            return graph
        return (graph, *(self.content.labels[name][place] for name in self.item_labels))

    def graph_at(self, place: int) -> Graph:
        """Return the graph at ``place``, from 0 to below ``len(self)``, before ``transform``.

        A subclass whose graphs are made when they are asked for defines this and ``__len__``.
        """
        return self.content.graphs[place]

    def download(self) -> None:
        """Fetch the raw files that are missing into the user's folder, or into ``raw_dir/folder`` where it was given.

        Raises:
            InputError: a file that is missing has no URL.
            DownloadError: a file cannot be fetched.
        """
        place = self._download_place()
        if any(file.url is None for file in missing_files(self.files, place)):
            raise InputError(explain_missing(type(self).__name__, self._folder, self.files, self._places))
        fetch_raw_files(type(self).__name__, self.files, place, log=self.verbose)
        self._found = place

    def process(self) -> None:
        """Read the raw files."""
        if self._found is None:
            self.download()
        self._tell(f"reading {self.raw_path}" if self.files else "generating")
        content = self.read(Path(self.raw_path))
        # As it will be after loading: tuples are lists and keys are strings.
        self.content = Content(content.graphs, content.labels, json.loads(json.dumps(content.info)))

    def has_cache(self) -> bool:
        """Return whether a result is kept that was made from the raw files as they are now."""
        if not self._kept or not self.cache_file.is_file():
            return False
        if self._found is None and self._explicit:
            # A folder that was given counts, even when it lacks the files.
            return False
        try:
            kept = self._description(load_graphs(self.cache_file, [])[1])["made_of"]
        except InputError:
            # `load` tells what is wrong with it.
            return True
        made_of = self._made_of()
        if self._found is None:
            made_of["files"] = kept["files"]
        return bool(made_of == kept)

    def save(self) -> None:
        """Keep the result; a disk that cannot be written is warned of, as the result is there all the same."""
        if not self._kept:
            return
        description = json.dumps({"made_of": self._made_of(), "info": self.content.info}).encode()
        labels = {**self.content.labels, _DESCRIPTION: torch.frombuffer(bytearray(description), dtype=torch.uint8)}
        unfinished = self.cache_file.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.weft")
        try:
            save_graphs(unfinished, self.content.graphs, labels)
            os.replace(unfinished, self.cache_file)
        except OSError as error:
            warnings.warn(
                f"{type(self).__name__}: the result cannot be kept and is made anew next time: {error}",
                UserWarning,
                stacklevel=2,
            )
        finally:
            if unfinished.parent.is_dir():
                unfinished.unlink(missing_ok=True)

    def load(self) -> None:
        """Take the result from the cache.

        Raises:
            GraphFileError: the file is damaged.
        """
        graphs, labels = load_graphs(self.cache_file)
        info = self._description(labels)["info"]
        del labels[_DESCRIPTION]
        self.content = Content(graphs, labels, info)

    def _description(self, labels: dict[str, Tensor]) -> dict[str, Any]:
        """Return what a cache file says of itself.

        Raises:
            GraphFileError: it was not written by `save`.
        """
        if _DESCRIPTION not in labels:
            raise GraphFileError(f"{str(self.cache_file)!r} holds graphs, but not those of a data set.")
        description: dict[str, Any] = json.loads(labels[_DESCRIPTION].numpy().tobytes())
        return description

    def _made_of(self) -> dict[str, Any]:
        """Return what a result depends on."""
        files = []
        for file in self.files:
            path = Path(self.raw_path) / file.name
            if path.is_file():
                status = path.stat()
                files.append([file.name, status.st_size, status.st_mtime_ns])
        return {
            "cache_version": CACHE_VERSION,
            "version": self.version,
            "name": self.name,
            "hash_key": repr(self._hash_key),
            "files": files,
        }

    def _download_place(self) -> Path:
        return self._places[0] if self._explicit else self._places[-1]
