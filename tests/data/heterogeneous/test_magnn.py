"""DBLP and IMDB from the raw files of MAGNN."""

import pytest

from weft.data import DBLPDataset, IMDBDataset
from weft.data.heterogeneous.magnn import word_counts
from weft.errors import TableError


def write_dblp(folder):
    """Write two authors with a label and one without, whose only paper goes with them."""
    files = {
        "author_label.txt": "9\t1\tZoe #1\n7\t0\tAnn\n",
        "paper_label.txt": "30\t3\tA title\n99\t1\tGone\n",
        "conf_label.txt": "5\t2\tAAAI\t\n",
        "conf.txt": "5\tAAAI\n6\tCIKM\n",
        "term.txt": "1\tthe\n2\tgraph\n3\tlost\n",
        "paper_author.txt": "30\t9\n20\t7\n20\t9\n10\t8\n",
        "paper_conf.txt": "10\t6\n20\t5\n30\t6\n",
        "paper_term.txt": "10\t3\n20\t1\n30\t1\n30\t2\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_authors_without_a_label_go_and_so_does_what_only_they_have(tmp_path):
    dataset = DBLPDataset(raw_dir=write_dblp(tmp_path))
    graph = dataset[0]
    ids = {ntype: graph.nodes[ntype].data["id"].tolist() for ntype in graph.ntypes}
    assert ids == {"author": [7, 9], "conf": [5, 6], "paper": [20, 30], "term": [1, 2]}
    assert [ends.tolist() for ends in graph.edges(etype="paper-author")] == [[1, 0, 0], [1, 0, 1]]
    assert [ends.tolist() for ends in graph.edges(etype="term-paper")] == [[0, 0, 1], [0, 1, 1]]
    assert graph.nodes["author"].data["label"].tolist() == [0, 1]
    assert graph.nodes["paper"].data["label"].tolist() == [-1, 3]
    assert graph.nodes["conf"].data["label"].tolist() == [2, -1]
    assert dataset.info["terms"] == ["the", "graph"]
    assert dataset.info["conferences"] == ["AAAI", "CIKM"]
    assert dataset.num_classes == 2


def test_stop_words_are_no_terms(tmp_path):
    graph = DBLPDataset(raw_dir=write_dblp(tmp_path), stop_words={"the", "of"})[0]
    assert graph.nodes["term"].data["id"].tolist() == [2]
    assert graph.num_edges("paper-term") == 1


def test_real_dblp_has_the_published_counts(data_dir):
    dataset = DBLPDataset()
    graph = dataset[0]
    counts = {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes}
    assert counts == {"author": 4057, "conf": 20, "paper": 14328, "term": 8898}
    assert [graph.num_edges(f"paper-{ntype}") for ntype in ("author", "conf", "term")] == [19645, 14328, 114273]
    assert dataset.num_classes == 4
    assert int(graph.nodes["author"].data["label"].min()) == 0
    assert int((graph.nodes["conf"].data["label"] >= 0).sum()) == 20
    assert int((graph.nodes["paper"].data["label"] >= 0).sum()) == 52


HEADER = "director_name,actor_1_name,actor_2_name,actor_3_name,genres,movie_title,plot_keywords\n"
MOVIES = (
    'Dora,Zed,Amy,,Drama|Action,"One, two ",war|a war|cat\n'
    "Carl,Amy,Amy,Zed,Romance|Action,Second,cat|dog\n"
    "Dora,Zed,,,Romance,No genre of the three,war\n"
    ",Zed,,,Comedy,No director,war\n"
    "Dora,,Amy,,Comedy,No first actor,war\n"
    "Carl,Bob,,,Comedy,Third,\n"
)


def test_movies_have_a_class_by_the_first_of_their_genres_that_counts(tmp_path):
    (tmp_path / "movie_metadata.csv").write_text(HEADER + MOVIES)
    dataset = IMDBDataset(raw_dir=tmp_path)
    graph = dataset[0]
    assert dataset.info["titles"] == ["One, two", "Second", "Third"]
    assert graph.nodes["movie"].data["label"].tolist() == [2, 0, 1]
    assert (dataset.info["directors"], dataset.info["actors"]) == (["Carl", "Dora"], ["Amy", "Bob", "Zed"])
    assert [ends.tolist() for ends in graph.edges(etype="movie-director")] == [[0, 1, 2], [1, 0, 0]]
    assert [ends.tolist() for ends in graph.edges(etype="movie-actor")] == [[0, 0, 1, 1, 2], [0, 2, 0, 2, 1]]
    assert dataset.num_classes == 3


def test_words_of_two_movies_are_features_and_people_have_the_mean(tmp_path):
    (tmp_path / "movie_metadata.csv").write_text(HEADER + MOVIES)
    dataset = IMDBDataset(raw_dir=tmp_path)
    graph = dataset[0]
    assert dataset.info["words"] == ["cat"]
    assert graph.nodes["movie"].data["feat"].tolist() == [[1], [1], [0]]
    assert graph.nodes["director"].data["feat"].tolist() == [[0.5], [1]]
    assert graph.nodes["actor"].data["feat"].tolist() == [[1], [0], [1]]


def test_files_without_a_column_or_a_movie_are_refused(tmp_path):
    (tmp_path / "movie_metadata.csv").write_text(HEADER.replace("genres", "kinds"))
    with pytest.raises(TableError, match="'genres'"):
        IMDBDataset(raw_dir=tmp_path)
    (tmp_path / "movie_metadata.csv").write_text(HEADER)
    with pytest.raises(TableError, match="no movie"):
        IMDBDataset(raw_dir=tmp_path)


def test_words_are_counted_without_case_and_without_single_letters():
    features, words = word_counts(["The cat, the CAT a", "dog-cat"], min_documents=1)
    assert words == ["cat", "dog", "the"]
    assert features.tolist() == [[2, 0, 2], [1, 1, 0]]
    assert word_counts(["a b"], min_documents=1)[0].shape == (1, 0)


def test_real_imdb_has_the_published_counts(data_dir):
    dataset = IMDBDataset()
    graph = dataset[0]
    counts = {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes}
    assert counts == {"actor": 5257, "director": 2081, "movie": 4278}
    assert (graph.num_edges("movie-director"), graph.num_edges("movie-actor")) == (4278, 12828)
    assert graph.nodes["movie"].data["label"].bincount().tolist() == [1135, 1584, 1559]
    assert {graph.nodes[ntype].data["feat"].shape[1] for ntype in graph.ntypes} == {3066}
