"""FB15k, FB15k-237, WN18, YAGO3-10: counts of the real files, and samples in the published form."""

import pytest
import torch
from tests.data.fingerprint import edges_fingerprint

from weft.data import FB15k237Dataset, FB15kDataset, WN18Dataset, YAGO310Dataset


def no_fact_twice(dataset):
    facts = torch.cat([dataset.train, dataset.valid, dataset.test])
    return len(facts.unique(dim=0)) == len(facts)


def test_fb15k237_has_the_published_counts(data_dir):
    dataset = FB15k237Dataset(verbose=False)
    assert (dataset.num_nodes, dataset.num_rels) == (14541, 237)
    assert [len(part) for part in (dataset.train, dataset.valid, dataset.test)] == [272115, 17535, 20466]
    assert no_fact_twice(dataset)
    g = dataset[0]
    assert (g.num_nodes(), g.num_edges()) == (14541, 2 * 310116)
    masks = [int(g.edata[f"{part}_edge_mask"].sum()) for part in ("train", "valid", "test")]
    assert masks == [272115, 17535, 20466]
    assert [int(g.edata[f"{part}_mask"].sum()) for part in ("train", "val", "test")] == [2 * count for count in masks]
    half = g.num_edges() // 2
    src, dst = g.edges()
    assert torch.equal(src[:half], dst[half:])
    assert torch.equal(g.edata["etype"][:half] + 237, g.edata["etype"][half:])
    assert dataset.entities[0] == "/m/027rn"


@pytest.mark.parametrize("kind", [FB15k237Dataset, FB15kDataset, WN18Dataset])
def test_files_with_dictionaries_are_read(tmp_path, kind):
    (tmp_path / "entities.dict").write_text("0\t/m/1\n1\t/m/2\n")
    (tmp_path / "relations.dict").write_text("0\tr\n1\ts\n")
    (tmp_path / "train.txt").write_text("/m/1\ts\t/m/2\n/m/2\tr\t/m/2\n")
    (tmp_path / "valid.txt").write_text("/m/2\ts\t/m/1\n")
    (tmp_path / "test.txt").write_text("/m/1\tr\t/m/1\n")
    dataset = kind(raw_dir=tmp_path, verbose=False)
    assert dataset.train.tolist() == [[0, 1, 1], [1, 0, 1]]
    assert dataset[0].edata["etype"].tolist() == [1, 1, 0, 0, 3, 3, 2, 2]
    assert [ends.tolist() for ends in dataset[0].edges()] == [[0, 1, 1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 0, 1, 1, 0]]


def test_yago_is_read_by_name(tmp_path):
    for part, text in (("train", "b\tr\ta\n"), ("valid", "a\tr\ta\n"), ("test", "a\tr\tb\n")):
        (tmp_path / f"{part}.txt").write_text(text)
    dataset = YAGO310Dataset(raw_dir=tmp_path, reverse=False, verbose=False)
    assert dataset.train.tolist() == [[1, 0, 0]]
    assert edges_fingerprint(dataset[0]) == edges_fingerprint(YAGO310Dataset(False, tmp_path, True, False)[0])
