"""Rows held tag after tag: order, offsets, and that nothing else changes."""

import itertools

import pytest
import torch
from tests.cases.spectral_graphs import random_graph, tangled

import weft
from weft.errors import DtypeError, GraphError, IdError, InputError, ShapeError
from weft.transforms import sort_csc_by_tag, sort_csr_by_tag

SORTS = {"csr": sort_csr_by_tag, "csc": sort_csc_by_tag}


def _rows(g, layout: str) -> list[list[int]]:
    """Return the edge IDs of each row as the layout holds them."""
    indptr, _, eids = g.adj_tensors(layout)
    return [eids[start:end].tolist() for start, end in itertools.pairwise(indptr.tolist())]


def test_edges_of_a_row_come_tag_after_tag():
    g = weft.graph(([0, 0, 0, 0, 1], [1, 2, 3, 1, 0]))
    out = sort_csr_by_tag(g, torch.tensor([0, 2, 0, 1]))
    assert _rows(out, "csr") == [[1, 2, 0, 3], [4], [], []]
    assert out.adj_tensors("csr")[1].tolist() == [2, 3, 1, 1, 0]
    assert out.ndata["_TAG_OFFSET"].tolist() == [[0, 1, 2, 4], [0, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert "_TAG_OFFSET" not in g.ndata


@pytest.mark.parametrize("layout", ["csr", "csc"])
@pytest.mark.parametrize("tag_type", ["node", "edge"])
@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
@pytest.mark.parametrize("seed", range(3))
def test_offsets_bound_the_edges_of_each_tag(layout, tag_type, idtype, seed):
    g = random_graph(seed, 12, 60).astype(idtype)
    near, far = g.edges() if layout == "csr" else g.edges()[::-1]
    tags = torch.randint(0, 4, (12 if tag_type == "node" else 60,), generator=torch.Generator().manual_seed(seed))
    out = SORTS[layout](g, tags, "offsets", tag_type)
    edge_tags = tags[far.long()] if tag_type == "node" else tags
    assert out.ndata["offsets"].dtype == out.adj_tensors(layout)[2].dtype == idtype
    for node, (row, offsets) in enumerate(zip(_rows(out, layout), out.ndata["offsets"].tolist(), strict=True)):
        for tag in range(int(edge_tags.max()) + 1):
            expected = ((near == node) & (edge_tags == tag)).nonzero().squeeze(1).tolist()
            assert row[offsets[tag] : offsets[tag + 1]] == expected


def test_edges_their_ids_and_what_is_computed_stay():
    g = tangled()
    out = sort_csc_by_tag(sort_csr_by_tag(g, [3, 2, 1, 0, 0]), [6, 5, 4, 3, 2, 1, 0], tag_type="edge")
    assert [ids.tolist() for ids in out.edges()] == [ids.tolist() for ids in g.edges()]
    assert out.edata["w"].tolist() == g.edata["w"].tolist()
    assert out.edge_ids(3, 0) == g.edge_ids(3, 0) == 4
    assert out.in_edges([0], form="eid").tolist() == [4, 5]
    assert _rows(out, "csc")[0] == [5, 4]
    assert _rows(g, "csc")[0] == [4, 5]


def test_the_order_goes_with_the_graph():
    out = sort_csr_by_tag(tangled(), [3, 2, 1, 0, 0])
    expected = _rows(out, "csr")
    assert expected[3] == [6, 4, 5]
    for again in (out.clone(), out.int(), out.to("cpu"), out.formats("csr")):
        assert _rows(again, "csr") == expected
    turned = out.relations[0].reverse()
    assert turned.rows_by_tag("csc") is out.relations[0].rows_by_tag("csr")
    assert turned.rows_by_tag("csr") is None


def test_bipartite_graphs_have_offsets_at_the_rows():
    g = weft.heterograph({("user", "buys", "item"): ([1, 0, 1], [0, 2, 1])})
    by_user = sort_csr_by_tag(g, [1, 0, 0])
    assert by_user.nodes["user"].data["_TAG_OFFSET"].tolist() == [[0, 1, 1], [0, 1, 2]]
    assert _rows(by_user, "csr") == [[1], [2, 0]]
    by_item = sort_csc_by_tag(g, [1, 0])
    assert by_item.nodes["item"].data["_TAG_OFFSET"].tolist() == [[0, 1, 1], [0, 1, 1], [0, 0, 1]]


def test_a_graph_without_edges_has_no_tags():
    out = sort_csr_by_tag(weft.graph(([], []), num_nodes=2), [0, 5])
    assert out.ndata["_TAG_OFFSET"].tolist() == [[0], [0]]


def test_tags_are_checked():
    g = tangled()
    with pytest.raises(ShapeError, match="got 2 tags; expected one for each of the 5 nodes"):
        sort_csr_by_tag(g, [0, 1])
    with pytest.raises(ShapeError, match="each of the 7 edges"):
        sort_csc_by_tag(g, [0, 1], tag_type="edge")
    with pytest.raises(IdError, match="negative"):
        sort_csr_by_tag(g, [0, 0, 0, 0, -1])
    with pytest.raises(DtypeError, match="float32"):
        sort_csr_by_tag(g, torch.zeros(5))
    with pytest.raises(InputError, match=r"tag_type='nodes'.*Did you mean 'node'"):
        sort_csr_by_tag(g, [0] * 5, tag_type="nodes")
    several = weft.heterograph({("u", "a", "u"): ([0], [0]), ("u", "b", "u"): ([0], [0])})
    with pytest.raises(GraphError, match="2 edge types"):
        sort_csc_by_tag(several, [0])
