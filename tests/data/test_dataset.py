"""The life cycle of a data set of one's own."""

from __future__ import annotations

import os

import pytest

import weft
from weft.data import Dataset

STEPS: list[str] = []


class Toy(Dataset):
    """A path graph, kept as an empty file; every step is noted."""

    broken = False

    def download(self):
        STEPS.append("download")
        os.makedirs(self.raw_path)

    def process(self):
        STEPS.append("process")
        self.graph = weft.graph(([0, 1], [1, 2]))

    def has_cache(self):
        return os.path.exists(os.path.join(self.save_path, "kept"))

    def save(self):
        STEPS.append("save")
        os.makedirs(self.save_path, exist_ok=True)
        open(os.path.join(self.save_path, "kept"), "w").close()

    def load(self):
        STEPS.append("load")
        if self.broken:
            raise ValueError("cut off")
        self.graph = weft.graph(([0, 1], [1, 2]))

    def __getitem__(self, index):
        return self.apply_transform(self.graph)

    def __len__(self):
        return 1


@pytest.fixture(autouse=True)
def no_steps():
    STEPS.clear()


def test_first_time_makes_and_keeps_and_second_time_loads(tmp_path):
    Toy("toy", raw_dir=tmp_path)
    assert STEPS == ["download", "process", "save"]
    Toy("toy", raw_dir=tmp_path)
    assert STEPS == ["download", "process", "save", "load"]


def test_force_reload_makes_it_again_without_a_second_download(tmp_path):
    Toy("toy", raw_dir=tmp_path)
    STEPS.clear()
    Toy("toy", raw_dir=tmp_path, force_reload=True)
    assert STEPS == ["process", "save"]


def test_kept_result_that_fails_to_load_is_said_and_made_again(tmp_path, monkeypatch):
    Toy("toy", raw_dir=tmp_path)
    STEPS.clear()
    monkeypatch.setattr(Toy, "broken", True)
    with pytest.warns(UserWarning, match=r"Toy: the result kept in .* made again: cut off"):
        assert len(Toy("toy", raw_dir=tmp_path)) == 1
    assert STEPS == ["load", "process", "save"]


def test_members_say_where_things_lie(tmp_path):
    data = Toy("toy", url="https://example.org/toy.zip", raw_dir=tmp_path / "raw", save_dir=tmp_path / "kept")
    assert (data.name, data.url, data.verbose, data.transform) == ("toy", "https://example.org/toy.zip", False, None)
    assert (data.raw_dir, data.raw_path) == (str(tmp_path / "raw"), str(tmp_path / "raw/toy"))
    assert (data.save_dir, data.save_path) == (str(tmp_path / "kept"), str(tmp_path / "kept/toy"))
    assert repr(data) == f"Toy('toy', num_graphs=1, save_path={str(tmp_path / 'kept/toy')!r})"


def test_results_of_different_keys_are_kept_apart(tmp_path):
    one, same, other = (Toy("toy", raw_dir=tmp_path, hash_key=key) for key in ((1, "a"), (1, "a"), (2, "a")))
    assert one.save_path == same.save_path == str(tmp_path / f"toy_{one.hash}")
    assert one.save_path != other.save_path
    assert len(one.hash) == 8
    assert one.raw_path == other.raw_path == str(tmp_path / "toy")


def test_folder_for_downloads_is_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv("WEFT_DOWNLOAD_DIR", str(tmp_path))
    assert Toy("toy").raw_dir == str(tmp_path)


def test_transform_is_applied_on_access(tmp_path):
    data = Toy("toy", raw_dir=tmp_path, transform=weft.AddSelfLoop())
    assert data[0].num_edges() == 5
    assert data.graph.num_edges() == 2
    assert data.transform(data.graph).num_edges() == 5


def test_base_without_hooks_says_what_to_define(tmp_path):
    with pytest.raises(NotImplementedError, match="define process"):
        Dataset("nothing", raw_dir=tmp_path)

    class Bare(Dataset):
        def process(self):
            pass

    bare = Bare("bare", raw_dir=tmp_path)
    assert not bare.has_cache()
    with pytest.raises(NotImplementedError, match="define __getitem__"):
        bare[0]
    with pytest.raises(NotImplementedError, match="define __len__"):
        len(bare)
    assert list(tmp_path.iterdir()) == []
