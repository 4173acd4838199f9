"""Small organic molecules with properties from quantum chemistry: QM9 and QM7b."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_mat, read_npz
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.many_graphs import graphs_from_columns
from weft.data.raw_files import RawFile
from weft.errors import InputError, ShapeError, did_you_mean, name_choices
from weft.graph import Graph, graph


class QM9Dataset(GraphDataset):
    """QM9 with edges by distance: 130,831 molecules, 12 properties to predict.

    An item is ``(graph, label)``, the label ``(tasks,)`` float32. Two atoms have edges between them when they are at
    most ``cutoff`` apart; graphs are made when they are asked for, edges ascending by source, then destination.
    ``ndata['R']`` float32 ``(N, 3)``: places, in Angstrom; ``ndata['Z']`` int64: atomic numbers.

    Properties: ``mu`` dipole moment (D), ``alpha`` polarizability (a0^3), ``homo``, ``lumo`` and ``gap`` orbital
    energies (eV), ``r2`` spatial extent (a0^2), ``zpve`` vibrational energy (eV), ``U0``, ``U``, ``H`` and ``G``
    energies (eV) at 0 K and 298.15 K, ``Cv`` heat capacity (cal/(mol K)).

    Args:
        label_keys: properties to predict, in this order.
        cutoff: longest distance of two atoms with an edge, in Angstrom.
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The file is ``qm9_eV.npz``.

    Raises:
        InputError: no property, or a cutoff that is not positive.
        TableError: the file lacks a property, or is malformed.

    Source: Ramakrishnan et al. 2014 (Sci. Data); Gasteiger et al. 2020 (arXiv:2003.03123); DGL's ``QM9Dataset``.
    """

    item_labels = ("labels",)

    def __init__(
        self,
        label_keys: Sequence[str],
        cutoff: float = 5.0,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if isinstance(label_keys, str) or not label_keys:
            raise InputError(f"QM9Dataset: label_keys={label_keys!r}; expected a list of properties, such as ['mu'].")
        if not cutoff > 0:
            raise InputError(f"QM9Dataset: cutoff={cutoff}; expected a positive distance in Angstrom.")
        self.label_keys, self.cutoff = list(label_keys), cutoff
        super().__init__(
            "qm9",
            [RawFile("qm9_eV.npz", url="https://data.dgl.ai/dataset/qm9_eV.npz")],
            raw_dir=raw_dir,
            hash_key=tuple(label_keys),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the atoms of all molecules as one graph without edges, and the properties."""
        data = read_npz(folder / "qm9_eV.npz", "N", "R", "Z", *self.label_keys)
        counts = data["N"].astype(np.int64)
        atoms = graph(([], []), num_nodes=int(counts.sum()))
        atoms.ndata.update({"R": torch.from_numpy(data["R"]), "Z": torch.from_numpy(data["Z"].astype(np.int64))})
        labels = np.stack([data[key].reshape(-1) for key in self.label_keys], axis=1)
        if len(labels) != len(counts):
            raise ShapeError(f"QM9Dataset: {len(labels)} rows of properties for {len(counts)} molecules.")
        return Content([atoms], {"labels": torch.from_numpy(labels).float(), "num_atoms": torch.from_numpy(counts)})

    @property
    def graphs(self) -> list[Graph]:
        """The graphs; all are made at once."""
        return [self.graph_at(place) for place in range(len(self))]

    @property
    def labels(self) -> Tensor:
        """``(molecules, tasks)`` float32."""
        return self.content.labels["labels"]

    @property
    def num_tasks(self) -> int:
        """Number of properties to predict."""
        return len(self.label_keys)

    @property
    def num_labels(self) -> int:
        """DGL's name for `num_tasks`."""
        return self.num_tasks

    @property
    def num_classes(self) -> int:
        """DGL's name for `num_tasks`."""
        return self.num_tasks

    def __len__(self) -> int:
        """Return the number of molecules."""
        return len(self.labels)

    def graph_at(self, place: int) -> Graph:
        """Return the graph of a molecule."""
        if not hasattr(self, "_starts"):
            counts = self.content.labels["num_atoms"]
            self._starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
        start, end = self._starts[place : place + 2].tolist()
        atoms = self.content.graphs[0].ndata
        places = atoms["R"][start:end]
        # In the precision of the file, which decides about atoms at the cutoff.
        distance = (places[:, None] - places[None]).square().sum(-1).sqrt()
        near = (distance <= self.cutoff).fill_diagonal_(False)
        g = graph(near.nonzero(as_tuple=True), num_nodes=end - start)
        g.ndata.update({"R": places.float(), "Z": atoms["Z"][start:end]})
        return g


