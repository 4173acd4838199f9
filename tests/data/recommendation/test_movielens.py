"""MovieLens in GroupLens' files: features, parts as DGL draws them, and the same as interactions."""

import pickle

import pytest
import torch

from weft.data import MovieLensDataset
from weft.data.recommendation.movielens import movielens_interactions, read_ratings
from weft.errors import InputError, ShapeError, TableError

BASE = [(1, 2), (2, 2), (1, 3), (3, 1), (2, 1), (3, 3), (2, 3), (1, 1), (3, 2), (4, 1)]


def ml100k(folder, **changes):
    flags = ["0|" * 18 + "1", "1|" + "0|" * 17 + "0", "0|1|" + "0|" * 16 + "0", "0|" * 18 + "0"]
    files = {
        "u.user": "1|25|M|artist|10\n2|50|F|doctor|20\n3|30|F|artist|30\n5|1|M|none|1\n4|75|M|writer|2\n",
        "u.item": "".join(f"{m}|Caf\xe9 ({m})|01-Jan-1995||url|{flags[m - 1]}\n" for m in (1, 3, 2, 4)),
        "u1.base": "".join(f"{u}\t{m}\t{1 + (u + m) % 5}\t{100 * u + m}\n" for u, m in BASE),
        "u1.test": "4\t2\t5\t900\n4\t3\t1\t901\n",
        **changes,
    }
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("iso-8859-1"))
    return folder


def ends(graph, mask):
    data = graph.edges["user-movie"].data
    users, movies = graph.edges(etype="user-movie")
    user_ids, movie_ids = graph.nodes["user"].data["id"], graph.nodes["movie"].data["id"]
    return [(int(user_ids[u]), int(movie_ids[m])) for u, m in zip(users[data[mask]], movies[data[mask]], strict=True)]


def test_films_have_genres_and_users_age_sex_and_occupation(tmp_path):
    dataset = MovieLensDataset("ml-100k", valid_ratio=0.2, raw_dir=ml100k(tmp_path))
    graph = dataset[0]
    assert graph.nodes["movie"].data["id"].tolist() == [1, 3, 2]
    assert dataset.movie_feature == "genres"
    names = [
        [dataset.genres[place] for place in row.nonzero().flatten()] for row in graph.nodes["movie"].data["genres"]
    ]
    assert names == [["Western"], ["Action"], ["unknown"]]
    assert torch.equal(graph.nodes["movie"].data["feat"], graph.nodes["movie"].data["genres"])
    # Artist, doctor, none, writer: user 5, who has no ratings, is left out, the column stays.
    assert graph.nodes["user"].data["feat"].tolist() == [
        [0.5, 0, 1, 0, 0, 0],
        [1.0, 1, 0, 1, 0, 0],
        [pytest.approx(0.6), 1, 1, 0, 0, 0],
        [1.5, 0, 0, 0, 0, 1],
    ]


def test_test_ratings_are_the_published_ones_and_the_others_are_drawn_as_by_dgl(tmp_path):
    dataset = MovieLensDataset("ml-100k", valid_ratio=0.2, raw_dir=ml100k(tmp_path))
    graph = dataset[0]
    assert ends(graph, "test_mask") == [(4, 2), (4, 3)]
    # The permutation of ten by seed 0 ends in 0, 5.
    assert ends(graph, "valid_mask") == [BASE[0], BASE[5]]
    assert sorted(ends(graph, "train_mask") + ends(graph, "valid_mask")) == sorted(BASE)
    assert [e.tolist() for e in graph.edges(etype="movie-user")] == [
        e.tolist() for e in graph.edges(etype="user-movie")
    ][::-1]
    assert dataset.split.strategy == "published"
    keys = dataset.interactions.user_keys.to_pylist(), dataset.interactions.item_keys.to_pylist()
    test = dataset.split.test
    users, items = dataset.interactions.user_ids[test], dataset.interactions.item_ids[test]
    assert [(keys[0][u], keys[1][i]) for u, i in zip(users, items, strict=True)] == [(4, 2), (4, 3)]
    assert dataset.interactions.times[test].tolist() == [900_000_000, 901_000_000]
    assert dataset.interactions.weights[test].tolist() == [5, 1]


