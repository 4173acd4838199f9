import torch

from weft.graph.columns import Columns, Scheme


def columns():
    return Columns({"x": torch.arange(8.0).view(4, 2), "y": torch.arange(4)})


def test_selected_rows_are_gathered_when_read():
    base = torch.arange(4)
    chosen = Columns({"y": base}).select(torch.tensor([3, 1]))
    base[3] = 7  # seen, because nobody read the column yet
    assert chosen["y"].tolist() == [7, 1]
    base[1] = 9
    assert chosen["y"].tolist() == [7, 1]


def test_selection_of_a_selection_composes():
    twice = columns().select(torch.tensor([3, 1, 0])).select(torch.tensor([2, 2, 0]))
    assert twice["y"].tolist() == [0, 0, 3]
    assert twice["x"].tolist() == [[0.0, 1.0], [0.0, 1.0], [6.0, 7.0]]


def test_scheme_does_not_gather():
    chosen = columns().select(torch.tensor([3]))
    assert chosen.scheme("x") == Scheme((2,), torch.float32)
    assert not isinstance(chosen._held["x"], torch.Tensor)


def test_column_read_without_gradients_still_gives_them_later():
    base = torch.ones(3, requires_grad=True)
    chosen = Columns({"w": base}).select(torch.tensor([0, 0, 2]))
    with torch.no_grad():
        assert not chosen["w"].requires_grad
    chosen["w"].sum().backward()
    assert base.grad.tolist() == [2.0, 0.0, 1.0]


def test_mapped_keeps_selected_rows():
    chosen = columns().select(torch.tensor([2, 2, 2, 2, 1])).mapped(lambda column: column.to(torch.float64))
    assert chosen.scheme("y").dtype == torch.float64
    assert chosen["y"].tolist() == [2.0, 2.0, 2.0, 2.0, 1.0]
    assert columns().select(torch.tensor([1])).mapped(lambda column: column + 1)["y"].tolist() == [2]


def test_a_tensor_under_two_names_is_mapped_once():
    base, rows = torch.arange(4.0), torch.arange(4)
    columns = Columns({"a": base, "b": base}).select(rows)
    calls = []
    mapped = columns.mapped(lambda tensor: calls.append(1) or tensor.double())
    assert mapped["a"].tolist() == mapped["b"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert len(calls) == 1
