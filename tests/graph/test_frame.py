import pytest
import torch

from weft.errors import DeviceError, ShapeError
from weft.graph.frame import Frame


def frame():
    made = Frame(2, "node", "node type 'user'", torch.device("cpu"))
    made.set("test", "x", torch.tensor([[1.0], [2.0]]))
    return made


def test_extended_fills_with_zeros_unless_given():
    longer = frame().extended("add_nodes", 1, {"y": torch.tensor([5])})
    assert longer.num_rows == 3
    assert longer.columns["x"].tolist() == [[1.0], [2.0], [0.0]]
    assert longer.columns["y"].tolist() == [0, 0, 5]


def test_initializer_of_a_column_comes_before_the_one_of_all():
    made = frame()
    made.initializers[None] = lambda shape, dtype, device, rows: torch.full(shape, 4, dtype=dtype, device=device)
    made.initializers["y"] = lambda shape, dtype, device, rows: torch.arange(rows.start, rows.stop, dtype=dtype)
    longer = made.extended("add_nodes", 2, {"z": torch.tensor([8, 9])})
    assert longer.columns["x"].flatten().tolist() == [1.0, 2.0, 4.0, 4.0]
    assert longer.columns["z"].tolist() == [4, 4, 8, 9]
    longer.set_rows("test", "y", torch.tensor([1]), torch.tensor([7]))
    assert longer.columns["y"].tolist() == [0, 7, 2, 3]


def test_extended_refuses_rows_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"node feature 'x' has rows of shape \(1,\).*rows given are \(2,\)"):
        frame().extended("add_nodes", 1, {"x": torch.zeros(1, 2)})
    with pytest.raises(ShapeError, match="'x' has 3 rows"):
        frame().extended("add_nodes", 1, {"x": torch.zeros(3, 1)})
    with pytest.raises(DeviceError):
        frame().extended("add_nodes", 1, {"x": torch.zeros(1, 1, device="meta")})


def test_select_and_emptied_keep_the_owner():
    chosen = frame().select(torch.tensor([1, 1, 0]))
    assert (chosen.num_rows, chosen.owner) == (3, "node type 'user'")
    assert chosen.columns["x"].tolist() == [[2.0], [2.0], [1.0]]
    assert len(frame().emptied(5).columns) == 0
