"""Trees of sentences in brackets, made small."""

import pytest
import torch

from weft.data import SSTDataset
from weft.errors import InputError, TableError

TREES = "(3 (2 (2 The) (1 Film)) (4 shines))\n(0 Dull)\n"


def write(folder, trees=TREES, vocab="the\nfilm\ndull\n"):
    for mode in ("train", "dev"):
        (folder / f"{mode}.txt").write_text(trees)
    (folder / "vocab.txt").write_text(vocab)
    return folder


def test_nodes_are_numbered_as_they_open_and_edges_go_to_the_parent(tmp_path):
    dataset = SSTDataset("dev", raw_dir=write(tmp_path))
    assert (len(dataset), dataset.num_classes, dataset.vocab_size) == (2, 5, 3)
    tree = dataset[0]
    assert [ends.tolist() for ends in tree.edges()] == [[1, 2, 3, 4], [0, 1, 1, 0]]
    assert tree.ndata["y"].tolist() == [3, 2, 2, 1, 4]
    assert tree.ndata["x"].tolist() == [-1, -1, 0, 1, -1]
    assert tree.ndata["mask"].tolist() == [0, 0, 1, 1, 1]


def test_a_sentence_of_one_word_is_one_leaf(tmp_path):
    tree = SSTDataset(raw_dir=write(tmp_path))[1]
    assert (tree.num_nodes(), tree.num_edges()) == (1, 0)
    assert (tree.ndata["x"].tolist(), tree.ndata["mask"].tolist()) == ([2], [1])


def test_words_of_a_file_of_ones_own_count(tmp_path):
    (tmp_path / "mine.txt").write_text("shines\n")
    dataset = SSTDataset(raw_dir=write(tmp_path), vocab_file=tmp_path / "mine.txt")
    assert dict(dataset.vocab) == {"shines": 0}
    assert dataset[0].ndata["x"].tolist() == [-1, -1, -1, -1, 0]


def test_vectors_are_those_of_the_file_and_others_are_small_and_the_same_each_time(tmp_path):
    (tmp_path / "glove.txt").write_text("The 1 2\nother 5 6\nfilm 3 4\n")
    first, again = (SSTDataset(raw_dir=write(tmp_path), glove_embed_file=tmp_path / "glove.txt") for _ in range(2))
    assert first.pretrained_emb[:2].tolist() == [[1, 2], [3, 4]]
    assert float(first.pretrained_emb[2].abs().max()) <= 0.05
    assert torch.equal(first.pretrained_emb, again.pretrained_emb)
    assert SSTDataset(raw_dir=tmp_path).pretrained_emb is None


@pytest.mark.parametrize("trees", ["(3 (2 a)", "(3 a) )", "(x a)", "(3 a b)", "word", ""])
def test_malformed_trees_are_refused(tmp_path, trees):
    with pytest.raises(TableError, match=r"train\.txt"):
        SSTDataset(raw_dir=write(tmp_path, trees))


@pytest.mark.parametrize("vectors", ["the 1 2\nfilm 1\n", "the 1 x\n", ""])
def test_malformed_vectors_are_refused(tmp_path, vectors):
    (tmp_path / "glove.txt").write_text(vectors)
    with pytest.raises(TableError, match=r"glove\.txt"):
        SSTDataset(raw_dir=write(tmp_path), glove_embed_file=tmp_path / "glove.txt")


def test_another_mode_is_refused(tmp_path):
    with pytest.raises(InputError, match="'dev', 'test', 'tiny', 'train'"):
        SSTDataset("valid", raw_dir=tmp_path)
