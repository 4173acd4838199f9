"""PyTorch Geometric's program: ``python -m benchmarks.peers.pyg_peer`` in its own environment.

Where PyG has two ways (scatter over messages, or ``EdgeIndex`` with sorted edges and cached formats) both are built and
the quicker is kept. Edges are sorted and norms are computed beforehand, outside the measured time.
"""

from __future__ import annotations

import torch
import torch_geometric
from torch import Tensor
from torch_geometric import EdgeIndex
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, LightGCN, SAGEConv
from torch_geometric.nn.conv.gcn_conv import gcn_norm
from torch_geometric.utils import scatter, softmax

from benchmarks.peers import torch_parts
from benchmarks.peers.protocol import Case, serve
from benchmarks.workloads import Inputs


class Prepared:
    """The RMAT graph sorted by destination, in both of PyG's forms."""

    def __init__(self, inputs: Inputs) -> None:
        src, dst = torch_parts.edges(inputs)
        self.num_nodes = inputs.sizes.num_nodes
        self.order = torch.argsort(dst, stable=True)
        self.src, self.dst = src[self.order], dst[self.order]
        self.plain = torch.stack([self.src, self.dst])
        size = (self.num_nodes, self.num_nodes)
        self.indexed = EdgeIndex(self.plain, sparse_size=size, sort_order="col")
        self.indexed.fill_cache_()

    def both_norms(self) -> Tensor:
        """Return one over the square root of source's out-degree times destination's in-degree, an edge."""
        out_degrees = torch.bincount(self.src, minlength=self.num_nodes).float()
        in_degrees = torch.bincount(self.dst, minlength=self.num_nodes).float()
        return (out_degrees[self.src] * in_degrees[self.dst]).rsqrt()

    def unsort(self, values: Tensor) -> Tensor:
        """Return edge values in the order of edge IDs."""
        out = torch.empty_like(values)
        out[self.order] = values
        return out


def features(inputs: Inputs, name: str = "x") -> Tensor:
    """Return the standard features."""
    return torch_parts.tensor(inputs, name, inputs.sizes.num_nodes, inputs.sizes.dim)


def copy(inputs: Inputs, reduce: str) -> list[Case]:
    """Reduce the sources' features."""
    prepared, feat = Prepared(inputs), features(inputs)

    def by_scatter() -> Tensor:
        return scatter(feat[prepared.src], prepared.dst, dim_size=prepared.num_nodes, reduce=reduce)

    def by_matmul() -> Tensor:
        return prepared.indexed.matmul(feat, reduce=reduce, transpose=True)

    return [torch_parts.single(by_scatter, "scatter"), torch_parts.single(by_matmul, "EdgeIndex.matmul")]


def u_mul_e_sum(inputs: Inputs) -> list[Case]:
    """One weight an edge."""
    prepared, feat = Prepared(inputs), features(inputs)
    weight = torch_parts.tensor(inputs, "weight", inputs.sizes.num_edges, 1)[prepared.order]
    flat = weight.reshape(-1)

    def by_scatter() -> Tensor:
        return scatter(feat[prepared.src] * weight, prepared.dst, dim_size=prepared.num_nodes, reduce="sum")

    def by_matmul() -> Tensor:
        return prepared.indexed.matmul(feat, input_value=flat, transpose=True)

    return [torch_parts.single(by_scatter, "scatter"), torch_parts.single(by_matmul, "EdgeIndex.matmul")]


def u_mul_e_sum_heads(inputs: Inputs) -> Case:
    """One weight an edge and head."""
    prepared, sizes = Prepared(inputs), inputs.sizes
    feat = features(inputs).view(sizes.num_nodes, sizes.heads, -1)
    weight = torch_parts.tensor(inputs, "weight", sizes.num_edges, sizes.heads, 1)[prepared.order]
    return torch_parts.single(
        lambda: scatter(feat[prepared.src] * weight, prepared.dst, dim_size=prepared.num_nodes, reduce="sum"), "scatter"
    )


def u_dot_v(inputs: Inputs) -> Case:
    """Inner product of both ends."""
    prepared, lhs, rhs = Prepared(inputs), features(inputs), features(inputs, "y")

    def step() -> Tensor:
        return (lhs[prepared.src] * rhs[prepared.dst]).sum(dim=-1, keepdim=True)

    return Case(step, lambda out: {"out": prepared.unsort(out).numpy()}, "gather")


def edge_softmax(inputs: Inputs) -> list[Case]:
    """Over incoming edges; by index or by offsets."""
    prepared, sizes = Prepared(inputs), inputs.sizes
    scores = torch_parts.tensor(inputs, "scores", sizes.num_edges, sizes.heads)[prepared.order]
    counts = torch.bincount(prepared.dst, minlength=prepared.num_nodes)
    offsets = torch.cat([torch.zeros(1, dtype=torch.long), counts.cumsum(0)])

    def by_index() -> Tensor:
        return softmax(scores, prepared.dst, num_nodes=prepared.num_nodes)

    def by_offsets() -> Tensor:
        return softmax(scores, ptr=offsets)

    def results(out: Tensor) -> dict:
        return {"out": prepared.unsort(out).numpy()}

    return [Case(by_index, results, "index"), Case(by_offsets, results, "offsets")]


