"""Graphs in the course of time."""

from weft.data.temporal.bitcoin import BitcoinAlphaDataset, BitcoinOTCDataset
from weft.data.temporal.interactions import CollegeMsgDataset, JODIEDataset
from weft.data.temporal.knowledge import GDELTDataset, ICEWS14Dataset, ICEWS18Dataset

__all__ = [
    "BitcoinAlphaDataset",
    "BitcoinOTCDataset",
    "CollegeMsgDataset",
    "GDELTDataset",
    "ICEWS14Dataset",
    "ICEWS18Dataset",
    "JODIEDataset",
]
