"""Knowledge graphs: facts (head, relation, tail) for link prediction."""

from weft.data.knowledge.large import FB15k237Dataset, FB15kDataset, WN18Dataset, YAGO310Dataset
from weft.data.knowledge.small import (
    CoDExSDataset,
    CountriesDataset,
    KinshipsDataset,
    NationsDataset,
    UMLSDataset,
)

__all__ = [
    "CoDExSDataset",
    "CountriesDataset",
    "FB15k237Dataset",
    "FB15kDataset",
    "KinshipsDataset",
    "NationsDataset",
    "UMLSDataset",
    "WN18Dataset",
    "YAGO310Dataset",
]
