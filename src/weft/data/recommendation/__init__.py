"""Who took what: data sets for recommenders, with the published split where there is one."""

from weft.data.recommendation.diginetica import DigineticaDataset
from weft.data.recommendation.gatne import GATNEAmazonDataset
from weft.data.recommendation.gowalla import AmazonBook, AmazonBookKGAT, AmazonElectronics, Gowalla, Yelp2018
from weft.data.recommendation.hin_amazon import HINAmazonDataset
from weft.data.recommendation.lastfm import LastFM
from weft.data.recommendation.logs import Instacart, Retailrocket
from weft.data.recommendation.mkr_music import MKRMusic
from weft.data.recommendation.movielens import MovieLensDataset
from weft.data.recommendation.s3rec import S3Rec
from weft.data.recommendation.social import CiaoDataset, DoubanDataset, EpinionsDataset

__all__ = [
    "AmazonBook",
    "AmazonBookKGAT",
    "AmazonElectronics",
    "CiaoDataset",
    "DigineticaDataset",
    "DoubanDataset",
    "EpinionsDataset",
    "GATNEAmazonDataset",
    "Gowalla",
    "HINAmazonDataset",
    "Instacart",
    "LastFM",
    "MKRMusic",
    "MovieLensDataset",
    "Retailrocket",
    "S3Rec",
    "Yelp2018",
]
