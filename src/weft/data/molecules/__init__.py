"""Molecules: graphs of atoms and bonds, with properties to predict."""

from weft.data.molecules.moleculenet import MoleculeNet
from weft.data.molecules.ogb import OGBGraphDataset
from weft.data.molecules.peptides import PeptidesFunctionalDataset, PeptidesStructuralDataset
from weft.data.molecules.qm import QM7bDataset, QM9Dataset, QM9EdgeDataset
from weft.data.molecules.zinc import ZINCDataset

__all__ = [
    "MoleculeNet",
    "OGBGraphDataset",
    "PeptidesFunctionalDataset",
    "PeptidesStructuralDataset",
    "QM7bDataset",
    "QM9Dataset",
    "QM9EdgeDataset",
    "ZINCDataset",
]
