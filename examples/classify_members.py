"""Node classification: who sides with whom in a karate club, learned from two labels with two graph convolutions.

Run: python examples/classify_members.py
"""

import networkx
import torch
from torch.nn import functional

import weft

torch.manual_seed(0)
club = networkx.karate_club_graph()
src, dst = torch.tensor(list(club.edges)).T
num_members = club.number_of_nodes()

# Friendship goes both ways, and everyone listens to themselves too.
loop = torch.arange(num_members)
graph = weft.graph((torch.cat([src, dst, loop]), torch.cat([dst, src, loop])), num_nodes=num_members)
side = torch.tensor([club.nodes[member]["club"] != "Mr. Hi" for member in club]).long()

# Only the instructor (0) and the president (33) are known; every member starts as a vector of its own.
known = torch.tensor([0, num_members - 1])
features = torch.eye(num_members)
first = weft.nn.GraphConv(num_members, 16)
second = weft.nn.GraphConv(16, 2)
optimizer = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=0.02)

for _ in range(100):
    logits = second(graph, functional.relu(first(graph, features)))
    loss = functional.cross_entropy(logits[known], side[known])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

right = int((logits.argmax(dim=1) == side).sum())
print(f"{right} of {num_members} members on the right side, from {len(known)} labels")
