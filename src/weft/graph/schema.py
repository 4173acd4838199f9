"""The types of a graph, and what names and triples refer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from weft.errors import TypeNameError, did_you_mean, name_choices

CanonicalEtype: TypeAlias = tuple[str, str, str]
"""Source type, edge type, destination type."""
Etype: TypeAlias = str | CanonicalEtype
"""An edge type's name, when it is unambiguous, or its triple."""


class Schema:
    """Node and edge types; immutable.

    Note [Node spaces]: nodes that share a numbering and features form a space. An ordinary graph has one space a node
    type. A block has one for each source type and then one for each destination type, also where both bear one name.
    """

    def __init__(
        self,
        ntypes: Sequence[str],
        canonical_etypes: Sequence[CanonicalEtype],
        dst_ntypes: Sequence[str] | None = None,
    ) -> None:
        """Take the types in order.

        Args:
            ntypes: node types; of a block, source types.
            canonical_etypes: triples.
            dst_ntypes: destination types of a block; None for an ordinary graph.
        """
        self.is_block = dst_ntypes is not None
        self.src_ntypes = tuple(ntypes)
        self.dst_ntypes = self.src_ntypes if dst_ntypes is None else tuple(dst_ntypes)
        self.ntypes = self.src_ntypes + self.dst_ntypes if self.is_block else self.src_ntypes
        self.canonical_etypes = tuple(canonical_etypes)
        self._types = (self.is_block, self.src_ntypes, self.dst_ntypes, self.canonical_etypes)
        self.etypes = tuple(etype for _, etype, _ in self.canonical_etypes)
        self._first_dst = len(self.src_ntypes) if self.is_block else 0
        self.src_spaces = tuple(self.src_ntypes.index(src) for src, _, _ in self.canonical_etypes)
        self.dst_spaces = tuple(self._first_dst + self.dst_ntypes.index(dst) for _, _, dst in self.canonical_etypes)

    def same_types(self, other: Schema) -> bool:
        """Return whether another schema has the same types, in the same order."""
        return self is other or self._types == other._types

    def space(self, where: str, ntype: str | None) -> int:
        """Return the space of a node type; in a block, of the source type first. None means the only type.

        Raises:
            TypeNameError: no such type, or None where there are several.
        """
        if ntype is not None and ntype in self.dst_ntypes and ntype not in self.src_ntypes:
            return self._first_dst + self.dst_ntypes.index(ntype)
        return _position(where, ntype, self.src_ntypes, self.ntypes)

    def src_space(self, where: str, ntype: str | None) -> int:
        """Return the space of a source type; None means the only one."""
        return _position(where, ntype, self.src_ntypes, self.src_ntypes)

    def dst_space(self, where: str, ntype: str | None) -> int:
        """Return the space of a destination type; None means the only one."""
        return self._first_dst + _position(where, ntype, self.dst_ntypes, self.dst_ntypes)

    def all_src_spaces(self) -> range:
        """Return the spaces of the source side: all of them unless this is a block."""
        return range(len(self.src_ntypes))

    def all_dst_spaces(self) -> range:
        """Return the spaces of the destination side: all of them unless this is a block."""
        return range(self._first_dst, len(self.ntypes))

    def relation(self, where: str, etype: Etype | None) -> int:
        """Return the number of an edge type; None means the only one.

        Raises:
            TypeNameError: no such type, an ambiguous name, or None where there are several.
        """
        if etype is None:
            if len(self.etypes) == 1:
                return 0
            raise TypeNameError(
                f"{where}: this graph has {len(self.etypes)} edge types: {self._listed()}. Name one with etype."
            )
        if not isinstance(etype, str):
            if not isinstance(etype, (tuple, list)):
                raise TypeNameError(f"{where}: got {etype!r} as edge type; expected a name or a triple of names.")
            triple = tuple(etype)
            if triple in self.canonical_etypes:
                return self.canonical_etypes.index(triple)
            raise TypeNameError(f"edge type {triple!r} is not in this graph, which has {self._listed()}.")
        count = self.etypes.count(etype)
        if count == 1:
            return self.etypes.index(etype)
        if count == 0:
            hint = did_you_mean(etype, self.etypes)
            raise TypeNameError(f"edge type {etype!r} is not in this graph, which has {self._listed()}.{hint}")
        triples = ", ".join(str(triple) for triple in self.canonical_etypes if triple[1] == etype)
        raise TypeNameError(f"edge type {etype!r} is ambiguous: it may be {triples}. Give the triple.")

    def _listed(self) -> str:
        return ", ".join(str(triple) for triple in self.canonical_etypes) or "none"


def _position(where: str, ntype: str | None, searched: tuple[str, ...], known: tuple[str, ...]) -> int:
    if ntype is None:
        if len(set(known)) == 1:
            return 0
        raise TypeNameError(
            f"{where}: this graph has {len(set(known))} node types: {name_choices(set(known))}. Name one with ntype."
        )
    if ntype not in searched:
        names = set(known)
        raise TypeNameError(
            f"node type {ntype!r} is not in this graph, which has {name_choices(names)}.{did_you_mean(ntype, names)}"
        )
    return searched.index(ntype)
