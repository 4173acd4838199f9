"""Data sets whose nodes are to be told apart: one graph, or a few."""

from weft.data.nodes.airports import AirportsDataset
from weft.data.nodes.anomalies import PyGODDataset
from weft.data.nodes.communities import EmailEuCoreDataset, KarateCommunitiesDataset
from weft.data.nodes.cora_binary import CoraBinary
from weft.data.nodes.elliptic import EllipticDataset
from weft.data.nodes.geom_gcn import (
    ActorDataset,
    ChameleonDataset,
    CornellDataset,
    GeomGCNDataset,
    SquirrelDataset,
    TexasDataset,
    WisconsinDataset,
    geom_gcn_splits,
)
from weft.data.nodes.gnn_benchmark import (
    AmazonCoBuyComputerDataset,
    AmazonCoBuyPhotoDataset,
    CoauthorCSDataset,
    CoauthorPhysicsDataset,
    CoraFullDataset,
    GNNBenchmarkDataset,
)
from weft.data.nodes.graphsaint import FlickrDataset, YelpDataset
from weft.data.nodes.heterophilous import (
    AmazonRatingsDataset,
    ChameleonFilteredDataset,
    HeterophilousGraphDataset,
    MinesweeperDataset,
    QuestionsDataset,
    RomanEmpireDataset,
    SquirrelFilteredDataset,
    TolokersDataset,
)
from weft.data.nodes.ogb_nodes import OGBNodeDataset
from weft.data.nodes.planetoid import CitationGraphDataset, CiteseerGraphDataset, CoraGraphDataset, PubmedGraphDataset
from weft.data.nodes.ppi import PPIDataset
from weft.data.nodes.reddit import RedditDataset
from weft.data.nodes.sbm_benchmark import CLUSTERDataset, PATTERNDataset
from weft.data.nodes.sst import SSTDataset
from weft.data.nodes.superpixels import COCOSuperpixelsDataset, VOCSuperpixelsDataset
from weft.data.nodes.wikics import WikiCSDataset

__all__ = [
    "ActorDataset",
    "AirportsDataset",
    "AmazonCoBuyComputerDataset",
    "AmazonCoBuyPhotoDataset",
    "AmazonRatingsDataset",
    "CLUSTERDataset",
    "COCOSuperpixelsDataset",
    "ChameleonDataset",
    "ChameleonFilteredDataset",
    "CitationGraphDataset",
    "CiteseerGraphDataset",
    "CoauthorCSDataset",
    "CoauthorPhysicsDataset",
    "CoraBinary",
    "CoraFullDataset",
    "CoraGraphDataset",
    "CornellDataset",
    "EllipticDataset",
    "EmailEuCoreDataset",
    "FlickrDataset",
    "GNNBenchmarkDataset",
    "GeomGCNDataset",
    "HeterophilousGraphDataset",
    "KarateCommunitiesDataset",
    "MinesweeperDataset",
    "OGBNodeDataset",
    "PATTERNDataset",
    "PPIDataset",
    "PubmedGraphDataset",
    "PyGODDataset",
    "QuestionsDataset",
    "RedditDataset",
    "RomanEmpireDataset",
    "SSTDataset",
    "SquirrelDataset",
    "SquirrelFilteredDataset",
    "TexasDataset",
    "TolokersDataset",
    "VOCSuperpixelsDataset",
    "WikiCSDataset",
    "WisconsinDataset",
    "YelpDataset",
    "geom_gcn_splits",
]
