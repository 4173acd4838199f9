"""Windows of a signal: what lies in them, which part they are of, and what scaling may know."""

import pytest
import torch

from weft import graph
from weft.data import Content, Scaler, SignalDataset, Subset
from weft.errors import IdError, InputError, ShapeError

TIMES = 20


class Ramp(SignalDataset):
    """Two nodes; the first counts steps, the second counts them down and jumps in the last quarter."""

    def __init__(self, num_inputs=3, num_outputs=2, train_ratio=0.5, val_ratio=0.25, scale=None, transform=None):
        super().__init__(
            "ramp",
            [],
            folder="ramp",
            num_inputs=num_inputs,
            num_outputs=num_outputs,
            train_ratio=train_ratio,
            val_ratio=val_ratio,
            scale=scale,
            raw_dir=None,
            force_reload=True,
            verbose=False,
            transform=transform,
            hash_key=None,
        )

    def read(self, folder):
        steps = torch.arange(float(TIMES))
        pair = graph(([0], [1]))
        pair.edata["weight"] = torch.ones(1)
        return Content([pair], {"signal": torch.stack([steps, -steps + 100 * (steps >= 15)], dim=1)})


def test_window_has_its_inputs_then_its_labels():
    dataset = Ramp()
    window = dataset[4]
    assert window.ndata["feat"].tolist() == [[4, 5, 6], [-4, -5, -6]]
    assert window.ndata["label"].tolist() == [[7, 8], [-7, -8]]
    assert len(dataset) == 16
    assert torch.equal(dataset[-1].ndata["label"], dataset[15].ndata["label"])
    assert dataset[15].ndata["label"][0].tolist() == [18, 19]
    for past in (16, -17):
        with pytest.raises(IdError):
            dataset[past]


def test_windows_share_the_structure_and_do_not_see_each_others_columns():
    dataset = Ramp()
    first, second = dataset[0], dataset[1]
    assert first.edata["weight"].data_ptr() == second.edata["weight"].data_ptr()
    assert first.ndata["feat"][0].tolist() == [0, 1, 2]
    assert "feat" not in dataset.graphs[0].ndata


def test_labels_of_a_part_lie_in_it_and_inputs_only_reach_back():
    dataset = Ramp()
    bounds = {"train": (0, 10), "val": (10, 15), "test": (15, 20)}
    seen = []
    for part, (start, end) in bounds.items():
        inputs, labels = dataset.windows(part)
        windows = getattr(dataset, f"{part}_idx")
        assert inputs.shape == (len(windows), 3, 2)
        assert labels.shape == (len(windows), 2, 2)
        assert int(labels[:, :, 0].min()) >= start
        assert int(labels[:, :, 0].max()) == end - 1
        assert int(inputs[:, :, 0].max()) < end - 1
        seen += windows.tolist()
    assert len(seen) == len(set(seen))
    # Windows 6 and 11 have labels in two parts.
    assert set(range(16)) - set(seen) == {6, 11}
    with pytest.raises(InputError, match="'test', 'train', 'val'"):
        dataset.windows("valid")


def test_scaling_knows_the_training_steps_alone():
    for scale in ("all", "node"):
        dataset = Ramp(scale=scale)
        train = dataset.raw_signal[:10]
        expected = (
            (train.mean(0), train.std(0, correction=0)) if scale == "node" else (train.mean(), train.std(correction=0))
        )
        assert torch.allclose(dataset.scaler.mean, expected[0])
        assert torch.allclose(dataset.scaler.std, expected[1])
        assert torch.allclose(dataset.scaler.undo(dataset.signal), dataset.raw_signal, atol=1e-5)
        assert dataset[0].ndata["feat"][0, 0] == dataset.signal[0, 0]
    assert Ramp().scaler is None


def test_slices_and_tensors_give_subsets_and_transform_is_applied():
    dataset = Ramp(transform=lambda window: window.ndata["label"].shape)
    assert dataset[0] == (2, 2)
    part = dataset[dataset.val_idx]
    assert isinstance(part, Subset)
    assert len(part) == len(dataset.val_idx)
    assert len(dataset[2:5]) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        {"num_inputs": 0},
        {"num_outputs": 0},
        {"train_ratio": 0},
        {"train_ratio": 0.01},
        {"train_ratio": 0.9, "val_ratio": 0.2},
        {"val_ratio": -0.1},
        {"scale": "max"},
        {"num_inputs": 19},
    ],
    ids=str,
)
def test_windows_that_cannot_be_are_refused(arguments):
    with pytest.raises(InputError, match="Ramp"):
        Ramp(**arguments)


def test_there_are_no_classes():
    with pytest.raises(AttributeError, match="forecast"):
        _ = Ramp().num_classes


def test_scaler_leaves_what_does_not_vary_finite():
    scaler = Scaler.fit(torch.tensor([[1.0, 5], [3, 5]]), per_node=True)
    assert scaler.apply(torch.tensor([[2.0, 6]])).tolist() == [[0, 1]]
    assert Scaler.fit(torch.tensor([[1.0, 3]])).mean == 2
    with pytest.raises(ShapeError, match=r"\(0, 2\)"):
        Scaler.fit(torch.zeros(0, 2))
