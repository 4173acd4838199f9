"""Last.fm: plays as weights, friends beside."""

from weft.data import LastFM
from weft.tables import leak_check


def test_plays_are_weights_also_when_written_with_an_exponent(tmp_path):
    (tmp_path / "data1.txt").write_text("2\t7\t3.2466e+05\n1\t7\t2\n")
    (tmp_path / "test1.txt").write_text("1\t8\t5\n")
    (tmp_path / "trustnetwork.txt").write_text("1\t2\n3\t1\n")
    data = LastFM(tmp_path)
    assert data.interactions.weights.tolist() == [2, 5, 324660]
    assert (data.split.train.tolist(), data.split.test.tolist()) == ([0, 2], [1])
    assert data.trust.tolist() == [[1, 2], [3, 1]]


def test_real_files_have_the_published_counts(data_dir):
    data = LastFM()
    assert (data.interactions.num_users, data.interactions.num_items) == (1880, 4489)
    assert (len(data.split.train), len(data.split.test)) == (42135, 10533)
    assert leak_check(data.interactions, data.split)["passed"]
    assert data.trust.shape == (25434, 2)
    assert len(set(data.trust.flatten().tolist()) | set(data.interactions.user_keys.to_pylist())) == 1892
