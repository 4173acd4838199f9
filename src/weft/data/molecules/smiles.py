"""Molecules written as text (SMILES), and graphs of them by a function that knows chemistry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from weft.errors import InputError, ShapeError
from weft.graph import Graph, graph

Smiles2Graph = Callable[[str], Mapping[str, Any]]
"""From SMILES to ``edge_index`` ``(2, E)``, ``edge_feat`` ``(E, *)``, ``node_feat`` ``(N, *)`` and ``num_nodes``."""


def ogb_smiles2graph(where: str) -> Smiles2Graph:
    """Return the function of the package ``ogb``, which needs RDKit: nine features of an atom, three of a bond.

    Raises:
        InputError: one of the two is not installed.

    Source: Hu et al. 2020 (arXiv:2005.00687).
    """
    try:
        from ogb.utils import smiles2graph
    except ImportError as error:
        raise InputError(
            f"{where}: turning SMILES into graphs needs the packages ogb and rdkit ({error}). Install them, or pass "
            "smiles2graph, a function from a SMILES text to a dict with edge_index, edge_feat, node_feat and num_nodes."
        ) from None
    found: Smiles2Graph = smiles2graph
    return found


def graphs_from_smiles(where: str, smiles: Sequence[str], smiles2graph: Smiles2Graph) -> list[Graph]:
    """Return the graphs of molecules, with ``ndata['feat']`` and ``edata['feat']`` int64.

    Raises:
        ShapeError: a function that does not give a feature for each atom and each bond.
    """
    graphs = []
    for number, text in enumerate(smiles):
        made = smiles2graph(text)
        ends = np.asarray(made["edge_index"], dtype=np.int64)
        edge_feat, node_feat = (np.asarray(made[name], dtype=np.int64) for name in ("edge_feat", "node_feat"))
        if ends.ndim != 2 or len(ends) != 2 or len(edge_feat) != ends.shape[1] or len(node_feat) != made["num_nodes"]:
            raise ShapeError(
                f"{where}: smiles2graph gave edge_index {ends.shape}, edge_feat {edge_feat.shape}, node_feat "
                f"{node_feat.shape} and num_nodes {made['num_nodes']} for molecule {number}, which do not go together."
            )
        g = graph(
            (torch.from_numpy(ends[0].copy()), torch.from_numpy(ends[1].copy())), num_nodes=int(made["num_nodes"])
        )
        g.ndata.update({"feat": torch.from_numpy(node_feat)})
        g.edata.update({"feat": torch.from_numpy(edge_feat)})
        graphs.append(g)
    return graphs
