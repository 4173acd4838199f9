"""OGB's graph property data sets: sample files, and the counts of those derived from the tables."""

import gzip

import pytest
import torch

from weft.data import OGBGraphDataset
from weft.errors import IdError, InputError, ShapeError

FILES = {
    "raw/edge": "0,1\n1,2\n0,1\n",
    "raw/num-node-list": "3\n2\n",
    "raw/num-edge-list": "2\n1\n",
    "raw/node-feat": "".join(f"{n},0,0,0,0,0,0,0,1\n" for n in range(5)),
    "raw/edge-feat": "0,0,1\n1,0,0\n2,1,0\n",
    "raw/graph-label": "0.5\n-1\n",
    "split/scaffold/train": "1\n",
    "split/scaffold/valid": "0\n",
    "split/scaffold/test": "0\n",
}


def write(folder, name="ogbg_molesol", **changes):
    for path, text in {**FILES, **changes}.items():
        place = folder / name / f"{path}.csv.gz"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.compress(text.encode()))
    return folder


def test_reverse_bonds_stand_next_to_each_other(tmp_path):
    dataset = OGBGraphDataset("ogbg-molesol", raw_dir=write(tmp_path))
    graph, label = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert graph.edata["feat"].tolist() == [[0, 0, 1], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
    assert graph.ndata["feat"].shape == (3, 9)
    assert (label.tolist(), dataset.num_tasks, dataset.eval_metric) == ([0.5], 1, "rmse")
    assert {part: ids.tolist() for part, ids in dataset.get_idx_split().items()} == {
        "train": [1],
        "valid": [0],
        "test": [0],
    }
    one_way = OGBGraphDataset("ogbg-molesol", add_inverse_edge=False, raw_dir=tmp_path)
    assert [ends.tolist() for ends in one_way[0][0].edges()] == [[0, 1], [1, 2]]
    with pytest.raises(AttributeError):
        dataset.num_classes  # noqa: B018


def test_what_is_not_known_is_nan(tmp_path):
    files = {"raw/graph-label": "0,1\n,0\n"}
    dataset = OGBGraphDataset("ogbg-molclintox", raw_dir=write(tmp_path, "ogbg_molclintox", **files))
    assert dataset.labels.dtype == torch.float32
    assert dataset.labels.isnan().tolist() == [[False, False], [True, False]]
    assert dataset.num_classes == 2


def test_protein_neighbourhoods_have_features_of_edges_alone(tmp_path):
    files = {f"split/species/{part}": FILES[f"split/scaffold/{part}"] for part in ("train", "valid", "test")}
    files |= {"raw/edge-feat": "".join("0.5,0,0,0,0,0,1\n" for _ in range(3)), "raw/graph-label": "3\n36\n"}
    write(tmp_path, "ogbg_ppa", **files)
    (tmp_path / "ogbg_ppa" / "raw" / "node-feat.csv.gz").unlink()
    dataset = OGBGraphDataset("ogbg-ppa", raw_dir=tmp_path)
    assert (dataset.num_classes, dataset.eval_metric) == (37, "acc")
    assert set(dataset[0][0].ndata) == set()
    assert dataset[0][0].edata["feat"].shape == (4, 7)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"raw/graph-label": "1\n"}, ShapeError, "1 rows of labels for 2 graphs"),
        ({"split/scaffold/test": "2\n"}, IdError, "'test' has a graph that is not among the 2"),
        ({"raw/edge": "0,1\n1,3\n0,1\n"}, IdError, "edge"),
    ],
)
def test_files_that_do_not_go_together_are_refused(tmp_path, changes, error, said):
    with pytest.raises(error, match=said):
        OGBGraphDataset("ogbg-molesol", raw_dir=write(tmp_path, **changes))


def test_another_name_is_refused():
    with pytest.raises(InputError, match="Did you mean 'ogbg-molhiv'"):
        OGBGraphDataset("ogbg-hiv")


SMALL = [
    ("ogbg-molesol", 1128, 1, (902, 113, 113)),
    ("ogbg-molfreesolv", 642, 1, (513, 64, 65)),
    ("ogbg-mollipo", 4200, 1, (3360, 420, 420)),
    ("ogbg-molbace", 1513, 1, (1210, 151, 152)),
    ("ogbg-molbbbp", 2039, 1, (1631, 204, 204)),
    ("ogbg-molsider", 1427, 27, (1141, 143, 143)),
    ("ogbg-moltox21", 7831, 12, (6264, 783, 784)),
]


@pytest.mark.parametrize(("name", "graphs", "tasks", "sizes"), SMALL)
def test_derived_files_have_the_published_counts_and_parts_without_overlap(data_dir, name, graphs, tasks, sizes):
    dataset = OGBGraphDataset(name)
    assert (len(dataset), dataset.num_tasks) == (graphs, tasks)
    split = dataset.get_idx_split()
    assert tuple(len(part) for part in split.values()) == sizes
    assert torch.cat(list(split.values())).sort().values.tolist() == list(range(graphs))
    graph, label = dataset[0]
    assert (graph.ndata["feat"].shape[1], graph.edata["feat"].shape[1], label.shape) == (9, 3, (tasks,))


def test_derived_molhiv_has_the_published_counts(data_dir):
    dataset = OGBGraphDataset("ogbg-molhiv", add_inverse_edge=False)
    assert len(dataset) == 41127
    assert sum(g.num_nodes() for g in dataset.graphs) == 1049163
    assert sum(g.num_edges() for g in dataset.graphs) == 1129688
    split = dataset.get_idx_split()
    assert [len(part) for part in split.values()] == [32901, 4113, 4113]
    assert [int(dataset.labels[part].sum()) for part in split.values()] == [1232, 81, 130]
