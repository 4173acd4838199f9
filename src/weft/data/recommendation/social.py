"""Ratings with who trusts whom: Ciao, Epinions, Douban."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_mat, read_npz
from weft.data.graph_dataset import Content
from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.data.recommendation.ratings import RatingsDataset, SplitRatingsDataset, numbered
from weft.errors import IdError, TableError
from weft.graph import heterograph


class _TrustDataset(RatingsDataset):
    """Ratings and trust from the two MATLAB files of a crawl."""

    def read(self, folder: Path) -> Content:
        """Return the graph of users and items."""
        where = type(self).__name__
        ratings = np.asarray(read_mat(folder / "rating.mat", "rating")["rating"])
        trust = np.asarray(read_mat(folder / "trustnetwork.mat", "trustnetwork")["trustnetwork"])
        if ratings.ndim != 2 or ratings.shape[1] < 5 or trust.ndim != 2 or trust.shape[1] != 2:
            raise TableError(
                f"{where}: ratings of shape {ratings.shape} and trust of shape {trust.shape}; expected five columns, "
                "and two."
            )
        ratings, trust = ratings[:, :5].astype(np.int64), trust.astype(np.int64)
        num_users = int(max(ratings[:, 0].max(), trust.max()))
        if min(ratings[:, 0].min(), trust.min()) < 1:
            raise IdError(f"{where}: users count from 1; the files have user {min(ratings[:, 0].min(), trust.min())}.")
        item_ids, items = numbered(ratings[:, 1])
        users = torch.from_numpy(ratings[:, 0] - 1)
        g = heterograph(
            {
                ("user", "rates", "item"): (users, items),
                ("user", "trusts", "user"): (torch.from_numpy(trust[:, 0] - 1), torch.from_numpy(trust[:, 1] - 1)),
            },
            {"user": num_users, "item": len(item_ids)},
        )
        g.nodes["user"].data.update({"id": torch.arange(1, num_users + 1)})
        g.nodes["item"].data.update({"id": item_ids})
        columns = {
            name: torch.from_numpy(ratings[:, number].copy()) for number, name in ((2, "category"), (4, "helpfulness"))
        }
        g.edges["rates"].data.update({"rating": torch.from_numpy(ratings[:, 3].astype(np.float32)), **columns})
        return Content([g])


class CiaoDataset(_TrustDataset):
    """Ciao: 284,086 ratings of 105,114 items by 7,375 users (282,650 pairs), and 111,781 links of trust.

    One graph, ``dataset[0]``. ``('user', 'rates', 'item')``: ``rating`` float32, 0 to 5; ``category`` int64, of the
    item; ``helpfulness`` int64, of the review. ``('user', 'trusts', 'user')``. ``id`` int64 of both types: the
    published number. `interactions` has the ratings as weights. No split was published: papers draw four fifths at
    random.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are ``rating.mat`` and
            ``trustnetwork.mat``.

    Raises:
        TableError, IdError: a file is malformed.

    Source: Tang et al. 2012 (WSDM); as used by Fan et al. 2019 (arXiv:1902.07243), GraphRec.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "ciao",
            published_files("ciao", ["rating.mat", "trustnetwork.mat"]),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class EpinionsDataset(_TrustDataset):
    """Epinions: 922,267 ratings of 296,277 items by 22,166 users, and 355,813 links of trust.

    Graph, columns and `interactions` as of `CiaoDataset`; the files are to be put into the folder ``epinions``.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are ``rating.mat`` and
            ``trustnetwork.mat``.

    Raises:
        InputError: the files are missing.
        TableError, IdError: a file is malformed.

    Source: Tang et al. 2012 (WSDM).
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "epinions",
            [RawFile("rating.mat"), RawFile("trustnetwork.mat")],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class DoubanDataset(SplitRatingsDataset):
    """Douban: 123,202 training and 13,689 test ratings of 3,000 films by 3,000 users, and 2,690 links between users.

    One graph, ``dataset[0]``. ``('user', 'rates', 'item')``: ``rating`` float32, 1 to 5; ``train_mask`` and
    ``test_mask``, the published split. ``('user', 'knows', 'user')``. ``id`` int64 of both types: the number of the row
    or column. `interactions` and `split` are the same for recommenders, with the ratings as weights.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The file is ``douban/training_test_dataset.npz`` in
            the folder ``gcmc``: rows, columns and values of ``M``, ``Otraining``, ``Otest`` and ``W_users`` of the
            published MATLAB file, which is in the layout of HDF5.

    Raises:
        InputError: the file is missing.
        TableError: it lacks an array, or training and test ratings are not those of ``M``.

    Source: Ma et al. 2011 (WSDM); split of Monti et al. 2017 (arXiv:1704.06803), as used by van den Berg et al. 2017
    (arXiv:1706.02263), GC-MC.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "douban",
            [RawFile("douban/training_test_dataset.npz")],
            folder="gcmc",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of users and films."""
        path = folder / "douban" / "training_test_dataset.npz"
        parts = ("row", "col")
        names = [f"{matrix}_{part}" for matrix in ("M", "Otraining", "Otest", "W_users") for part in parts]
        data = read_npz(path, *names, "M_val", "M_shape")
        num_users, num_items = (int(size) for size in data["M_shape"])
        codes = {
            matrix: data[f"{matrix}_row"].astype(np.int64) * num_items + data[f"{matrix}_col"]
            for matrix in ("M", "Otraining", "Otest")
        }
        masks = [np.isin(codes["M"], codes[matrix]) for matrix in ("Otraining", "Otest")]
        if (masks[0] == masks[1]).any() or [mask.sum() for mask in masks] != [
            len(codes["Otraining"]),
            len(codes["Otest"]),
        ]:
            raise TableError(f"DoubanDataset: {str(path)!r} does not part its ratings into training and test.")
        ends = {
            matrix: tuple(torch.from_numpy(data[f"{matrix}_{part}"].astype(np.int64)) for part in parts)
            for matrix in ("M", "W_users")
        }
        g = heterograph(
            {("user", "rates", "item"): ends["M"], ("user", "knows", "user"): ends["W_users"]},
            {"user": num_users, "item": num_items},
        )
        g.nodes["user"].data.update({"id": torch.arange(num_users)})
        g.nodes["item"].data.update({"id": torch.arange(num_items)})
        g.edges["rates"].data.update(
            {
                "rating": torch.from_numpy(data["M_val"].astype(np.float32)),
                "train_mask": torch.from_numpy(masks[0]),
                "test_mask": torch.from_numpy(masks[1]),
            }
        )
        return Content([g])
