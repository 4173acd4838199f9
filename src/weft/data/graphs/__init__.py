"""Data sets of many graphs with a label each, molecules aside."""

from weft.data.graphs.csl import CSLDataset
from weft.data.graphs.fake_news import FakeNewsDataset
from weft.data.graphs.gin import GINDataset
from weft.data.graphs.superpixels import CIFAR10SuperPixelDataset, MNISTSuperPixelDataset
from weft.data.graphs.tu import LegacyTUDataset, TUDataset

__all__ = [
    "CIFAR10SuperPixelDataset",
    "CSLDataset",
    "FakeNewsDataset",
    "GINDataset",
    "LegacyTUDataset",
    "MNISTSuperPixelDataset",
    "TUDataset",
]
