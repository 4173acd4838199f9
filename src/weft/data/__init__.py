"""Public data sets, and a synthetic shop."""

from weft.data.gowalla import Gowalla
from weft.data.shop import Shop, synthetic_shop

__all__ = ["Gowalla", "Shop", "synthetic_shop"]
