"""Messages along the edges of a graph with two node types: what each item's buyers have in common.

Run: python examples/message_passing.py
"""

import torch

import weft
import weft.function as fn

# Three users, three items; user 0 bought items 0 and 1, and so on. Item 2 was bought by nobody.
graph = weft.heterograph(
    {("user", "buys", "item"): ([0, 0, 1, 2], [0, 1, 1, 1])},
    num_nodes_dict={"user": 3, "item": 3},
)
graph.nodes["user"].data["age"] = torch.tensor([[20.0], [30.0], [70.0]])
graph.edges["buys"].data["price"] = torch.tensor([[5.0], [1.0], [2.0], [3.0]])

# The mean age of an item's buyers: copy the source's feature, reduce at the destination.
graph.update_all(fn.copy_u("age", "m"), fn.mean("m", "buyer_age"), etype="buys")

# What was paid for it in all: copy the edge's own feature.
graph.update_all(fn.copy_e("price", "m"), fn.sum("m", "revenue"), etype="buys")

# The age of the buyers weighted by what they paid, with the function form of the same kernels.
weighted = weft.ops.u_mul_e_sum(graph["buys"], graph.nodes["user"].data["age"], graph.edges["buys"].data["price"])
share = weighted / graph.nodes["item"].data["revenue"].clamp(min=1e-9)

for item in range(graph.num_nodes("item")):
    age = float(graph.nodes["item"].data["buyer_age"][item])
    revenue = float(graph.nodes["item"].data["revenue"][item])
    print(f"item {item}: mean age of buyers {age:.1f}, revenue {revenue:.2f}, age by money {float(share[item]):.1f}")
