"""SEAL's networks: both directions of a link are in one part, and no part sees another."""

import numpy as np
import pytest
import scipy.io
import scipy.sparse
import torch

from weft.data import SEALDataset
from weft.errors import InputError, TableError


def write(folder, size=12):
    """Write a ring."""
    ring = scipy.sparse.coo_matrix((np.ones(size), (np.arange(size), (np.arange(size) + 1) % size)), shape=(size, size))
    scipy.io.savemat(folder / "USAir.mat", {"net": (ring + ring.T).tocsc()})
    return folder


def as_set(pairs):
    return set(zip(*pairs.tolist(), strict=True))


def test_links_are_parted_with_both_directions_and_negatives_go_with_each_part(tmp_path):
    dataset = SEALDataset("USAir", raw_dir=write(tmp_path), test_ratio=0.25, val_ratio=0.25, seed=1)
    graph = dataset[0]
    parts = {part: as_set(dataset.positives(part)) for part in ("train", "val", "test")}
    assert {part: len(pairs) for part, pairs in parts.items()} == {"train": 6, "val": 3, "test": 3}
    assert len(set.union(*parts.values())) == 12
    src, dst = graph.edges()
    for part, pairs in parts.items():
        mask = graph.edata[f"{part}_mask"]
        assert {(min(edge), max(edge)) for edge in as_set(torch.stack([src, dst])[:, mask])} == pairs
        assert int(mask.sum()) == 2 * len(pairs)
    negatives = [as_set(dataset.negatives(part)) for part in parts]
    assert [len(pairs) for pairs in negatives] == [6, 3, 3]
    assert len(set.union(*negatives)) == 12
    assert not set.union(*negatives) & set.union(*parts.values())


def test_message_graph_has_no_link_that_is_held_out(tmp_path):
    dataset = SEALDataset("USAir", raw_dir=write(tmp_path), test_ratio=0.25, val_ratio=0.25)
    seen = as_set(torch.stack(dataset.message_graph.edges()))
    held = as_set(dataset.positives("val")) | as_set(dataset.positives("test"))
    assert dataset.message_graph.num_nodes() == 12
    assert len(seen) == 12
    assert not seen & (held | {(v, u) for u, v in held})


def test_split_is_that_of_the_seed(tmp_path):
    write(tmp_path)
    first, again, other = (SEALDataset("USAir", raw_dir=tmp_path, test_ratio=0.5, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.positives("test"), again.positives("test"))
    assert not torch.equal(first.positives("test"), other.positives("test"))


def test_other_names_parts_ratios_and_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="'Celegans', 'Ecoli'"):
        SEALDataset("Cora", raw_dir=tmp_path)
    with pytest.raises(InputError, match=r"test_ratio=0\.6"):
        SEALDataset("USAir", raw_dir=tmp_path, test_ratio=0.6, val_ratio=0.4)
    dataset = SEALDataset("USAir", raw_dir=write(tmp_path))
    for method in (dataset.positives, dataset.negatives):
        with pytest.raises(InputError, match="'test', 'train', 'val'"):
            method("valid")
    scipy.io.savemat(tmp_path / "Power.mat", {"other": np.eye(2)})
    with pytest.raises(TableError, match="'net'"):
        SEALDataset("Power", raw_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "nodes", "links"),
    [
        ("USAir", 332, 2126),
        ("NS", 1589, 2742),
        ("PB", 1222, 16714),
        ("Yeast", 2375, 11693),
        ("Celegans", 297, 2148),
        ("Power", 4941, 6594),
        ("Router", 5022, 6258),
        ("Ecoli", 1805, 14660),
    ],
)
def test_real_networks_have_the_published_counts(data_dir, name, nodes, links):
    dataset = SEALDataset(name)
    assert (dataset[0].num_nodes(), dataset[0].num_edges()) == (nodes, 2 * links)
    assert dataset.positives("test").shape[1] == dataset.negatives("test").shape[1] == round(0.1 * links)
    seen = as_set(torch.stack(dataset.message_graph.edges()))
    assert not seen & as_set(dataset.positives("test"))