def graph_conv(inputs: Inputs) -> list[Case]:
    """GCNConv with norms given as edge weights."""
    prepared, dim = Prepared(inputs), inputs.sizes.dim
    norms = prepared.both_norms()

    def build(edges: Tensor, note: str) -> Case:
        layer = GCNConv(dim, dim, normalize=False, add_self_loops=False)
        parameters = {"weight": layer.lin.weight.t(), "bias": layer.bias}
        return torch_parts.layer_case(inputs, layer, lambda feat: layer(feat, edges, norms), parameters, note)

    return [build(prepared.plain, "scatter"), build(prepared.indexed, "EdgeIndex")]


def sage_conv(inputs: Inputs) -> list[Case]:
    """SAGEConv with mean."""
    prepared, dim = Prepared(inputs), inputs.sizes.dim

    def build(edges: Tensor, note: str) -> Case:
        layer = SAGEConv(dim, dim, aggr="mean")
        parameters = {
            "weight_neigh": layer.lin_l.weight,
            "weight_self": layer.lin_r.weight,
            "bias": layer.lin_l.bias,
        }
        return torch_parts.layer_case(inputs, layer, lambda feat: layer(feat, edges), parameters, note)

    return [build(prepared.plain, "scatter"), build(prepared.indexed, "EdgeIndex")]


def gat_conv(inputs: Inputs) -> list[Case]:
    """GATConv with heads concatenated."""
    prepared, sizes = Prepared(inputs), inputs.sizes

    def build(edges: Tensor, note: str) -> Case:
        layer = GATConv(sizes.dim, sizes.dim // sizes.heads, heads=sizes.heads, add_self_loops=False)
        parameters = {
            "weight": layer.lin.weight,
            "attention_src": layer.att_src,
            "attention_dst": layer.att_dst,
            "bias": layer.bias,
        }
        return torch_parts.layer_case(inputs, layer, lambda feat: layer(feat, edges), parameters, note)

    return [build(prepared.plain, "scatter"), build(prepared.indexed, "EdgeIndex")]


def gatv2_conv(inputs: Inputs) -> list[Case]:
    """GATv2Conv with heads concatenated, a map for each end, no bias."""
    prepared, sizes = Prepared(inputs), inputs.sizes

    def build(edges: Tensor, note: str) -> Case:
        layer = GATv2Conv(sizes.dim, sizes.dim // sizes.heads, heads=sizes.heads, add_self_loops=False, bias=False)
        parameters = {"weight_src": layer.lin_l.weight, "weight_dst": layer.lin_r.weight, "attention": layer.att}
        return torch_parts.layer_case(inputs, layer, lambda feat: layer(feat, edges), parameters, note)

    return [build(prepared.plain, "scatter"), build(prepared.indexed, "EdgeIndex")]


def lightgcn_step(inputs: Inputs) -> list[Case]:
    """PyG's LightGCN over one graph of users and items; norms computed beforehand or each time, as its model does."""
    sizes = inputs.sizes
    users, items = (torch.from_numpy(side) for side in inputs.interactions())
    num_nodes = sizes.users + sizes.items
    edges = torch.stack([torch.cat([users, items + sizes.users]), torch.cat([items + sizes.users, users])])
    edges = edges[:, torch.argsort(edges[1], stable=True)]
    indexed = EdgeIndex(edges, sparse_size=(num_nodes, num_nodes), sort_order="col", is_undirected=True)
    indexed.fill_cache_()
    _, norms = gcn_norm(edges, None, num_nodes, add_self_loops=False)

    def build(given: Tensor, weight: Tensor | None, note: str) -> Case:
        model = LightGCN(num_nodes, sizes.dim, sizes.layers)
        for conv in model.convs:
            conv.normalize = weight is None
        with torch.no_grad():
            model.embedding.weight.copy_(torch.cat(torch_parts.lightgcn_tables(inputs)))

        def propagate() -> tuple[Tensor, Tensor]:
            out = model.get_embedding(given, weight)
            return out[: sizes.users], out[sizes.users :]

        return torch_parts.training_case(inputs, [model.embedding.weight], propagate, note=note)

    return [build(edges, norms, "scatter, norms beforehand"), build(indexed, norms, "EdgeIndex, norms beforehand")]


if __name__ == "__main__":
    torch_parts.limit_threads()
    serve(
        {"torch_geometric": torch_geometric.__version__, "torch": torch.__version__},
        {
            "copy_u_sum": lambda inputs: copy(inputs, "sum"),
            "copy_u_max": lambda inputs: copy(inputs, "max"),
            "copy_u_mean": lambda inputs: copy(inputs, "mean"),
            "u_mul_e_sum": u_mul_e_sum,
            "u_mul_e_sum_heads": u_mul_e_sum_heads,
            "u_dot_v": u_dot_v,
            "edge_softmax": edge_softmax,
            "graph_conv": graph_conv,
            "sage_conv": sage_conv,
            "gat_conv": gat_conv,
            "gatv2_conv": gatv2_conv,
            "lightgcn_step": lightgcn_step,
        },
    )
