"""Data sets of a graph whose nodes have a signal over time."""

from weft.data.spatiotemporal.los_loop import LosLoopDataset
from weft.data.spatiotemporal.regional import ChickenpoxDataset, EnglandCovidDataset, PedalMeDataset
from weft.data.spatiotemporal.signal import Scaler, SignalDataset

__all__ = [
    "ChickenpoxDataset",
    "EnglandCovidDataset",
    "LosLoopDataset",
    "PedalMeDataset",
    "Scaler",
    "SignalDataset",
]
