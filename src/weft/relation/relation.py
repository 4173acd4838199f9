"""The adjacency of one edge type."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.kernels import Compressed, coo_to_compressed, transpose
from weft.relation import layout

FORMATS = ("coo", "csr", "csc")


M = TypeVar("M")
P = ParamSpec("P")


def outliving_inference(method: Callable[P, M]) -> Callable[P, M]:
    """Return a method whose result is made outside of inference mode, because it is kept and may be trained with."""

    @functools.wraps(method)
    def make(*args: P.args, **kwargs: P.kwargs) -> M:
        if torch.compiler.is_compiling() or not torch.is_inference_mode_enabled():
            return method(*args, **kwargs)
        with torch.inference_mode(False):
            return method(*args, **kwargs)

    return make


class Join(NamedTuple):
    """Several relations as one; see `weft.relation.joined`."""

    others: tuple[Relation, ...]
    """Those that follow the relation that keeps this."""
    src_starts: tuple[int, ...]
    num_src: int
    relation: Relation


class Relation:
    """Edges from ``num_src`` source nodes to ``num_dst`` destination nodes. Immutable.

    Held as COO, CSR or CSC: whichever it was built from, plus those that were asked for since. Compressed formats hold
    int32 inside wherever the counts fit; the outside sees ``idtype``.

    Build one with ``from_coo``, ``from_csr`` or ``from_csc``.

    Note [What a compiled program asks]: a program that ``torch.compile`` made runs for a relation in which what it read
    while it was traced is as it was: which formats there are, not how large they are. So a traced program keeps the
    formats that it makes, which cost a sort, but neither looks for nor keeps what is cheap to make again (degrees, the
    reversed relation): a second call, or an ordinary one between, would find another state and compile anew. Counts are
    compared one by one and never put into text, so that they can be symbols.
    """

    def __init__(
        self,
        num_src: int,
        num_dst: int,
        num_edges: int,
        idtype: torch.dtype,
        device: torch.device,
        *,
        coo: tuple[Tensor, Tensor] | None = None,
        csr: Compressed | None = None,
        csc: Compressed | None = None,
        kept: tuple[str, ...] = FORMATS,
        src_sorted: bool = False,
        dst_sorted: bool = False,
    ) -> None:
        """Take checked parts as they are; users call the ``from_`` methods."""
        self.num_src = num_src
        self.num_dst = num_dst
        self.num_edges = num_edges
        self.idtype = idtype
        self.device = device
        self.kept = kept
        self._coo = coo
        self._csr = csr
        self._csc = csc
        self._src_sorted = src_sorted
        self._dst_sorted = dst_sorted
        self._in_degrees: Tensor | None = None
        self._out_degrees: Tensor | None = None
        self._reversed: Relation | None = None
        self._rows_by_tag: dict[str, Compressed] = {}
        self.joins: list[Join] = []
        """What `weft.relation.joined` made of it and relations after it."""

    @classmethod
    def from_coo(
        cls,
        src: Any,
        dst: Any,
        num_src: int,
        num_dst: int,
        *,
        row_sorted: bool = False,
        col_sorted: bool = False,
        in_range: bool = False,
        where: str = "Relation.from_coo",
    ) -> Relation:
        """Return the relation with an edge ``src[e] -> dst[e]`` for each ``e``; shares the storage of tensors.

        Args:
            src: ``(E,)`` source IDs, int32 or int64.
            dst: ``(E,)`` destination IDs, same dtype and device.
            num_src: number of source nodes.
            num_dst: number of destination nodes.
            row_sorted: ``src`` ascends; conversions skip a pass. A false promise is refused.
            col_sorted: ``dst`` ascends among the edges of one source. Kept for DGL's signature; nothing needs it.
            in_range: all IDs are known to be in range; spares the check.
            where: function named in messages.

        Raises:
            IdError: an ID is negative or past the end.
            ShapeError: ``src`` and ``dst`` have different lengths.
        """
        src, dst = checks.ids(where, "source IDs", src), checks.ids(where, "destination IDs", dst)
        layout.check_pair(where, src, dst)
        if not in_range:
            checks.id_range(where, "source IDs", src, num_src, lambda: f"{num_src} source nodes")
            checks.id_range(where, "destination IDs", dst, num_dst, lambda: f"{num_dst} destination nodes")
        if row_sorted and not bool((src[1:] >= src[:-1]).all()):
            raise InputError(f"{where}: row_sorted=True, but source IDs do not ascend; leave it out or sort the edges.")
        # Not len(src), which makes a constant of a size that torch.export traces.
        return cls(num_src, num_dst, src.shape[0], src.dtype, src.device, coo=(src, dst), src_sorted=row_sorted)

    @classmethod
    def from_csr(
        cls,
        indptr: Any,
        indices: Any,
        eids: Any,
        num_src: int,
        num_dst: int,
        *,
        where: str = "Relation.from_csr",
    ) -> Relation:
        """Return the relation whose source ``u`` points to ``indices[indptr[u]:indptr[u + 1]]``.

        Args:
            indptr: ``(num_src + 1,)``, ascending from 0 to ``E``.
            indices: ``(E,)`` destination IDs; their dtype is the ID type.
            eids: ``(E,)`` a permutation of edge IDs; None or empty when positions are the edge IDs.
            num_src: number of source nodes.
            num_dst: number of destination nodes.
            where: function named in messages.

        Raises:
            IdError: an ID is negative or past the end.
            InputError: ``indptr`` does not ascend from 0 to ``E``, or ``eids`` is no permutation.
            ShapeError: lengths do not fit.
        """
        indices = checks.ids(where, "indices", indices)
        csr = layout.compress(where, indptr, indices, eids, num_src, num_dst)
        return cls(num_src, num_dst, indices.shape[0], indices.dtype, indices.device, csr=csr)

    @classmethod
    def from_csc(
        cls,
        indptr: Any,
        indices: Any,
        eids: Any,
        num_src: int,
        num_dst: int,
        *,
        where: str = "Relation.from_csc",
    ) -> Relation:
        """Return the relation whose destination ``v`` is reached from ``indices[indptr[v]:indptr[v + 1]]``.

        Arguments and errors as in ``from_csr``, with ``indptr`` of ``num_dst + 1`` entries and ``indices`` holding
        source IDs.
        """
        return cls.from_csr(indptr, indices, eids, num_dst, num_src, where=where).reverse()

    @outliving_inference
    def coo(self) -> tuple[Tensor, Tensor]:
        """Return ``(src, dst)``, each ``(E,)`` of ``idtype`` in edge-ID order."""
        if self._coo is not None:
            return self._coo
        if self._csr is not None:
            coo = layout.expand(self._csr, self.idtype)
        else:
            assert self._csc is not None
            dst, src = layout.expand(self._csc, self.idtype)
            coo = (src, dst)
        if "coo" in self.kept:
            self._coo = coo
        return coo

    @outliving_inference
    def csr(self) -> Compressed:
        """Return the edges grouped by source."""
        if self._csr is not None:
            return self._csr
        if self._coo is None:
            assert self._csc is not None
            csr = transpose(self._csc)
        else:
            src, dst = self._coo
            csr = coo_to_compressed(src, dst, self.num_src, self.num_dst, rows_sorted=self._src_sorted)
        if "csr" in self.kept:
            self._csr = csr
        return csr

    @outliving_inference
    def csc(self) -> Compressed:
        """Return the edges grouped by destination."""
        if self._csc is not None:
            return self._csc
        if self._coo is None:
            assert self._csr is not None
            csc = transpose(self._csr)
        else:
            src, dst = self._coo
            csc = coo_to_compressed(dst, src, self.num_dst, self.num_src, rows_sorted=self._dst_sorted)
        if "csc" in self.kept:
            self._csc = csc
        return csc

    def with_rows_by_tag(self, layout_name: str, held: Compressed) -> Relation:
        """Return the relation with another order of the edges within rows beside its formats.

        Note [Rows by tag]: kernels count on edge IDs that ascend in each row, so ``csr()`` and ``csc()`` stay as they
        are. Who reads rows tag by tag (``adj_tensors``, samplers) asks for ``rows_by_tag`` first.

        Args:
            layout_name: ``csr`` or ``csc``.
            held: the same edges in the same rows.
        """
        copy = self._copy()
        copy._rows_by_tag = {**self._rows_by_tag, layout_name: held}
        return copy

    def rows_by_tag(self, layout_name: str) -> Compressed | None:
        """Return ``csr`` or ``csc`` with rows in tag order, None when they were not sorted so; Note [Rows by tag]."""
        return self._rows_by_tag.get(layout_name)

    @outliving_inference
    def in_degrees(self) -> Tensor:
        """Return ``(num_dst,)`` int64: how many edges end at each destination; Note [What a compiled program asks]."""
        if not torch.compiler.is_compiling() and self._in_degrees is not None:
            return self._in_degrees
        degrees = layout.degrees(self._csc, self._coo and self._coo[1], self._csr, self.num_dst)
        if not torch.compiler.is_compiling():
            self._in_degrees = degrees
        return degrees

    @outliving_inference
    def out_degrees(self) -> Tensor:
        """Return ``(num_src,)`` int64: how many edges start at each source; Note [What a compiled program asks]."""
        if not torch.compiler.is_compiling() and self._out_degrees is not None:
            return self._out_degrees
        degrees = layout.degrees(self._csr, self._coo and self._coo[0], self._csc, self.num_src)
        if not torch.compiler.is_compiling():
            self._out_degrees = degrees
        return degrees

    def reverse(self) -> Relation:
        """Return the relation with every edge turned round and its ID kept; shares all storage.

        The same object each time, so that formats made for it (by a backward pass, say) are made once; another object
        each time while ``torch.compile`` traces, see Note [What a compiled program asks].
        """
        if torch.compiler.is_compiling():
            return self._turned()
        if self._reversed is None:
            self._reversed = self._turned()
        self._share_formats(self._reversed)
        return self._reversed

    def _turned(self) -> Relation:
        swap = {"csr": "csc", "csc": "csr", "coo": "coo"}
        turned = Relation(
            self.num_dst,
            self.num_src,
            self.num_edges,
            self.idtype,
            self.device,
            coo=(self._coo[1], self._coo[0]) if self._coo is not None else None,
            csr=self._csc,
            csc=self._csr,
            kept=tuple(name for name in FORMATS if swap[name] in self.kept),
            src_sorted=self._dst_sorted,
            dst_sorted=self._src_sorted,
        )
        turned._rows_by_tag = {swap[name]: held for name, held in self._rows_by_tag.items()}
        return turned

    def _share_formats(self, turned: Relation) -> None:
        """Give each of the two what only the other has."""
        self._csr = turned._csc = self._csr if self._csr is not None else turned._csc
        self._csc = turned._csr = self._csc if self._csc is not None else turned._csr
        in_degrees = self._in_degrees if self._in_degrees is not None else turned._out_degrees
        out_degrees = self._out_degrees if self._out_degrees is not None else turned._in_degrees
        self._in_degrees = turned._out_degrees = in_degrees
        self._out_degrees = turned._in_degrees = out_degrees

    def edge_part(self, eids: Tensor) -> Relation:
        """Return the relation of some edges between all nodes; edge ``i`` of it is edge ``eids[i]`` of this one.

        Args:
            eids: ``(n,)`` int64 edge IDs, checked.
        """
        src, dst = self.coo()
        coo = (src.index_select(0, eids), dst.index_select(0, eids))
        return Relation(self.num_src, self.num_dst, eids.shape[0], self.idtype, self.device, coo=coo)

    def grown(self, num_src: int, num_dst: int) -> Relation:
        """Return the relation with more nodes after those that are there; itself when there are no more.

        Args:
            num_src: number of source nodes, at least as many as now.
            num_dst: number of destination nodes, likewise.
        """
        if (num_src, num_dst) == (self.num_src, self.num_dst):
            return self
        grown = self._copy()
        grown.num_src, grown.num_dst = num_src, num_dst
        grown._csr, grown._csc = layout.grow(self._csr, num_src, num_dst), layout.grow(self._csc, num_dst, num_src)
        grown._in_degrees = grown._out_degrees = None
        grown._rows_by_tag = {}
        return grown

    def to(self, device: torch.device | str | int, *, non_blocking: bool = False) -> Relation:
        """Return the relation on a device, with the formats it has; itself when it is there already."""
        if _same_device(torch.device(device), self.device):
            return self
        return self.mapped(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def mapped(self, function: Callable[[Tensor], Tensor]) -> Relation:
        """Return the relation with each of its tensors replaced by one of the same values, elsewhere in memory."""
        moved = self._copy()
        moved._coo = (function(self._coo[0]), function(self._coo[1])) if self._coo is not None else None
        moved._csr = layout.mapped(self._csr, function)
        moved._csc = layout.mapped(self._csc, function)
        moved._rows_by_tag = {}
        for name, held in self._rows_by_tag.items():
            again = layout.mapped(held, function)
            assert again is not None
            moved._rows_by_tag[name] = again
        moved._in_degrees = moved._out_degrees = None
        moved.device = moved.tensors()[0].device
        return moved

    def tensors(self) -> list[Tensor]:
        """Return the tensors that hold the structure now."""
        held = [*(self._coo or ()), *(self._csr or ())[:3], *(self._csc or ())[:3]]
        return [part for part in held if isinstance(part, Tensor)]

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the structure, without what is derived from it."""
        return {**self.__dict__, "_in_degrees": None, "_out_degrees": None, "_reversed": None, "joins": []}

    def astype(self, idtype: torch.dtype) -> Relation:
        """Return the relation with IDs of another type; compressed formats are shared.

        Raises:
            DtypeError: not an ID type.
            IdError: an ID does not fit.
        """
        checks.idtype("Relation.astype", idtype)
        if idtype == self.idtype:
            return self
        if idtype == torch.int32 and max(self.num_src, self.num_dst, self.num_edges) > torch.iinfo(torch.int32).max:
            raise InputError(f"Relation.astype: {self!r} does not fit int32 IDs; keep torch.int64.")
        converted = self._copy()
        converted.idtype = idtype
        if self._coo is not None:
            converted._coo = (self._coo[0].to(idtype), self._coo[1].to(idtype))
        return converted

    def created_formats(self) -> tuple[str, ...]:
        """Return the names of the formats held now, in the order coo, csr, csc."""
        held = {"coo": self._coo, "csr": self._csr, "csc": self._csc}
        return tuple(name for name in FORMATS if held[name] is not None)

    def create_formats(self) -> None:
        """Make every format that may be kept."""
        for name in self.kept:
            getattr(self, name)()

    def restrict(self, formats: str | Iterable[str]) -> Relation:
        """Return the relation that keeps only these formats; others are made for each use and dropped.

        Raises:
            InputError: an unknown format, or none.
        """
        names = [formats] if isinstance(formats, str) else list(formats)
        for name in names:
            checks.choice("formats", "format", name, FORMATS)
        if not names:
            raise InputError(f"formats: got no format; expected one or more of {', '.join(FORMATS)}.")
        kept = tuple(name for name in FORMATS if name in names)
        restricted = self._copy()
        restricted.kept = kept
        if not set(kept) & set(self.created_formats()):
            preferred = next(name for name in ("csc", "csr", "coo") if name in kept)
            setattr(restricted, f"_{preferred}", getattr(self, preferred)())
        for name in set(FORMATS) - set(kept):
            setattr(restricted, f"_{name}", None)
        return restricted

    def check_rows(self, where: str, name: str, value: Tensor, target: str, label: str | None = None) -> None:
        """Raise ShapeError or DeviceError unless ``value`` has a row for each source, destination or edge.

        Args:
            where: function that received it.
            name: what it is ("edge feature 'w'").
            value: the feature tensor.
            target: ``u`` source, ``v`` destination or ``e`` edge.
            label: how this relation reads in a message.
        """
        label = label or "the relation"
        count, what = {
            "u": (self.num_src, "source nodes"),
            "v": (self.num_dst, "destination nodes"),
            "e": (self.num_edges, "edges"),
        }[target]
        checks.rows(where, name, value, count, lambda: f"{label} has {count} {what}")
        checks.device(where, name, value, self.device, label)

    def _copy(self) -> Relation:
        copy = Relation(
            self.num_src,
            self.num_dst,
            self.num_edges,
            self.idtype,
            self.device,
            coo=self._coo,
            csr=self._csr,
            csc=self._csc,
            kept=self.kept,
            src_sorted=self._src_sorted,
            dst_sorted=self._dst_sorted,
        )
        copy._in_degrees, copy._out_degrees = self._in_degrees, self._out_degrees
        copy._rows_by_tag = self._rows_by_tag
        return copy

    def __repr__(self) -> str:
        return f"Relation(num_src={self.num_src}, num_dst={self.num_dst}, num_edges={self.num_edges})"


def _same_device(wanted: torch.device, held: torch.device) -> bool:
    if wanted.type != held.type:
        return False
    return wanted.index is None or wanted == held
