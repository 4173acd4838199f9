"""Data sets whose links are to be predicted."""

from weft.data.links.ogb_links import OGBLinkDataset
from weft.data.links.seal import SEALDataset

__all__ = [
    "OGBLinkDataset",
    "SEALDataset",
]
