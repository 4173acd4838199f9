"""Ratings of trust: steps of two weeks as in DGL, and the counts of the real files."""

import pytest
import torch
from tests.data.fingerprint import edges_fingerprint, fingerprint

from weft.data import BitcoinAlphaDataset, BitcoinOTCDataset
from weft.errors import TableError

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("kind", "file"),
    [(BitcoinOTCDataset, "soc-sign-bitcoinotc.csv"), (BitcoinAlphaDataset, "soc-sign-bitcoinalpha.csv")],
)
def test_times_are_rounded_to_two_weeks(tmp_path, kind, file):
    times = [1000, 1000 + 6 * DAY, 1000 + 8 * DAY, 1000 + 15 * DAY, 1000 + 30 * DAY]
    rows = [(5, 3, 10), (3, 5, -2), (4, 3, 1), (3, 7, 4), (5, 7, -10)]
    (tmp_path / file).write_text("".join(f"{u},{v},{r},{t}.5\n" for (u, v, r), t in zip(rows, times, strict=True)))
    dataset = kind(raw_dir=tmp_path)
    assert [g.edata["h"].flatten().tolist() for g in dataset] == [[10, -2], [10, -2, 1, 4]]
    assert [ends.tolist() for ends in dataset[1].edges()] == [[2, 0, 1, 0], [0, 2, 0, 4]]
    assert dataset[0].num_nodes() == 5
    assert dataset.history.edata["h"].shape == (5, 1)
    assert dataset.snapshot(1).edata["time"].flatten().tolist() == times[2:4]


def test_otc_has_the_published_counts_and_the_graphs_of_dgl(data_dir):
    dataset = BitcoinOTCDataset()
    assert (len(dataset), dataset.history.num_edges()) == (136, 35592)
    assert len(torch.cat(dataset.history.edges()).unique()) == 5881
    ratings = dataset.history.edata["h"]
    assert (int(ratings.min()), int(ratings.max())) == (-10, 10)
    assert [dataset[step].num_edges() for step in (0, 1, 135)] == [33, 56, 35577]
    assert edges_fingerprint(dataset[135]) == "2b48aa9e6287"
    assert fingerprint(dataset[135].edata["h"]) == "cf4deba5c23c"


def test_alpha_has_the_published_counts(data_dir):
    dataset = BitcoinAlphaDataset()
    assert dataset.history.num_edges() == 24186
    assert len(torch.cat(dataset.history.edges()).unique()) == 3783
    assert bool((dataset.steps.diff() >= 0).all())


@pytest.mark.parametrize(("text", "said"), [("", "no ratings"), ("1,2,3\n", "soc-sign"), ("1,2,nan,3\n", "no number")])
def test_a_malformed_file_is_refused(tmp_path, text, said):
    (tmp_path / "soc-sign-bitcoinotc.csv").write_text(text)
    with pytest.raises(TableError, match=said):
        BitcoinOTCDataset(raw_dir=tmp_path)
