"""Logs of shops, in the columns of Kaggle."""

import pytest

from weft.data import Instacart, Retailrocket
from weft.data.recommendation.logs import read_log
from weft.errors import InputError, TableError

EVENTS = """timestamp,visitorid,event,itemid,transactionid
1433221332117,257597,view,355908,
1433224214164,992329,addtocart,248676,
1433224214165,992329,transaction,248676,7
1433221999827,111016,view,318965,
"""


def test_events_of_the_kinds_asked_for_are_read_with_their_times(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS)
    everything = Retailrocket(root=tmp_path)
    assert (len(everything.interactions), everything.interactions.num_duplicates, everything.split) == (3, 1, None)
    views = Retailrocket(["view"], tmp_path).interactions
    assert views.user_keys.to_pylist() == [111016, 257597]
    assert views.times.tolist() == [1433221999827000, 1433221332117000]
    with pytest.raises(InputError, match="events="):
        Retailrocket(["buy"], tmp_path)
    (tmp_path / "events.csv").write_text(EVENTS.splitlines()[0] + "\n1,2,view,3,\n")
    with pytest.raises(TableError, match="no event of"):
        Retailrocket(["transaction"], tmp_path)


def instacart(folder, train="3,20,1,0\n3,10,2,1\n"):
    head = "order_id,product_id,add_to_cart_order,reordered\n"
    (folder / "orders.csv").write_text(
        "order_id,user_id,eval_set,order_number\n2,1,prior,1\n1,5,prior,1\n4,1,prior,2\n3,1,train,3\n"
    )
    (folder / "order_products__prior.csv").write_text(head + "2,10,1,0\n4,10,1,1\n1,30,1,0\n")
    (folder / "order_products__train.csv").write_text(head + train)
    return folder


def test_earlier_orders_are_to_learn_from_and_the_last_is_the_test(tmp_path):
    data = Instacart(instacart(tmp_path))
    users, items = data.interactions.user_keys.to_pylist(), data.interactions.item_keys.to_pylist()
    assert (users, items) == ([1, 5], [10, 20, 30])
    assert data.interactions.weights.tolist() == [2, 1, 1]
    assert (data.split.train.tolist(), data.split.test.tolist()) == ([0, 2], [1])
    with pytest.raises(TableError, match="an order that is not in orders"):
        Instacart(instacart(tmp_path, "9,20,1,0\n"))


@pytest.mark.parametrize("text", ["a\n1\n", "a,b\nx,1\n", "a,b\n,1\n", ""])
def test_malformed_logs_are_refused(tmp_path, text):
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(TableError, match="read_log"):
        read_log(tmp_path / "log.csv", {"a": "int64", "b": "int64"})
