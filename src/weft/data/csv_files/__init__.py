"""Graphs out of a folder of CSV files that a ``meta.yaml`` describes."""

from weft.data.csv_files.dataset import CSVDataset

__all__ = ["CSVDataset"]
