"""Page-locked memory and streams: refused where there is no GPU, done where there is one."""

from __future__ import annotations

import pytest
import torch
from tests.cases.small_graphs import eight_edges

from weft.errors import DeviceError

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_nothing_is_pinned_without_cuda():
    g = eight_edges()
    with pytest.raises(DeviceError, match="pin_memory_: PyTorch sees no CUDA device here"):
        g.pin_memory_()
    assert not g.is_pinned()
    assert g.unpin_memory_() is g


def test_a_graph_elsewhere_is_not_pinned():
    g = eight_edges().to("meta")
    with pytest.raises(DeviceError, match="pin_memory_: this graph is on meta; only memory of the CPU is pinned"):
        g.pin_memory_()
    assert not g.is_pinned()


def test_streams_are_for_cuda():
    with pytest.raises(DeviceError, match=r"record_stream: this graph is on cpu; streams are for CUDA"):
        eight_edges().record_stream(None)


@needs_cuda
def test_structure_and_features_are_pinned_and_let_go():
    g = eight_edges()
    assert g.pin_memory_() is g
    assert g.is_pinned()
    assert g.ndata["x"].is_pinned()
    assert g.to("cuda", non_blocking=True).cpu().edges()[0].tolist() == eight_edges().edges()[0].tolist()
    assert not g.unpin_memory_().is_pinned()
    assert not g.ndata["x"].is_pinned()


@needs_cuda
def test_streams_are_recorded():
    g = eight_edges().to("cuda")
    assert g.record_stream(torch.cuda.Stream()) is g
