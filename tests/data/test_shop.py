"""The synthetic shop: its tables, its laws, and how far popularity and neighbours stay below the best possible."""

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from weft.data import Shop, synthetic_shop
from weft.errors import InputError, OutputError
from weft.tables import cold_items, cold_users, leak_check, read_interactions, split_by_time


@pytest.fixture(scope="module")
def shop() -> Shop:
    return synthetic_shop(users=1200, items=700, purchases=18000, seed=0)


def numbers(column: pyarrow.ChunkedArray) -> np.ndarray:
    """Return the number within each key."""
    return np.array([int(key.lstrip("usk-")) for key in column.to_pylist()])


def test_tables_have_the_promised_columns_and_rows(shop):
    assert shop.purchases.num_rows == 18000
    assert shop.purchases.column_names == ["user_id", "item_id", "time", "price", "quantity"]
    assert shop.items.column_names == ["item_id", "category", "brand", "price"]
    assert shop.items.num_rows == 700
    assert (shop.user_keys[17], shop.item_keys[42]) == ("u00017", "sku-0042")
    assert set(shop.purchases["item_id"].to_pylist()) <= set(shop.item_keys)
    times = shop.purchases["time"].to_numpy()
    assert (np.diff(times) >= np.timedelta64(0)).all()
    assert (times[-1] - times[0]) / np.timedelta64(1, "D") == pytest.approx(364, abs=2)


def test_the_same_seed_gives_the_same_tables_and_another_seed_others():
    first, again, other = (synthetic_shop(50, 30, 400, seed=seed) for seed in (3, 3, 4))
    assert first.purchases.equals(again.purchases)
    assert first.items.equals(again.items)
    assert not first.purchases.equals(other.purchases)


def test_purchases_carry_the_price_of_their_item(shop):
    prices = shop.items["price"].to_numpy()[numbers(shop.purchases["item_id"])]
    assert (shop.purchases["price"].to_numpy() == prices).all()
    assert shop.purchases["quantity"].to_numpy().min() == 1


def test_popularity_is_skewed(shop):
    counts = np.sort(np.bincount(numbers(shop.purchases["item_id"]), minlength=700))[::-1]
    assert counts[:70].sum() > 0.3 * counts.sum()


def test_probabilities_add_up_to_one_and_are_none_before_launch(shop):
    chances = shop.probabilities(np.arange(20), 0.25)
    assert chances.sum(axis=1) == pytest.approx(np.ones(20))
    assert (chances[:, shop.launches > 0.25] < 1e-20).all()
    assert (chances[:, shop.launches <= 0.25] > 0).all()


def test_purchases_follow_the_probabilities():
    shop = synthetic_shop(users=2, items=12, purchases=40000, seed=5)
    periods = (np.arange(24) + 0.5) / 24
    expected = np.mean([shop.probabilities(np.arange(2), time) for time in periods], axis=0)
    users, items = numbers(shop.purchases["user_id"]), numbers(shop.purchases["item_id"])
    for user in range(2):
        shares = np.bincount(items[users == user], minlength=12) / (users == user).sum()
        assert shares == pytest.approx(expected[user], abs=0.02)


def test_written_tables_are_read_back(shop, tmp_path):
    folder = shop.write(tmp_path / "new" / "shop")
    assert sorted(path.name for path in folder.iterdir()) == ["items.parquet", "purchases.parquet"]
    assert pyarrow.parquet.read_table(folder / "items.parquet").equals(shop.items)
    data = read_interactions(folder / "purchases.parquet")
    assert data.num_rows_read == 18000
    assert data.columns == {"user": "user_id", "item": "item_id", "time": "time"}


def test_a_folder_that_cannot_be_written_is_an_output_error(shop, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="taken"):
        shop.write(tmp_path / "taken")


@pytest.mark.parametrize("sizes", [(1, 5, 5), (5, 1, 5), (5, 5, 0)])
def test_sizes_without_sense_are_refused(sizes):
    with pytest.raises(InputError, match="synthetic_shop"):
        synthetic_shop(*sizes)


def test_neighbours_beat_popularity_and_stay_far_below_the_oracle(shop):
    recalls = recall_at_20(shop)
    assert recalls["neighbours"] > 1.2 * recalls["popularity"]
    assert recalls["spectral"] > 1.1 * recalls["neighbours"]
    assert recalls["oracle"] > 1.4 * recalls["spectral"]


def recall_at_20(shop: Shop) -> dict[str, float]:
    """Return Recall@20 of four rankings on the last tenth of the year, for users and items seen in training."""
    data = read_interactions(shop.purchases)
    split = split_by_time(data)
    assert leak_check(data, split)["passed"]
    train, seen, test = (np.zeros((data.num_users, data.num_items)) for _ in range(3))
    train[data.user_ids[split.train], data.item_ids[split.train]] = 1
    test[data.user_ids[split.test], data.item_ids[split.test]] = 1
    seen[data.user_ids[split.validation], data.item_ids[split.validation]] = 1
    test[cold_users(data, split).numpy()] = 0
    test[:, cold_items(data, split).numpy()] = 0
    degrees = np.maximum(train.sum(axis=0), 1)
    cosine = train.T @ train / np.sqrt(np.outer(degrees, degrees))
    np.fill_diagonal(cosine, 0)
    normalised = train / np.sqrt(np.outer(np.maximum(train.sum(axis=1), 1), degrees))
    vectors = np.linalg.svd(normalised, full_matrices=False)[2][:16]
    users, items = (numbers(pyarrow.chunked_array([keys])) for keys in (data.user_keys, data.item_keys))
    scores = {
        "popularity": np.tile(train.sum(axis=0), (data.num_users, 1)),
        "neighbours": train @ cosine,
        "spectral": normalised @ vectors.T @ vectors * np.sqrt(degrees),
        "oracle": shop.oracle_scores(users)[:, items],
    }
    judged = test.sum(axis=1) > 0
    recalls = {}
    for name, score in scores.items():
        top = np.argsort(np.where(train + seen > 0, -np.inf, score), axis=1)[:, -20:]
        hits = np.take_along_axis(test, top, axis=1).sum(axis=1)
        recalls[name] = float((hits[judged] / test.sum(axis=1)[judged]).mean())
    return recalls
