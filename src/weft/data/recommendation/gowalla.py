"""The data sets on which graph recommenders are compared, in the files and split that papers share."""

from __future__ import annotations

import os

from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.data.recommendation.user_lists import UserLists

_LIGHTGCN = "https://raw.githubusercontent.com/gusye1234/LightGCN-PyTorch/master/data/"
_NAMES = ("train.txt", "test.txt")


class Gowalla(UserLists):
    """Users and the places they checked in at: 29,858 users, 40,981 items, 810,128 training and 217,242 test pairs.

    Reads ``train.txt`` and ``test.txt``: a line is a user and the items of that user, whole numbers with blanks
    between. The published split is kept; there is no time. With ``validation_fraction`` a share of each user's training
    pairs is held out for validation, at random by ``seed``; without it validation is empty.

    Args:
        root: the folder of the two files; else ``WEFT_DATA_DIR/gowalla``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Raises:
        InputError: a file is missing, or a fraction outside [0, 1).
        TableError: a line is malformed; the message has its number.

    Source: Cho et al. 2011; split of Wang et al. 2019 (arXiv:1905.08108), as used by He et al. 2020 (arXiv:2002.02126).
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        super().__init__("gowalla", _lightgcn_files("gowalla"), root, validation_fraction, seed)


class Yelp2018(UserLists):
    """Users and the businesses they reviewed: 31,668 users, 38,048 items, 1,237,259 training and 324,147 test pairs.

    Files, arguments and errors as of `Gowalla`; the folder is ``yelp2018``.

    Args:
        root: the folder of the two files; else ``WEFT_DATA_DIR/yelp2018``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Source: the Yelp challenge of 2018; split of Wang et al. 2019 (arXiv:1905.08108), as used by He et al. 2020
    (arXiv:2002.02126).
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        super().__init__("yelp2018", _lightgcn_files("yelp2018"), root, validation_fraction, seed)


class AmazonBook(UserLists):
    """Users and the books they reviewed: 52,643 users, 91,599 items, 2,380,730 training and 603,378 test pairs.

    Files, arguments and errors as of `Gowalla`; the folder is ``amazon-book``. `AmazonBookKGAT` has other users.

    Args:
        root: the folder of the two files; else ``WEFT_DATA_DIR/amazon-book``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Source: He and McAuley 2016; split of Wang et al. 2019 (arXiv:1905.08108), as used by He et al. 2020
    (arXiv:2002.02126).
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        super().__init__("amazon-book", _lightgcn_files("amazon-book"), root, validation_fraction, seed)


class AmazonBookKGAT(UserLists):
    """Users and the books they reviewed: 70,679 users, 24,915 items, 652,514 training and 193,920 test pairs.

    Files, arguments and errors as of `Gowalla`; the folder is ``amazon-book-kgat``. The knowledge graph on the books is
    not read.

    Args:
        root: the folder of the two files; else ``WEFT_DATA_DIR/amazon-book-kgat``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Source: He and McAuley 2016; split of Wang et al. 2019 (arXiv:1905.07854), KGAT.
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        files = published_files("amazon-book-kgat", _NAMES)
        super().__init__("amazon-book-kgat", files, root, validation_fraction, seed)


class AmazonElectronics(UserLists):
    """Users and the electronics they reviewed: 1,435 users, 1,522 items, 31,887 training and 4,044 test pairs.

    Small enough to try a recommender on in seconds. Files, arguments and errors as of `Gowalla`; the folder is
    ``amazon-electronics-ultragcn``.

    Args:
        root: the folder of the two files; else ``WEFT_DATA_DIR/amazon-electronics-ultragcn``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Source: Yu and Qin 2020 (SIGIR, arXiv:2007.07204); split as used by Mao et al. 2021 (arXiv:2110.15114), UltraGCN.
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        files = published_files("amazon-electronics-ultragcn", _NAMES)
        super().__init__("amazon-electronics-ultragcn", files, root, validation_fraction, seed)


def _lightgcn_files(folder: str) -> list[RawFile]:
    return [RawFile(name, url=f"{_LIGHTGCN}{folder}/{name}") for name in _NAMES]
