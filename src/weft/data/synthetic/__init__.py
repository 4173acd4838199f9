"""Data sets that are generated: motifs planted in graphs, families of graphs, communities."""

from weft.data.synthetic.ba2motif import BA2MotifDataset
from weft.data.synthetic.minigc import MiniGCDataset
from weft.data.synthetic.planted import BACommunityDataset, BAShapeDataset, TreeCycleDataset, TreeGridDataset
from weft.data.synthetic.sbm_mixture import SBMMixtureDataset

__all__ = [
    "BA2MotifDataset",
    "BACommunityDataset",
    "BAShapeDataset",
    "MiniGCDataset",
    "SBMMixtureDataset",
    "TreeCycleDataset",
    "TreeGridDataset",
]
