"""Data sets that weft reads: where raw files are found, what is kept, what is made again."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import weft
from weft.data import Content, GraphDataset, RawFile, Subset
from weft.errors import GraphFileError, IdError, InputError

FILES = (RawFile("edges.txt"), RawFile("notes.txt", optional=True))


class Edges(GraphDataset):
    """A graph a line of ``edges.txt``, ``0-1 1-2``, with the number of its edges as label."""

    item_labels = ("count",)
    reads = 0

    def __init__(self, scale=1, files=FILES, **arguments):
        self.scale = scale
        super().__init__("edges", files, folder="edges-folder", hash_key=(scale,), **arguments)

    def read(self, folder: Path) -> Content:
        type(self).reads += 1
        graphs = []
        for line in (folder / "edges.txt").read_text().splitlines():
            src, dst = zip(*(edge.split("-") for edge in line.split()), strict=True)
            graphs.append(weft.graph(([int(s) for s in src], [int(d) for d in dst])))
            graphs[-1].ndata["x"] = self.scale * torch.arange(graphs[-1].num_nodes())
        counts = torch.tensor([graph.num_edges() for graph in graphs])
        return Content(graphs, {"count": counts}, {"num_classes": 4, "pair": (1, 2)})


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Set both folders, and put the raw file into the offline one."""
    monkeypatch.setenv("WEFT_DATA_DIR", str(tmp_path / "offline"))
    monkeypatch.setenv("WEFT_DOWNLOAD_DIR", str(tmp_path / "downloads"))
    monkeypatch.setattr(Edges, "reads", 0)
    write(tmp_path / "offline/edges-folder")
    return tmp_path


def write(folder: Path, text: str = "0-1 1-2\n2-0\n0-1 0-2 0-3\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edges.txt").write_text(text)
    return folder / "edges.txt"


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_items_are_graphs_with_their_labels():
    data = Edges()
    assert len(data) == 3
    graph, count = data[-1]
    assert graph.num_nodes() == 4
    assert (count.item(), count.dim()) == (3, 0)
    assert [count.item() for _, count in data] == [2, 1, 3]


def test_several_indices_give_a_part():
    data = Edges()
    several = (slice(1, None), [1, 2], np.array([1, 2]), torch.tensor([1, 2]), torch.tensor([False, True, True]))
    for index in several:
        assert isinstance(data[index], Subset)
        assert [count.item() for _, count in data[index]] == [1, 3]
    assert data[torch.tensor(1)][1].item() == 1


@pytest.mark.parametrize("index", [3, -4, 100])
def test_index_past_the_end_is_refused(index):
    with pytest.raises(IdError, match=f"index {index} is past the end of its 3 graphs"):
        Edges()[index]


def test_transform_is_applied_on_access_and_kept_out_of_the_cache():
    data = Edges(transform=weft.AddSelfLoop())
    assert data[0][0].num_edges() == 2 + 3
    assert data.graphs[0].num_edges() == 2
    assert Edges()[0][0].num_edges() == 2


def test_second_time_comes_from_the_cache_and_is_the_same(places):
    first, second = Edges(), Edges()
    assert Edges.reads == 1
    assert first.info == second.info == {"num_classes": 4, "pair": [1, 2]}
    assert second.num_classes == 4
    assert second.content.labels["count"].tolist() == first.content.labels["count"].tolist()
    for before, after in zip(first.graphs, second.graphs, strict=True):
        assert torch.equal(torch.stack(before.edges()), torch.stack(after.edges()))
        assert torch.equal(before.ndata["x"], after.ndata["x"])
    assert listing(places / "offline") == ["edges-folder/edges.txt"]
    assert listing(places / "downloads") == [f"edges_{first.hash}/graphs.weft"]


def test_results_of_other_arguments_are_kept_apart():
    assert Edges(scale=2)[0][0].ndata["x"].tolist() == [0, 2, 4]
    assert Edges(scale=3)[0][0].ndata["x"].tolist() == [0, 3, 6]
    assert Edges(scale=2)[0][0].ndata["x"].tolist() == [0, 2, 4]
    assert Edges.reads == 2


def test_force_reload_reads_again():
    Edges()
    Edges(force_reload=True)
    assert Edges.reads == 2


def test_changed_raw_file_is_read_again(places):
    Edges()
    path = write(places / "offline/edges-folder", "0-1\n")
    assert len(Edges()) == 1
    os.utime(path, ns=(1, 1))
    Edges()
    assert Edges.reads == 3


def test_optional_file_that_comes_later_counts_as_a_change(places):
    Edges()
    (places / "offline/edges-folder/notes.txt").write_text("hello")
    Edges()
    assert Edges.reads == 2


