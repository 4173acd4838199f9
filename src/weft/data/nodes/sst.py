"""Sentences as trees, with a feeling at each node: the Stanford Sentiment Treebank."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import directed_graph
from weft.data.formats.text import open_text
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, TableError, name_choices
from weft.graph import Graph

_MODES = ("train", "dev", "test", "tiny")
_URL = "https://data.dgl.ai/dataset/sst.zip"
_TOKEN = re.compile(r"\(|\)|[^\s()]+")


class SSTDataset(GraphDataset):
    """Sentences of film reviews, parsed: 8,544 trees to train, 1,101 to validate (``dev``), 2,210 to test; 5 classes.

    Edges go from child to parent; node 0 is the root. ``ndata``: ``x`` int64, the number of a leaf's word in the
    vocabulary, -1 for other nodes and for words that are not there; ``y`` int64, from 0 (very negative) to 4; ``mask``
    int64, 1 at leaves.

    Args:
        mode: ``train``, ``dev``, ``test`` or ``tiny``.
        glove_embed_file: word vectors, a word and its numbers a line; gives `pretrained_emb`.
        vocab_file: words, one a line; by default ``vocab.txt`` beside the trees.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another mode, or files are not to be had.
        TableError: a file is malformed.

    Source: Socher et al. 2013, "Recursive deep models for semantic compositionality over a sentiment treebank" (EMNLP),
    in the files of DGL's ``SSTDataset``.
    """

    PAD_WORD = -1
    """``x`` of nodes that are no leaves."""
    UNK_WORD = -1
    """``x`` of words that the vocabulary does not have."""

    def __init__(
        self,
        mode: str = "train",
        glove_embed_file: str | os.PathLike[str] | None = None,
        vocab_file: str | os.PathLike[str] | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if mode not in _MODES:
            raise InputError(f"SSTDataset: no mode {mode!r}; expected one of {name_choices(_MODES)}.")
        self.mode = mode
        """``train``, ``dev``, ``test`` or ``tiny``."""
        self._vocab_file = None if vocab_file is None else Path(vocab_file)
        names = [f"{mode}.txt"] if vocab_file is not None else [f"{mode}.txt", "vocab.txt"]
        super().__init__(
            "sst",
            [RawFile(name, url=_URL, member=name) for name in names],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            # The vocabulary of a user may change without its name; trees are quickly read.
            hash_key=(mode,) if vocab_file is None else None,
        )
        self._embedding = None if glove_embed_file is None else self._read_embedding(Path(glove_embed_file))

    def read(self, folder: Path) -> Content:
        """Return a graph a tree."""
        vocabulary = _read_words(self._vocab_file or folder / "vocab.txt")
        number = {word: place for place, word in enumerate(vocabulary)}
        path = folder / f"{self.mode}.txt"
        with open_text(path) as text:
            tokens = _TOKEN.findall(text.read())
        graphs = []
        place = 0
        while place < len(tokens):
            graph, place = self._tree(tokens, place, number, path)
            graphs.append(graph)
        if not graphs:
            raise TableError(f"SSTDataset: {str(path)!r} has no trees.")
        return Content(graphs, info={"num_classes": 5, "vocab": vocabulary})

    def _tree(self, tokens: list[str], place: int, number: dict[str, int], path: Path) -> tuple[Graph, int]:
        """Return the tree that begins at a token, and where the next one does; nodes are numbered as they open."""
        parents: list[int] = []
        words: list[int] = []
        labels: list[int] = []
        leaves: list[int] = []
        opened: list[int] = []
        while True:
            token = tokens[place] if place < len(tokens) else "the end"
            if token == "(" and place + 1 < len(tokens) and tokens[place + 1].isdecimal():
                parents.append(opened[-1] if opened else 0)
                opened.append(len(labels))
                labels.append(int(tokens[place + 1]))
                words.append(self.PAD_WORD)
                leaves.append(0)
                place += 2
            elif token == ")" and opened:
                opened.pop()
                place += 1
                if not opened:
                    break
            elif opened and token not in ("(", ")", "the end") and not leaves[opened[-1]]:
                words[opened[-1]] = number.get(token.lower(), self.UNK_WORD)
                leaves[opened[-1]] = 1
                place += 1
            else:
                raise TableError(f"SSTDataset: tree with {token!r} at token {place} of {str(path)!r} is malformed.")
        children = np.arange(1, len(labels))
        graph = directed_graph(children, np.array(parents[1:], dtype=np.int64), len(labels))
        graph.ndata.update({"x": torch.tensor(words), "y": torch.tensor(labels), "mask": torch.tensor(leaves)})
        return graph, place

    @property
    def vocab(self) -> OrderedDict[str, int]:
        """Word to its number."""
        return OrderedDict((word, place) for place, word in enumerate(self.info["vocab"]))

    @property
    def vocab_size(self) -> int:
        """Number of words."""
        return len(self.info["vocab"])

    @property
    def pretrained_emb(self) -> Tensor | None:
        """``(vocab_size, width)`` float32: the vector of each word, and for others uniform numbers in (-0.05, 0.05).

        None without ``glove_embed_file``. Those numbers are the same each time.
        """
        return self._embedding

    def _read_embedding(self, path: Path) -> Tensor:
        """Return the vectors of the vocabulary's words; upper and lower case are one.

        Raises:
            TableError: no such file, no vector, or vectors of several widths.
        """
        wanted = {word.lower() for word in self.info["vocab"]}
        found: dict[str, list[float]] = {}
        width = 0
        with open_text(path) as lines:
            for count, line in enumerate(lines, start=1):
                word, *numbers = line.rstrip().split(" ")
                width = width or len(numbers)
                if len(numbers) != width:
                    raise TableError(
                        f"SSTDataset: line {count} of {str(path)!r} has {len(numbers)} numbers, not {width}."
                    )
                if word.lower() in wanted:
                    try:
                        found[word.lower()] = [float(each) for each in numbers]
                    except ValueError as error:
                        raise TableError(f"SSTDataset: line {count} of {str(path)!r}: {error}.") from error
        if width == 0:
            raise TableError(f"SSTDataset: {str(path)!r} has no vectors.")
        drawn = np.random.default_rng(0).uniform(-0.05, 0.05, (self.vocab_size, width))
        for place, word in enumerate(self.info["vocab"]):
            if word.lower() in found:
                drawn[place] = found[word.lower()]
        missing = sum(word.lower() not in found for word in self.info["vocab"])
        self._tell(f"{missing} of {self.vocab_size} words have no vector in {path}")
        return torch.from_numpy(drawn.astype(np.float32))


def _read_words(path: Path) -> list[str]:
    """Return the words of a file, one a line; a word that stands twice keeps its first place.

    Raises:
        TableError: no such file.
    """
    with open_text(path) as lines:
        return list(dict.fromkeys(line.strip() for line in lines))
