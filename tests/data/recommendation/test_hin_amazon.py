"""Amazon with views, categories and brands."""

import pytest

from weft.data import HINAmazonDataset
from weft.errors import IdError


def write(folder, brands="0,0\n2,1\n"):
    (folder / "user_item.dat").write_text("1\t0\t5\t100\n0\t1\t3\t50\n")
    for kind, text in (("view", "0,3\n"), ("category", "1,0\n"), ("brand", brands)):
        (folder / f"item_{kind}.dat").write_text(text)
    return folder


def test_items_have_what_is_known_of_them(tmp_path):
    dataset = HINAmazonDataset(raw_dir=write(tmp_path))
    graph = dataset[0]
    assert {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes} == {
        "user": 2,
        "item": 3,
        "view": 4,
        "category": 1,
        "brand": 2,
    }
    assert [ends.tolist() for ends in graph.edges(etype="has_brand")] == [[0, 2], [0, 1]]
    assert graph.edges["rates"].data["rating"].tolist() == [5, 3]
    data = dataset.interactions
    assert (data.times.tolist(), data.weights.tolist()) == ([50_000_000, 100_000_000], [3, 5])
    assert dataset.split is None
    with pytest.raises(IdError, match="negative"):
        HINAmazonDataset(raw_dir=write(tmp_path, "0,-1\n"), force_reload=True)


def test_real_files_have_the_published_counts(data_dir):
    graph = HINAmazonDataset()[0]
    counts = {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes}
    assert counts == {"user": 6170, "item": 2753, "view": 3857, "category": 22, "brand": 334}
    edges = {name: graph.num_edges(name) for name in graph.etypes}
    assert edges == {"rates": 195791, "has_view": 5694, "has_category": 5508, "has_brand": 2753}