def test_features_of_titles_are_read_where_they_are(tmp_path):
    ml100k(tmp_path)
    (tmp_path / "movie_feat.pkl").write_bytes(pickle.dumps(torch.eye(3)))
    dataset = MovieLensDataset("ml-100k", valid_ratio=0.2, raw_dir=tmp_path)
    assert (dataset.movie_feature, dataset[0].nodes["movie"].data["feat"].tolist()) == ("titles", torch.eye(3).tolist())
    (tmp_path / "movie_feat.pkl").write_bytes(pickle.dumps(torch.eye(4)))
    with pytest.raises(ShapeError, match=r"\(4, 4\) for 3 films"):
        MovieLensDataset("ml-100k", valid_ratio=0.2, raw_dir=tmp_path)


def larger(folder, name):
    (folder / "ratings.dat").write_text("1::10::3.5::5\n2::10::4::6\n1::20::5::7\n2::20::1::8\n3::20::2::9\n")
    genres = "Children's|Drama" if name == "ml-1m" else "IMAX|(no genres listed)"
    movies = f"20::A: b (2000)::{genres}\n10::C (1990)::Drama\n30::D::Drama\n"
    (folder / "movies.dat").write_bytes(movies.encode("iso-8859-1"))
    if name == "ml-1m":
        (folder / "users.dat").write_text("1::F::1::10::48067\n2::M::56::16::70072\n3::M::25::10::55117\n")
    return folder


@pytest.mark.parametrize("name", ["ml-1m", "ml-10m"])
def test_larger_sets_are_parted_at_random(tmp_path, name):
    dataset = MovieLensDataset(name, 0.2, 0.4, larger(tmp_path, name), random_state=5)
    graph = dataset[0]
    found = [ends(graph, f"{part}_mask") for part in ("train", "valid", "test")]
    assert [len(part) for part in found] == [2, 1, 2]
    assert sorted(pair for part in found for pair in part) == [(1, 10), (1, 20), (2, 10), (2, 20), (3, 20)]
    assert graph.edges["user-movie"].data["rate"].tolist() == [3.5, 4, 5, 1, 2]
    row = graph.nodes["movie"].data["genres"][0]
    expected = ["Children", "Drama"] if name == "ml-1m" else ["unknown", "IMAX"]
    assert [dataset.genres[place] for place in row.nonzero().flatten()] == expected
    assert graph.nodes["user"].data["feat"].shape == ((3, 4) if name == "ml-1m" else (3, 1))
    assert dataset.split.strategy == "random"
    other = MovieLensDataset(name, 0.2, 0.4, tmp_path, random_state=6)
    assert [ends(other[0], f"{part}_mask") for part in ("train", "valid", "test")] != found


def test_all_ratings_are_interactions(tmp_path):
    data = movielens_interactions("ml-10m", larger(tmp_path, "ml-10m"))
    assert (data.num_users, data.num_items, data.times.tolist()) == (
        3,
        2,
        [5_000_000, 7_000_000, 6_000_000, 8_000_000, 9_000_000],
    )
    (tmp_path / "hundred").mkdir()
    assert len(movielens_interactions("ml-100k", ml100k(tmp_path / "hundred"))) == 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"u1.test": "9\t2\t5\t900\n"}, "a user or of a film that is not in the lists"),
        ({"u1.test": "1\t2\tfive\t900\n"}, "u1.test"),
        ({"u.user": "1|old|M|artist|10\n"}, "u.user"),
        ({"u.item": "1|A\n"}, "u.item"),
    ],
)
def test_malformed_files_are_refused(tmp_path, changes, said):
    with pytest.raises(TableError, match=said):
        MovieLensDataset("ml-100k", 0.2, raw_dir=ml100k(tmp_path, **changes))


def test_a_genre_that_has_no_column_is_refused(tmp_path):
    larger(tmp_path, "ml-1m")
    (tmp_path / "movies.dat").write_text("20::A::Opera\n10::B::Drama\n")
    with pytest.raises(TableError, match="the genre 'Opera'"):
        MovieLensDataset("ml-1m", 0.2, 0.2, tmp_path)


def test_ratings_without_a_number_are_refused(tmp_path):
    (tmp_path / "ratings.dat").write_text("1::2::::4\n")
    with pytest.raises(TableError, match="lacks a number"):
        read_ratings(tmp_path / "ratings.dat")


def test_ratios_that_cannot_be_are_refused_and_one_without_effect_is_said(tmp_path):
    for arguments in (("ml-1m", 0.5), ("ml-1m", 0.5, 0.5), ("ml-100k", 0), ("ml-100k", 1.0), ("ml-20m", 0.1)):
        with pytest.raises(InputError, match="MovieLensDataset"):
            MovieLensDataset(*arguments, raw_dir=tmp_path)
    with pytest.warns(UserWarning, match="has no effect"):
        MovieLensDataset("ml-100k", 0.2, 0.3, ml100k(tmp_path))
