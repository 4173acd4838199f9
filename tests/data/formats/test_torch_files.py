"""Files of torch.save: tensors and arrays come, code does not run."""

import io

import numpy as np
import pytest
import torch

from weft.data.formats.torch_files import Bag, read_torch
from weft.errors import TableError

RAN = []


def run_me():
    RAN.append(True)


class Dangerous:
    """Runs a function when it is unpickled."""

    def __reduce__(self):
        return run_me, ()


class Held:
    """An object of a class that a reader need not have."""

    def __init__(self):
        self.x = torch.ones(2)
        self.inner = {"y": np.arange(3)}


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_and_arrays_come_as_they_were(tmp_path, zipped):
    saved = {
        "tensor": torch.arange(4).reshape(2, 2),
        "array": np.arange(6, dtype=np.int32).reshape(2, 3).T,
        "big endian": np.array([1, 2], dtype=">i4"),
        "empty": np.zeros((0, 2), dtype=np.float64),
        "scalar": np.float64(2.5),
        "none": np.array(7),
        "list": [torch.zeros(1), ("a", 1)],
    }
    torch.save(saved, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    found = read_torch(tmp_path / "a.pt")
    assert torch.equal(found["tensor"], saved["tensor"])
    for name in ("array", "big endian", "empty", "none"):
        assert found[name].shape == saved[name].shape
        assert (found[name] == saved[name]).all()
    assert found["array"].dtype == np.int32
    assert found["array"].flags.writeable
    assert found["empty"].dtype == np.float64
    assert found["scalar"] == 2.5
    assert found["list"][1] == ("a", 1)


def test_what_would_run_is_refused_and_does_not_run(tmp_path):
    torch.save({"a": Dangerous()}, tmp_path / "a.pt")
    with pytest.raises(TableError, match="run_me"):
        read_torch(tmp_path / "a.pt", bags=["collections.Counter"])
    assert RAN == []


def test_arrays_of_objects_and_of_fields_are_refused(tmp_path):
    for number, array in enumerate((np.array([None]), np.zeros(1, dtype=[("a", "i4")]))):
        torch.save(array, tmp_path / f"{number}.pt")
        with pytest.raises(TableError, match="plain numbers"):
            read_torch(tmp_path / f"{number}.pt")


def test_objects_of_named_classes_come_as_bags_of_attributes():
    file = io.BytesIO()
    torch.save(Held(), file)
    name = f"{Held.__module__}.{Held.__qualname__}"
    with pytest.raises(TableError, match="Held"):
        read_torch(io.BytesIO(file.getvalue()))
    bag = read_torch(io.BytesIO(file.getvalue()), bags=[name])
    assert isinstance(bag, Bag)
    assert bag.x.tolist() == [1, 1]
    assert bag.inner["y"].tolist() == [0, 1, 2]


def test_missing_and_damaged_files_are_named(tmp_path):
    with pytest.raises(TableError, match=r"no file .*a\.pt"):
        read_torch(tmp_path / "a.pt")
    (tmp_path / "a.pt").write_bytes(b"nothing of the kind")
    with pytest.raises(TableError, match=r"a\.pt"):
        read_torch(tmp_path / "a.pt")
