"""Images as graphs: similarity by hand, eight neighbours, the published pickle."""

import pickle

import numpy as np
import pytest

from weft.data import CIFAR10SuperPixelDataset, MNISTSuperPixelDataset
from weft.data.graphs.superpixels import most_similar, similarity
from weft.errors import InputError, TableError


def write(folder, content, name):
    (folder / "superpixels").mkdir(exist_ok=True)
    (folder / "superpixels" / name).write_bytes(pickle.dumps(content))
    return folder


def images(counts, colours, size):
    random = np.random.default_rng(0)
    return [(random.random((n, colours)).astype("f4"), (random.random((n, 2)) * size).astype("f4"), []) for n in counts]


def test_few_superpixels_have_edges_to_all_others_most_similar_first():
    similar = similarity(np.array([[0.0, 0], [0, 1], [0, 3]]), None)
    expected = np.exp(-np.array([[0, 1, 9], [1, 0, 4], [9, 4, 0]]) / (1 + 1e-8) ** 2)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(similar, expected)
    src, dst, weights = most_similar(similar)
    assert (src.tolist(), dst.tolist()) == ([0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 1, 0])
    np.testing.assert_allclose(weights, np.exp(-np.array([1, 9, 1, 4, 4, 9.0])), rtol=1e-6)


def test_many_superpixels_have_edges_to_the_eight_most_similar():
    places = np.stack([np.arange(12.0), np.zeros(12)], axis=1)
    similar = similarity(places, None)
    assert (similar == similar.T).all()
    assert (np.diag(similar) == 0).all()
    # The scale of the first is the mean of 1 to 8; that of the second, of 1, 1 and 2 to 7.
    scale = [4.5, (1 + 1 + 27) / 8]
    assert similar[0, 1] == pytest.approx(sum(np.exp(-((1 / s) ** 2)) for s in scale) / 2, rel=1e-6)
    src, dst, _ = most_similar(similar)
    assert np.bincount(src).tolist() == [8] * 12
    assert dst[:8].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_colours_make_superpixels_less_similar():
    places = np.zeros((2, 2))
    assert similarity(places, np.array([[0.0], [2.0]]))[0, 1] == pytest.approx(np.exp(-4), rel=1e-6)
    assert similarity(places, None)[0, 1] == 1


def test_a_single_superpixel_has_an_edge_to_itself():
    assert [part.tolist() for part in most_similar(similarity(np.zeros((1, 2)), None))] == [[0], [0], [0.0]]


@pytest.mark.parametrize(
    ("kind", "stem", "colours", "size"),
    [(MNISTSuperPixelDataset, "mnist_75sp", 1, 28), (CIFAR10SuperPixelDataset, "cifar10_150sp", 3, 32)],
)
def test_the_published_pickle_is_read(tmp_path, kind, stem, colours, size):
    made = images([20, 12, 1], colours, size)
    dataset = kind(split="test", raw_dir=write(tmp_path, (np.array([4, 0, 9]), made), f"{stem}_test.pkl"))
    assert (len(dataset), dataset.num_classes, dataset.labels.tolist()) == (3, 10, [4, 0, 9])
    graph, label = dataset[0]
    assert (graph.num_nodes(), graph.num_edges(), int(label)) == (20, 160, 4)
    np.testing.assert_allclose(graph.ndata["feat"][:, :colours], made[0][0])
    np.testing.assert_allclose(graph.ndata["feat"][:, colours:], made[0][1] / size, rtol=1e-6)
    assert graph.edata["feat"].shape == (160, 1)
    assert dataset[2][0].num_edges() == 1
    with_colours = kind(split="test", use_feature=True, raw_dir=tmp_path)
    assert (with_colours[0][0].edata["feat"] != graph.edata["feat"]).any()


def test_another_split_and_other_contents_are_refused(tmp_path):
    with pytest.raises(InputError, match="split='val'"):
        MNISTSuperPixelDataset(split="val", raw_dir=tmp_path)
    write(tmp_path, (np.array([1]), images([3, 3], 1, 28)), "mnist_75sp_train.pkl")
    with pytest.raises(TableError, match="not labels and as many images"):
        MNISTSuperPixelDataset(raw_dir=tmp_path)
    write(tmp_path, (np.array([1]), [print]), "mnist_75sp_train.pkl")
    with pytest.raises(InputError, match="print"):
        MNISTSuperPixelDataset(raw_dir=tmp_path)
