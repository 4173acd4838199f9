import json

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cases.batches import assert_same_graph, featured, homogeneous, shop

import weft
from weft.errors import DtypeError, GraphError, GraphFileError, IdError, InputError, OutputError
from weft.store import graphs as store_graphs


def through(path, graphs, labels=None, formats=None, idx_list=None):
    weft.save_graphs(path, graphs, labels, formats)
    return weft.load_graphs(path, idx_list)


@given(st.lists(homogeneous(), min_size=1, max_size=4), st.sampled_from([torch.int32, torch.int64]), st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_graphs_come_back(tmp_path, graphs, idtype, data):
    graphs = [graph.astype(idtype) for graph in graphs] + [shop(3, 2), shop(1, 1, 4.0)]
    formats = data.draw(st.sampled_from([None, "coo", "csr", ["csc"], ["coo", "csr", "csc"]]))
    loaded, _ = through(tmp_path / "graphs", graphs, formats=formats)
    for one, other in zip(loaded, graphs, strict=True):
        if formats is not None:
            assert one.formats()["created"] == ([formats] if isinstance(formats, str) else formats)
        assert_same_graph(one, other)
    chosen = data.draw(st.lists(st.integers(0, len(graphs) - 1), max_size=4))
    for one, number in zip(weft.load_graphs(tmp_path / "graphs", chosen)[0], chosen, strict=True):
        assert_same_graph(one, graphs[number])


def test_batches_and_blocks_come_back(tmp_path):
    both = weft.batch([featured([0], [1], 2), featured([], [], 3)])
    three = weft.batch([featured([0], [1], 2)] * 3)
    block = weft.create_block(([0, 1, 2], [0, 1, 0]), num_src_nodes=3, num_dst_nodes=2)
    block.srcdata["h"], block.dstdata["h"] = torch.ones(3), torch.zeros(2)
    loaded, _ = through(tmp_path / "graphs", [both, block, three, shop()])
    for one, other in zip(loaded, [both, block, three, shop()], strict=True):
        assert_same_graph(one, other)
    assert [part.num_nodes() for part in weft.unbatch(loaded[0])] == [2, 3]


def test_labels_of_any_shape_come_back(tmp_path):
    labels = {
        "y": torch.tensor([[1.0], [2.0]]),
        "scalar": torch.tensor(3),
        "none": torch.empty(0, 2),
        "a/b": torch.ones(1),
    }
    _, loaded = through(tmp_path / "graphs", featured([0], [1], 2), labels)
    assert list(loaded) == list(labels)
    for name, label in labels.items():
        assert torch.equal(loaded[name], label)


@pytest.mark.parametrize(
    "dtype",
    [torch.bfloat16, torch.float16, torch.float64, torch.int8, torch.uint8, torch.int16, torch.bool, torch.complex64],
)
def test_features_keep_their_dtype(tmp_path, dtype):
    graph = featured([0], [1], 2)
    graph.ndata["strange/name"] = torch.tensor([[0], [1]]).to(dtype)
    feature = through(tmp_path / "graphs", graph)[0][0].ndata["strange/name"]
    assert feature.dtype == dtype
    assert feature.to(torch.complex64).tolist() == [[0], [1]]


def test_formats_that_are_kept_stay(tmp_path):
    loaded, _ = through(tmp_path / "graphs", featured([1, 0], [0, 1], 2).formats("csr"))
    assert loaded[0].formats() == {"created": ["csr"], "not created": []}
    with pytest.raises(GraphError, match="'coo', but a graph may keep csr only"):
        weft.save_graphs(tmp_path / "graphs", featured([0], [1], 2).formats("csr"), formats="coo")


def test_compressed_formats_keep_their_edge_ids(tmp_path):
    one, other = featured([1, 0], [0, 1], 2), featured([0, 1], [1, 0], 2)
    loaded, _ = through(tmp_path / "graphs", [one, other], formats="csr")
    assert loaded[0].get_relation().csr().eids.tolist() == [1, 0]
    assert loaded[1].get_relation().csr().eids is None
    assert [ids.tolist() for ids in loaded[0].edges()] == [[1, 0], [0, 1]]


def test_what_is_pending_is_saved(tmp_path):
    both = weft.slice_batch(weft.batch([featured([0], [1], 2), featured([0], [1], 2, 5.0)]), 1)
    assert through(tmp_path / "graphs", both)[0][0].ndata["x"].tolist() == [[5, 6], [7, 8]]


def test_saving_over_a_file_leaves_loaded_graphs(tmp_path):
    loaded, _ = through(tmp_path / "graphs", featured([0], [1], 2))
    weft.save_graphs(tmp_path / "graphs", featured([1], [0], 2, 9.0))
    assert_same_graph(loaded[0], featured([0], [1], 2))
    weft.save_graphs(tmp_path / "graphs", loaded)  # onto the file that it is mapped from
    assert_same_graph(weft.load_graphs(tmp_path / "graphs")[0][0], featured([0], [1], 2))


def test_many_alike_graphs_are_few_tensors(tmp_path):
    weft.save_graphs(tmp_path / "graphs", [featured([0], [1], 2, i) for i in range(50)] + [shop()])
    content = (tmp_path / "graphs").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert len(header) < 25
    assert weft.load_graphs(tmp_path / "graphs", [41])[0][0].ndata["x"].tolist() == [[41, 42], [43, 44]]


def test_empty_idx_list_gives_none(tmp_path):
    assert through(tmp_path / "graphs", shop(), idx_list=[])[0] == []


def test_numbers_past_the_end_are_refused(tmp_path):
    for number in (1, -1):
        with pytest.raises(IdError, match="idx_list hold"):
            through(tmp_path / "graphs", shop(), idx_list=[number])


@pytest.mark.wrong_types
def test_what_is_no_graph_and_no_tensor_is_refused(tmp_path):
    path = tmp_path / "graphs"
    with pytest.raises(InputError, match="got no graph"):
        weft.save_graphs(path, [])
    with pytest.raises(InputError, match="item 1 is a int"):
        weft.save_graphs(path, [shop(), 3])
    with pytest.raises(InputError, match="label 'y' is a list"):
        weft.save_graphs(path, shop(), {"y": [1]})
    with pytest.raises(InputError, match="labels are a Tensor"):
        weft.save_graphs(path, shop(), torch.ones(1))
    with pytest.raises(InputError, match="format='zz'"):
        weft.save_graphs(path, shop(), formats="zz")
    with pytest.raises(InputError, match="got no format"):
        weft.save_graphs(path, shop(), formats=[])
    assert not path.exists()


def test_feature_that_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "graphs"
    weft.save_graphs(path, shop())
    graph = featured([0], [1], 2)
    graph.ndata["s"] = torch.eye(2).to_sparse()
    with pytest.raises(DtypeError, match="expected a dense one"):
        weft.save_graphs(path, graph)
    assert_same_graph(weft.load_graphs(path)[0][0], shop())


def test_missing_foreign_and_later_files_are_told_apart(tmp_path, monkeypatch):
    path = tmp_path / "graphs"
    with pytest.raises(GraphFileError, match="there is no file"):
        weft.load_graphs(path)
    for content in (b"", b"hello", b"some bytes that are no graphs " * 9):
        path.write_bytes(content)
        with pytest.raises(GraphFileError, match=r"is no file of weft\.save_graphs"):
            weft.load_graphs(path)
    path.write_bytes(bytes.fromhex("3fa1b446f04f2edd") + bytes(64))
    with pytest.raises(GraphFileError, match=r"dgl\.save_graphs wrote it"):
        weft.load_graphs(path)
    monkeypatch.setattr(store_graphs, "FORMAT_VERSION", 2)
    weft.save_graphs(path, shop())
    monkeypatch.undo()
    with pytest.raises(GraphFileError, match=r"format version 2; this weft reads 1\. Upgrade weft"):
        weft.load_graphs(path)


def test_damage_is_noticed_unless_told_not_to_look(tmp_path):
    path = tmp_path / "graphs"
    graph = featured([0], [1], 2)
    graph.ndata["flag"] = torch.tensor([True, True])  # the narrowest, so the last in the file
    weft.save_graphs(path, graph)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(GraphFileError, match="is damaged"):
        weft.load_graphs(path)
    assert weft.load_graphs(path, verify=False)[0][0].ndata["flag"].tolist() == [True, False]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(GraphFileError, match="is truncated"):
        weft.load_graphs(path, verify=False)


def test_places_that_cannot_be_written_or_are_remote_are_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        weft.save_graphs(tmp_path / "file" / "below", shop())
    for call in (
        lambda: weft.save_graphs("s3://bucket/graphs", shop()),
        lambda: weft.load_graphs("s3://bucket/graphs"),
    ):
        with pytest.raises(InputError, match="expected a local path"):
            call()
