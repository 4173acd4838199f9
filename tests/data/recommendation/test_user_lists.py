"""Lines of a user and the user's items."""

from weft.data.recommendation.user_lists import read_user_lists


def test_a_user_alone_has_no_pairs(tmp_path):
    (tmp_path / "a").write_text("3 1 2\n5\n\n4 1 \n")
    users, items = read_user_lists(tmp_path / "a")
    assert (users.tolist(), items.tolist()) == ([3, 3, 4], [1, 2, 1])
    (tmp_path / "b").write_text("")
    assert [len(part) for part in read_user_lists(tmp_path / "b")] == [0, 0]
