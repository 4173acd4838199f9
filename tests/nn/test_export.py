"""torch.export of a two-layer model: a program for graphs of any size, saved and loaded."""

from __future__ import annotations

import io

import pytest
import torch
from tests.cases.compiling import reads_columns
from torch import Tensor, nn
from torch.export import Dim

import weft
from weft.nn import GraphConv
from weft.ops.target import GraphLike
from weft.relation import Relation

pytestmark = pytest.mark.wrong_types

IN, HIDDEN, OUT = 6, 8, 3


class ExportedGCN(nn.Module):
    """Takes edges as tensors, which is what a program takes, and makes the graph of them."""

    def __init__(self, holder: str) -> None:
        super().__init__()
        self.holder = holder
        self.first = GraphConv(IN, HIDDEN, allow_zero_in_degree=True)
        self.second = GraphConv(HIDDEN, OUT, allow_zero_in_degree=True)

    def forward(self, feat: Tensor, src: Tensor, dst: Tensor) -> Tensor:
        graph: GraphLike
        if self.holder == "graph":
            graph = weft.graph((src, dst), num_nodes=feat.shape[0])
        else:
            graph = Relation.from_coo(src, dst, feat.shape[0], feat.shape[0])
        return self.second(graph, torch.relu(self.first(graph, feat)))


def inputs(num_nodes: int, num_edges: int) -> tuple[Tensor, Tensor, Tensor]:
    ends = torch.randint(num_nodes, (2, num_edges))
    return torch.randn(num_nodes, IN), ends[0], ends[1]


def exported(model: nn.Module) -> torch.export.ExportedProgram:
    nodes, edges = Dim("nodes", min=2, max=2**31 - 1), Dim("edges", min=2, max=2**31 - 1)
    return torch.export.export(model, inputs(10, 30), dynamic_shapes=({0: nodes}, {0: edges}, {0: edges}))


@pytest.mark.parametrize("holder", [pytest.param("graph", marks=reads_columns), "relation"])
def test_exported_model_runs_on_graphs_of_other_sizes(holder):
    model = ExportedGCN(holder)
    program = exported(model)
    for sizes in ((10, 30), (23, 71), (4, 200)):
        given = inputs(*sizes)
        torch.testing.assert_close(program.module()(*given), model(*given))


@pytest.mark.parametrize("holder", [pytest.param("graph", marks=reads_columns), "relation"])
def test_exported_model_is_saved_and_loaded(holder):
    model, file = ExportedGCN(holder), io.BytesIO()
    torch.export.save(exported(model), file)
    file.seek(0)
    loaded, given = torch.export.load(file), inputs(23, 71)
    torch.testing.assert_close(loaded.module()(*given), model(*given))


@reads_columns
def test_number_of_nodes_is_asked_for_where_edges_cannot_be_looked_at():
    class WithoutCount(nn.Module):
        def forward(self, feat: Tensor, src: Tensor, dst: Tensor) -> Tensor:
            return weft.ops.copy_u_sum(weft.graph((src, dst)), feat)

    with pytest.raises(Exception, match="graph: num_nodes is not given, and IDs cannot be looked at"):
        torch.export.export(WithoutCount(), inputs(10, 30))
