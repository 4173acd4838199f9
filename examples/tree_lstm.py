"""A tree-LSTM that evaluates expressions: children send their states up, level by level, to the root.

The trees are sums modulo 2: a leaf is 0 or 1, an inner node the parity of its children. The network sees the leaves of
many random trees at once and learns the value of every inner node.
Source: Tai et al. 2015 (arXiv:1503.00075), the child-sum tree-LSTM.

Run: python examples/tree_lstm.py
"""

import torch
from torch import nn

import weft

torch.manual_seed(0)
torch.set_num_threads(1)  # the tensors are too small to share


class ChildSumTreeLSTM(nn.Module):
    """State of each node from its own input and the states of its children, whatever their number."""

    def __init__(self, in_size, hidden_size):
        super().__init__()
        self.gates = nn.Linear(in_size, 3 * hidden_size)
        self.child_gates = nn.Linear(hidden_size, 3 * hidden_size, bias=False)
        self.forget = nn.Linear(hidden_size, hidden_size)
        self.hidden_size = hidden_size

    def message(self, edges):
        return {"h": edges.src["h"], "c": edges.src["c"]}

    def reduce(self, nodes):
        h, c = nodes.mailbox["h"], nodes.mailbox["c"]
        kept = (torch.sigmoid(self.forget(h)) * c).sum(1)
        return {"gates": nodes.data["gates"] + self.child_gates(h.sum(1)), "c": kept}

    def update(self, nodes):
        i, o, u = nodes.data["gates"].chunk(3, 1)
        c = torch.sigmoid(i) * torch.tanh(u) + nodes.data["c"]
        return {"h": torch.sigmoid(o) * torch.tanh(c), "c": c}

    def forward(self, graph, x):
        with graph.local_scope():
            # Leaves receive nothing, so the reducer does not run for them: these values stand.
            graph.ndata["gates"] = self.gates(x)
            graph.ndata["h"] = graph.ndata["c"] = x.new_zeros(len(x), self.hidden_size)
            levels = weft.topological_nodes_generator(graph)
            graph.apply_nodes(self.update, levels[0])
            weft.prop_nodes(graph, levels[1:], self.message, self.reduce, self.update)
            return graph.ndata["h"]


def random_trees(num_trees, num_nodes):
    """Return one graph of many trees, edges from children to parents, and the parity of the leaves below each node."""
    nodes = torch.arange(num_trees * num_nodes)
    position = nodes % num_nodes
    parent = nodes - position + (torch.rand(len(nodes)) * position).long()
    child = nodes[position > 0]
    graph = weft.graph((child, parent[child]), num_nodes=len(nodes))
    leaf = (graph.in_degrees() == 0).float()
    graph.ndata["ones"] = leaf * torch.randint(0, 2, (len(nodes),)).float()
    graph.ndata["leaf"] = leaf
    weft.prop_nodes(
        graph,
        weft.topological_nodes_generator(graph)[1:],
        weft.function.copy_u("ones", "m"),
        weft.function.sum("m", "ones"),
    )
    return graph, (graph.ndata["ones"] % 2).long()


graph, parity = random_trees(num_trees=100, num_nodes=8)
leaf = graph.ndata["leaf"].bool()
x = torch.stack([leaf.float(), leaf.float() * parity], 1)
model, classify = ChildSumTreeLSTM(2, 24), nn.Linear(24, 2)
optimizer = torch.optim.Adam([*model.parameters(), *classify.parameters()], lr=0.03)
for step in range(61):
    logits = classify(model(graph, x))[~leaf]
    loss = nn.functional.cross_entropy(logits, parity[~leaf])
    if step % 20 == 0:
        accuracy = float((logits.argmax(1) == parity[~leaf]).float().mean())
        print(f"step {step}: loss {loss.item():.3f}, inner nodes right {accuracy:.3f}")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
assert accuracy > 0.8, "the network learns the parity of small trees"
