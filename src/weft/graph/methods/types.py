"""Methods of Graph about its types."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from weft.graph import sides, slicing, structure
from weft.graph.parts import G, GraphParts
from weft.graph.schema import CanonicalEtype, Etype
from weft.ops.typed_softmax import TypedRelation
from weft.relation import Relation, is_multigraph

if TYPE_CHECKING:
    import networkx


class TypeMethods(GraphParts):
    """Types, and what belongs to one."""

    @property
    def ntypes(self) -> list[str]:
        """Node types, sorted; of a block, source types and then destination types."""
        return list(self.schema.ntypes)

    @property
    def etypes(self) -> list[str]:
        """Edge types' names, in the order of ``canonical_etypes``."""
        return list(self.schema.etypes)

    @property
    def canonical_etypes(self) -> list[CanonicalEtype]:
        """Triples (source type, edge type, destination type), sorted."""
        return list(self.schema.canonical_etypes)

    @property
    def srctypes(self) -> list[str]:
        """Node types of the source side: those of a block or a one-way bipartite graph, else all."""
        return sides.side_types(self.schema)[0]

    @property
    def dsttypes(self) -> list[str]:
        """Node types of the destination side, likewise."""
        return sides.side_types(self.schema)[1]

    @property
    def is_block(self) -> bool:
        """Whether source and destination nodes are numbered apart, also those of one type."""
        return self.schema.is_block

    @property
    def is_homogeneous(self) -> bool:
        """Whether there is one node type and one edge type."""
        return len(self.schema.ntypes) == 1 and len(self.schema.etypes) == 1

    @property
    def is_unibipartite(self) -> bool:
        """Whether no node type is both a source and a destination."""
        return sides.is_unibipartite(self.schema)

    @property
    def is_multigraph(self) -> bool:
        """Whether two edges of one type join the same nodes."""
        return any(is_multigraph(relation) for relation in self.relations)

    def to_canonical_etype(self, etype: Etype) -> CanonicalEtype:
        """Return the triple of an edge type; raises TypeNameError when there is none, or several."""
        return self.schema.canonical_etypes[self.schema.relation("to_canonical_etype", etype)]

    def get_ntype_id(self, ntype: str | None) -> builtins.int:
        """Return the number of a node type in ``ntypes``."""
        return self.schema.space("get_ntype_id", ntype)

    def get_ntype_id_from_src(self, ntype: str | None) -> builtins.int:
        """Return the number in ``ntypes`` of a type of the source side; of a block, one that edges start at."""
        return self.schema.src_space("get_ntype_id_from_src", ntype)

    def get_ntype_id_from_dst(self, ntype: str | None) -> builtins.int:
        """Return the number in ``ntypes`` of a type of the destination side; of a block, one that edges end at."""
        return self.schema.dst_space("get_ntype_id_from_dst", ntype)

    def get_etype_id(self, etype: Etype | None) -> builtins.int:
        """Return the number of an edge type in ``canonical_etypes``."""
        return self.schema.relation("get_etype_id", etype)

    def metagraph(self) -> networkx.MultiDiGraph:
        """Return the graph of types: an edge keyed by its name for each edge type."""
        return structure.metagraph(self.schema)

    def __getitem__(self: G, key: Any) -> G:
        """Return the graph of one edge type, on this graph's features, or of several taken for one.

        ``g['buys']`` or ``g['user', 'buys', 'item']``; ``:`` in a triple stands for any type. See
        ``weft.graph.slicing.slice_relations``.

        >>> import weft
        >>> g = weft.heterograph({("user", "buys", "item"): ([0, 1], [0, 1]), ("user", "views", "item"): ([1], [2])})
        >>> g["user", :, "item"].canonical_etypes
        [('user', 'buys+views', 'item')]
        >>> g["user", :, "item"].edges()
        (tensor([0, 1, 1]), tensor([0, 1, 2]))
        """
        return slicing.slice_relations(self, key)

    def single_relation(self) -> Relation:
        """Return the only relation; raises GraphError when there are several."""
        return structure.single_relation(self)

    def get_relation(self, etype: Etype | None = None) -> Relation:
        """Return the relation of an edge type."""
        return self.relations[self.schema.relation("get_relation", etype)]

    def typed_relation(self, etype: Etype) -> tuple[CanonicalEtype, TypedRelation]:
        """Return the triple of an edge type, and its relation with the node spaces that it joins."""
        return structure.typed_relation(self, etype)

    def typed_relations(self) -> list[TypedRelation]:
        """Return the relations in the order of the edge types, with the node spaces that they join."""
        return structure.typed_relations(self)
