"""Public data sets, base classes for data sets of your own, and a synthetic shop."""

from weft.data.adapters import (
    AsGraphPredDataset,
    AsLinkPredDataset,
    AsNodePredDataset,
    LinkSplit,
    as_graphpred,
    as_linkpred,
    as_nodepred,
)
from weft.data.archive import extract_archive
from weft.data.dataset import Dataset
from weft.data.download import check_sha1, check_sha256, download
from weft.data.folder import get_download_dir
from weft.data.gowalla import Gowalla
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.data.shop import Shop, synthetic_shop
from weft.data.subset import Subset, split_dataset

__all__ = [
    "AsGraphPredDataset",
    "AsLinkPredDataset",
    "AsNodePredDataset",
    "Content",
    "Dataset",
    "Gowalla",
    "GraphDataset",
    "LinkSplit",
    "RawFile",
    "Shop",
    "Subset",
    "as_graphpred",
    "as_linkpred",
    "as_nodepred",
    "check_sha1",
    "check_sha256",
    "download",
    "extract_archive",
    "get_download_dir",
    "load_pickle",
    "split_dataset",
    "synthetic_shop",
]
