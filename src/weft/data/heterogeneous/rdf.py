"""The four RDF data sets of entity classification: AIFB, MUTAG, BGS and AM."""

from __future__ import annotations

import itertools
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.ntriples import BLANK, IRI, LITERAL, Term, read_ntriples
from weft.data.formats.text import read_words
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.heterogeneous.rdf_graph import Named, Node, RDFGraph, Statement, build_rdf_graph
from weft.data.published import published_files
from weft.data.raw_files import RawFile, find_raw_files, places_of
from weft.errors import InputError, TableError
from weft.graph import Graph

_SPLIT = ("trainingSet.tsv", "testSet.tsv")
_URL = "https://data.dgl.ai/dataset/rdf/"


class RDFGraphDataset(GraphDataset):
    """Statements about things, some of which have a class: the base of the four data sets below.

    ``dataset[0]`` has a node type for each kind of thing and an edge type for each relation between two kinds, as DGL
    names them. Nodes of `predict_category` have ``label`` (and ``labels``, the same) int64, -1 where none is known, and
    ``train_mask`` and ``test_mask``, the published split. No features.

    The statements are read from N-Triples by weft itself, a line at a time. Types, relations, and the numbers of nodes
    and edges are DGL's (of AIFB, all of them are the same); its left-over ``_ID`` columns are not kept.

    Args:
        print_every: with ``verbose``, say how many statements were read each time that many more were.
        insert_reverse: add each relation turned round, as ``rev-<relation>``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: files are not to be had, or ``print_every`` is not positive.
        TableError: a file is malformed, or nothing in it is of this data set.

    Source: Ristoski et al. 2016, "A collection of benchmark datasets for systematic evaluations of machine learning on
    the semantic web"; split of Schlichtkrull et al. 2018, "Modeling relational data with graph convolutional networks"
    (arXiv:1703.06103). DGL's ``dgl.data.rdf.RDFGraphDataset``.
    """

    predict_category: str
    """Node type that has labels."""
    _columns = (0, 2)
    """Where the thing and its label stand in a line of the split."""

    def __init__(
        self,
        name: str,
        files: list[RawFile],
        folder: str,
        print_every: int,
        insert_reverse: bool,
        raw_dir: str | os.PathLike[str] | None,
        force_reload: bool,
        verbose: bool,
        transform: Transform | None,
    ) -> None:
        if print_every < 1:
            raise InputError(f"{type(self).__name__}: print_every={print_every} is not a number from 1.")
        self._print_every = print_every
        self._insert_reverse = bool(insert_reverse)
        super().__init__(
            name,
            files,
            folder=folder,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(self._insert_reverse,),
        )

    def name_node(self, term: Term) -> Node | None:
        """Return type and name of the node that a term is; None for one that is left out."""
        raise NotImplementedError

    def name_relation(self, predicate: str) -> str | None:
        """Return the relation that a predicate is; None for one that is left out."""
        raise NotImplementedError

    def name_statement(self, subject: Term, predicate: str, found: Term) -> Named | None:
        """Return the nodes and the relation of a statement; None for one that is left out."""
        source, target = self.name_node(subject), self.name_node(found)
        relation = self.name_relation(predicate)
        if source is None or target is None or relation is None:
            return None
        return source, relation, target

    def read(self, folder: Path) -> Content:
        """Return the graph of the statements in ``folder``, with labels and split."""
        # Not whatever else lies in the folder: what is kept would not notice when that changes.
        paths = [folder / file.name for file in self.files if file.name not in _SPLIT]
        statements = itertools.chain.from_iterable(read_ntriples(path) for path in paths)
        built = build_rdf_graph(self._counted(statements), self.name_statement, insert_reverse=self._insert_reverse)
        if self.predict_category not in built.graph.ntypes:
            raise TableError(f"{type(self).__name__}: no node of type {self.predict_category!r} in {str(folder)!r}.")
        classes: dict[str, int] = {}
        data = built.graph.nodes[self.predict_category].data
        labels = torch.full((built.graph.num_nodes(self.predict_category),), -1)
        for file, mask_name in zip(_SPLIT, ("train_mask", "test_mask"), strict=True):
            mask = torch.zeros(len(labels), dtype=torch.bool)
            for node, label in self._labelled(folder / file, built):
                labels[node] = classes.setdefault(label, len(classes))
                mask[node] = True
            data[mask_name] = mask
        data["labels"] = labels
        data["label"] = labels.clone()
        info = {"num_classes": len(classes), "class_names": list(classes), "predict_category": self.predict_category}
        return Content([built.graph], info=info)

    def _counted(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """Yield the statements, and say at times how many there were."""
        for count, statement in enumerate(statements, start=1):
            yield statement
            if count % self._print_every == 0:
                self._tell(f"{count} statements read")

    def _labelled(self, path: Path, built: RDFGraph) -> Iterator[tuple[int, str]]:
        """Yield ID and label of each thing in a file of the split; those that are not in the graph are warned of."""
        missing = []
        for row in read_words(path, columns=3, skip=1):
            thing, label = (row[column].strip() for column in self._columns)
            node = self.name_node(Term(IRI, thing))
            if node is not None and node[0] == self.predict_category and node in built.ids:
                yield built.ids[node], label
            else:
                missing.append(thing)
        if missing:
            warnings.warn(
                f"{type(self).__name__}: {len(missing)} things of {path.name} are in no statement and left out, "
                f"such as {missing[0]!r}.",
                UserWarning,
                stacklevel=2,
            )

    @property
    def train_idx(self) -> Tensor:
        """IDs of the training nodes of `predict_category`."""
        return self._ids("train_mask")

    @property
    def test_idx(self) -> Tensor:
        """IDs of the test nodes of `predict_category`."""
        return self._ids("test_mask")

    @property
    def labels(self) -> Tensor:
        """Label of each node of `predict_category`, -1 where none is known."""
        return self._graph.nodes[self.predict_category].data["label"]

    @property
    def _graph(self) -> Graph:
        return self.graphs[0]

    def _ids(self, mask: str) -> Tensor:
        return self._graph.nodes[self.predict_category].data[mask].nonzero()[:, 0]


def _archived(name: str) -> list[RawFile]:
    """Return the files of a data set as DGL's archives hold them."""
    url = f"{_URL}{name}-hetero.zip"
    return [RawFile(file, url=url, member=file) for file in (f"{name}_stripped.nt", *_SPLIT)]


def _last_part(address: str) -> str:
    """Return what stands after the last slash of an address; ``type`` is called ``rdftype``, as in DGL."""
    last = address.rsplit("/", 1)[-1]
    return "rdftype" if last == "type" else last


class AIFBDataset(RDFGraphDataset):
    """The people of an institute and what they work on: which of four groups does a person belong to?

    7,262 nodes of 7 types, 48,810 edges of 104 types with the reverses; 140 people to train and 36 to test. The
    relations that say the answer (``employs``, ``affiliation``) are left out. See `RDFGraphDataset` for what is in it.

    Its statements are those of the R-GCN download: 29,043, of 8,285 things and 45 relations. As in DGL, only things of
    the institute and literals become nodes; blank nodes, ontology classes and what is said of them do not.

    Source: Bloehdorn and Sure 2007 (licence not stated; repository ``tkipf/relational-gcn`` is MIT). DGL's
    ``AIFBDataset``.
    """

    predict_category = "Personen"
    _prefix = "http://www.aifb.uni-karlsruhe.de/"
    _ontology = "http://swrc.ontoware.org/"
    _left_out = tuple(f"http://swrc.ontoware.org/ontology#{name}" for name in ("employs", "affiliation"))

    def __init__(
        self,
        print_every: int = 10000,
        insert_reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        packed = [RawFile("aifb_stripped.nt.gz"), *published_files("aifb", _SPLIT)]
        files = packed if find_raw_files(packed, places_of("aifb", raw_dir)) is not None else _archived("aifb")
        super().__init__(
            "aifb-hetero", files, "aifb", print_every, insert_reverse, raw_dir, force_reload, verbose, transform
        )

    def name_node(self, term: Term) -> Node | None:
        """Return the kind in the address of a thing of the institute; literals are of type ``_Literal``."""
        if term.kind == LITERAL:
            return "_Literal", term.text
        parts = term.text.split("/")
        if term.kind == BLANK or not term.text.startswith(self._prefix) or len(parts) < 6:
            return None
        return parts[3], parts[5]

    def name_relation(self, predicate: str) -> str | None:
        """Return the last part of the address."""
        if predicate in self._left_out:
            return None
        return predicate.split("/")[3] if predicate.startswith(self._ontology) else _last_part(predicate)


class MUTAGDataset(RDFGraphDataset):
    """Molecules, their atoms, bonds and structures: is a molecule mutagenic?

    27,163 nodes of 5 types, 148,100 edges of 50 types with the reverses; 272 molecules to train and 68 to test. The
    relation ``isMutagenic`` is left out. See `RDFGraphDataset` for what is in it. As in DGL, a molecule and its atoms
    are both of type ``d``. (`TUDataset` has another data set of this name.)

    Source: the carcinogenesis example of DL-Learner; Ristoski et al. 2016. DGL's ``MUTAGDataset``, from whose archive
    it is downloaded.
    """

    predict_category = "d"
    _prefix = "http://dl-learner.org/carcinogenesis#"
    _kinds = (("d", re.compile("d[0-9]")), ("bond", re.compile("bond[0-9]")))

    def __init__(
        self,
        print_every: int = 10000,
        insert_reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "mutag-hetero",
            _archived("mutag"),
            "mutag-rdf",
            print_every,
            insert_reverse,
            raw_dir,
            force_reload,
            verbose,
            transform,
        )

    def name_node(self, term: Term) -> Node | None:
        """Return type ``d`` for molecules and atoms, ``bond``, ``_Literal``, or an empty type for other things."""
        if term.kind == LITERAL:
            return "_Literal", term.text
        if term.kind == BLANK or not term.text.startswith(self._prefix):
            return None
        thing = term.text.removeprefix(self._prefix)
        return next((kind for kind, pattern in self._kinds if pattern.match(thing)), ""), thing

    def name_relation(self, predicate: str) -> str | None:
        """Return what follows the prefix, or the last part of another address."""
        if predicate == f"{self._prefix}isMutagenic":
            return None
        return predicate.removeprefix(self._prefix) if predicate.startswith(self._prefix) else _last_part(predicate)

    def name_statement(self, subject: Term, predicate: str, found: Term) -> Named | None:
        """Give things without a type one: ``SCHEMA`` by statements of the schema, else the relation's name."""
        named = super().name_statement(subject, predicate, found)
        if named is None:
            return None
        (source, thing), relation, (target, other) = named
        if not predicate.startswith(self._prefix):
            source, target = source or "SCHEMA", "SCHEMA"
        if not source:
            raise TableError(
                f"MUTAGDataset: {subject.text!r} is the subject of {relation!r}; expected a thing with a type."
            )
        return (source, thing), relation, (target or relation, other)


class BGSDataset(RDFGraphDataset):
    """Rock units of the British Geological Survey: which of two origins does a unit have?

    94,806 nodes of 8 types, 672,884 edges of 96 types with the reverses; 117 units to train and 29 to test. The
    relation ``hasLithogenesis`` is left out, and so are literals and what says whether a unit is current. See
    `RDFGraphDataset` for what is in it; a type is called ``<major concept>/<sub concept>``.

    Source: de Vries 2013; Ristoski et al. 2016. DGL's ``BGSDataset``, from whose archive it is downloaded.
    """

    predict_category = "Lexicon/NamedRockUnit"
    _prefix = "http://data.bgs.ac.uk/"
    _columns = (1, 2)

    def __init__(
        self,
        print_every: int = 10000,
        insert_reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "bgs-hetero",
            _archived("bgs"),
            "bgs",
            print_every,
            insert_reverse,
            raw_dir,
            force_reload,
            verbose,
            transform,
        )

    def name_node(self, term: Term) -> Node | None:
        """Return the two concepts in an address of seven parts."""
        parts = term.text.split("/")
        if term.kind != IRI or len(parts) != 7 or not term.text.startswith(self._prefix):
            return None
        if term.text.startswith(f"{self._prefix}ref/CurrentStatus"):
            return None
        return f"{parts[4]}/{parts[5]}", parts[6]

    def name_relation(self, predicate: str) -> str | None:
        """Return the two concepts in an address of the survey, or another address with ``_`` for each dot."""
        if predicate == f"{self._prefix}ref/Lexicon/hasLithogenesis":
            return None
        if not predicate.startswith(f"{self._prefix}ref"):
            return predicate.replace(".", "_")
        parts = predicate.split("/")
        return f"{parts[4]}/{parts[5]}" if len(parts) == 6 else None


class AMDataset(RDFGraphDataset):
    """Objects of the Amsterdam Museum: which of eleven categories does an object belong to?

    881,680 nodes of 7 types, 5,668,682 edges of 108 types with the reverses; 802 objects to train and 198 to test. The
    relations ``objectCategory`` and ``material``, and literals, are left out. See `RDFGraphDataset` for what is in it.

    Source: de Boer et al. 2012; Ristoski et al. 2016. DGL's ``AMDataset``, from whose archive it is downloaded.
    """

    predict_category = "proxy"
    _prefix = "http://purl.org/collections/nl/am/"

    def __init__(
        self,
        print_every: int = 10000,
        insert_reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "am-hetero", _archived("am"), "am", print_every, insert_reverse, raw_dir, force_reload, verbose, transform
        )

    def name_node(self, term: Term) -> Node | None:
        """Return what stands before the hyphen of the last part; ``TYPE`` where there is not one hyphen."""
        if term.kind == BLANK:
            return "_BNode", term.text
        if term.kind == LITERAL or not term.text.startswith(self._prefix):
            return None
        last = term.text.removeprefix(self._prefix)
        parts = last.split("-")
        return (parts[0], parts[1]) if len(parts) == 2 else ("TYPE", last)

    def name_relation(self, predicate: str) -> str | None:
        """Return what follows the prefix, or another address with ``_`` for each dot."""
        if predicate in (f"{self._prefix}objectCategory", f"{self._prefix}material"):
            return None
        if predicate.startswith(self._prefix):
            return predicate.removeprefix(self._prefix)
        return predicate.replace(".", "_")