def test_new_version_of_the_reader_reads_again(monkeypatch):
    Edges()
    monkeypatch.setattr(Edges, "version", 2)
    Edges()
    assert Edges.reads == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "graphs of something else"])
def test_damaged_cache_is_said_and_made_again(damage):
    path = Edges().cache_file
    whole = path.read_bytes()
    if damage == "graphs of something else":
        weft.save_graphs(path, weft.graph(([0], [1])))
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes({"cut": whole[:-5], "flipped": flipped, "foreign": b"hello"}[damage])
    with pytest.warns(UserWarning, match="cannot be used and is made again"):
        data = Edges()
    assert [count.item() for _, count in data] == [2, 1, 3]
    assert Edges.reads == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Edges()
    assert Edges.reads == 2


def test_cache_serves_when_the_raw_files_are_gone(places):
    Edges()
    (places / "offline/edges-folder/edges.txt").unlink()
    assert len(Edges()) == 3
    assert Edges.reads == 1


def test_folder_that_was_given_comes_first(places):
    write(places / "mine", "0-1\n")
    write(places / "parent/edges-folder", "0-1\n1-0\n")
    assert len(Edges(raw_dir=places / "mine")) == 1
    assert len(Edges(raw_dir=places / "parent")) == 2
    assert listing(places / "mine") == ["edges.txt"]


def test_downloads_are_found_without_an_offline_folder(places, monkeypatch):
    monkeypatch.delenv("WEFT_DATA_DIR")
    write(places / "downloads/edges-folder", "0-1\n")
    assert len(Edges()) == 1


def test_missing_files_are_named_with_the_places(places):
    (places / "offline/edges-folder/edges.txt").unlink()
    with pytest.raises(InputError) as caught:
        Edges()
    message = str(caught.value)
    assert "Edges: cannot find 'edges.txt'." in message
    assert f"Looked in {str(places / 'offline/edges-folder')!r}, {str(places / 'downloads/edges-folder')!r}." in message
    assert "WEFT_DATA_DIR" in message
    assert "'edges-folder'" in message


def test_missing_files_in_a_given_folder_are_an_error_in_spite_of_a_cache(places):
    Edges()
    with pytest.raises(InputError, match=r"cannot find 'edges\.txt'"):
        Edges(raw_dir=places / "nowhere")


def test_url_of_a_missing_file_is_told_when_another_has_none(places):
    files = (RawFile("edges.txt", url="https://example.org/edges.txt"), RawFile("more.txt"))
    (places / "offline/edges-folder/edges.txt").unlink()
    with pytest.raises(InputError, match=r"Get them from https://example.org/edges.txt\."):
        Edges(files=files)


def test_error_of_the_reader_is_not_kept(places):
    write(places / "offline/edges-folder", "nonsense\n")
    with pytest.raises(ValueError, match=r"not enough values|invalid literal"):
        Edges()
    assert listing(places) == ["offline/edges-folder/edges.txt"]


def test_folder_that_cannot_be_written_is_said(places, monkeypatch):
    (places / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="cannot be kept"):
        data = Edges(save_dir=places / "file")
    assert len(data) == 3


def test_verbose_tells_of_each_step(capsys, places):
    Edges(verbose=True)
    assert capsys.readouterr().out == f"edges: reading {places / 'offline/edges-folder'}\n"
    data = Edges(verbose=True)
    assert capsys.readouterr().out == f"edges: loaded from {data.save_path}\n"


class Generated(GraphDataset):
    """Made of nothing; kept or not."""

    def __init__(self, kept, **arguments):
        super().__init__("generated", hash_key=(kept,) if kept else None, **arguments)

    def read(self, folder: Path) -> Content:
        return Content([weft.rand_graph(5, 7)])


def test_generated_data_set_needs_no_files_and_is_kept_unless_told_otherwise(places):
    assert torch.equal(Generated(True)[0].edges()[0], Generated(True)[0].edges()[0])
    assert listing(places / "downloads") == [f"{Path(Generated(True).save_path).name}/graphs.weft"]
    assert not all(torch.equal(Generated(False)[0].edges()[0], Generated(False)[0].edges()[0]) for _ in range(5))
    assert len(listing(places / "downloads")) == 1


def test_data_set_without_classes_has_no_number_of_them():
    assert not hasattr(Generated(True), "num_classes")


def test_reader_must_be_defined():
    with pytest.raises(NotImplementedError, match="define read"):
        GraphDataset("nothing")


def test_damaged_file_is_an_error_of_its_kind():
    data = Edges()
    data.cache_file.write_bytes(b"x")
    with pytest.raises(GraphFileError):
        data.load()