class QM9EdgeDataset(GraphDataset):
    """QM9 with bonds as edges: 130,831 molecules, 19 properties.

    An item is ``(graph, label)``, the label ``(tasks,)`` float32. ``ndata['pos']`` float32 ``(N, 3)``: places;
    ``ndata['attr']`` float32 ``(N, 11)``: features of an atom; ``edata['edge_attr']`` float32 ``(E, 4)``: kind of bond.
    Properties are those of `QM9Dataset`, then ``U0_atom``, ``U_atom``, ``H_atom`` and ``G_atom`` (eV, per atomisation)
    and the rotational constants ``A``, ``B`` and ``C`` (GHz).

    Args:
        label_keys: properties to predict, in this order; all 19 by default (where DGL gives a label of shape (1, 19)).
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The file is ``qm9_edge.npz``.

    Raises:
        InputError: an unknown property.
        TableError, ShapeError: the file is malformed.

    Source: Ramakrishnan et al. 2014 (Sci. Data); Gilmer et al. 2017 (arXiv:1704.01212); DGL's ``QM9EdgeDataset``.
    """

    KEYS = (
        *("mu", "alpha", "homo", "lumo", "gap", "r2", "zpve", "U0", "U", "H", "G", "Cv"),
        *("U0_atom", "U_atom", "H_atom", "G_atom", "A", "B", "C"),
    )
    """Names of the properties, in the order of the file."""
    item_labels = ("labels",)

    def __init__(
        self,
        label_keys: Sequence[str] | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        unknown = [key for key in label_keys or () if key not in self.KEYS]
        if isinstance(label_keys, str) or unknown or (label_keys is not None and not label_keys):
            key = str(unknown[0] if unknown else label_keys)
            raise InputError(
                f"QM9EdgeDataset: label_keys={label_keys!r}; expected a list of properties among "
                f"{name_choices(self.KEYS)}.{did_you_mean(key, self.KEYS)}"
            )
        self.label_keys = list(self.KEYS if label_keys is None else label_keys)
        super().__init__(
            "qm9edge",
            [RawFile("qm9_edge.npz", url="https://data.dgl.ai/dataset/qm9_edge.npz")],
            folder="qm9",
            raw_dir=raw_dir,
            hash_key=tuple(self.label_keys),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs and their properties."""
        names = ("n_node", "n_edge", "node_attr", "node_pos", "edge_attr", "src", "dst", "targets")
        data = {name: torch.from_numpy(array) for name, array in read_npz(folder / "qm9_edge.npz", *names).items()}
        graphs = graphs_from_columns(
            data["n_node"].reshape(-1),
            data["n_edge"].reshape(-1),
            data["src"].long(),
            data["dst"].long(),
            ndata={"pos": data["node_pos"].float(), "attr": data["node_attr"].float()},
            edata={"edge_attr": data["edge_attr"].float()},
        )
        if data["targets"].shape != (len(graphs), len(self.KEYS)):
            raise ShapeError(
                f"QM9EdgeDataset: targets of shape {tuple(data['targets'].shape)} for {len(graphs)} molecules and "
                f"{len(self.KEYS)} properties."
            )
        columns = [self.KEYS.index(key) for key in self.label_keys]
        return Content(graphs, {"labels": data["targets"][:, columns].float()})

    @property
    def labels(self) -> Tensor:
        """``(molecules, tasks)`` float32."""
        return self.content.labels["labels"]

    @property
    def num_tasks(self) -> int:
        """Number of properties to predict."""
        return len(self.label_keys)

    @property
    def num_labels(self) -> int:
        """DGL's name for `num_tasks`."""
        return self.num_tasks


class QM7bDataset(GraphDataset):
    """QM7b: 7,211 molecules of up to 23 atoms as Coulomb matrices, 14 properties.

    An item is ``(graph, label)``, the label ``(14,)`` float32. Each entry of the matrix that is not 0 is an edge, those
    of an atom with itself too, ascending by source, then destination; ``edata['h']`` float32 ``(E, 1)`` is the entry.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The file is ``qm7b.mat``.

    Raises:
        TableError, ShapeError: the file is malformed.

    Source: Montavon et al. 2013 (arXiv:1305.7074); DGL's ``QM7bDataset``.
    """

    item_labels = ("label",)

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        url = "http://deepchem.io.s3-website-us-west-1.amazonaws.com/datasets/qm7b.mat"
        super().__init__(
            "qm7b",
            [RawFile("qm7b.mat", url=url)],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs and their properties."""
        data = read_mat(folder / "qm7b.mat", "X", "T")
        matrices, labels = torch.from_numpy(data["X"]), torch.from_numpy(data["T"]).float()
        if matrices.dim() != 3 or matrices.shape[1] != matrices.shape[2] or len(labels) != len(matrices):
            raise ShapeError(
                f"QM7bDataset: matrices of shape {tuple(matrices.shape)} for {len(labels)} rows of properties."
            )
        number, src, dst = matrices.nonzero(as_tuple=True)
        num_nodes = torch.zeros(len(matrices), dtype=torch.int64)
        num_nodes.scatter_reduce_(0, number, torch.maximum(src, dst) + 1, "amax")
        entries = matrices[number, src, dst].float().reshape(-1, 1)
        num_edges = torch.bincount(number, minlength=len(matrices))
        graphs = graphs_from_columns(num_nodes, num_edges, src, dst, edata={"h": entries})
        return Content(graphs, {"label": labels}, {"num_classes": labels.shape[1]})

    @property
    def label(self) -> Tensor:
        """``(molecules, 14)`` float32."""
        return self.content.labels["label"]

    @property
    def num_tasks(self) -> int:
        """Number of properties to predict."""
        return int(self.label.shape[1])

    @property
    def num_labels(self) -> int:
        """DGL's name for `num_tasks`."""
        return self.num_tasks
