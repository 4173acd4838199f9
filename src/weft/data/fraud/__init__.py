"""Graphs in which a few nodes cheat."""

from weft.data.fraud.fraud import FraudAmazonDataset, FraudDataset, FraudYelpDataset

__all__ = ["FraudAmazonDataset", "FraudDataset", "FraudYelpDataset"]
