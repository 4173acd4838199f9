"""The four RDF data sets: small files against DGL 2.1's readers, and the real AIFB."""

import gzip
import shutil

import pytest
import torch
from tests.data.fingerprint import edges_fingerprint, fingerprint
from tests.data.heterogeneous.rdf_samples import AIFB, SPLIT, STATEMENTS, SWRC, write

from weft.data import AIFBDataset, AMDataset, BGSDataset, MUTAGDataset
from weft.errors import InputError, TableError

KINDS = {"aifb": AIFBDataset, "mutag": MUTAGDataset, "bgs": BGSDataset, "am": AMDataset}
UNIT = "Lexicon/NamedRockUnit"
TYPE = "22-rdf-syntax-ns#type"
# As DGL 2.1.0 gives them: nodes, edges without the reverses, labels, training nodes.
EXPECTED = {
    "aifb": (
        {"Personen": 2, "Publikationen": 1, "_Literal": 2},
        {
            ("Personen", "ontology#name", "_Literal"): [[0, 1], [0, 1]],
            ("Publikationen", "ontology#author", "Personen"): [[0, 0], [0, 1]],
            ("Publikationen", "rdftype", "_Literal"): [[0], [0]],
        },
        [1, 0],
        [False, True],
    ),
    "mutag": (
        {"SCHEMA": 5, "_Literal": 2, "bond": 1, "d": 3, "hasStructure": 1},
        {
            ("SCHEMA", TYPE, "SCHEMA"): [[3], [4]],
            ("SCHEMA", "rdf-schema#subClassOf", "SCHEMA"): [[0], [1]],
            ("bond", "inBond", "d"): [[0], [0]],
            ("d", TYPE, "SCHEMA"): [[1, 0], [2, 0]],
            ("d", "amesTestPositive", "_Literal"): [[1], [0]],
            ("d", "charge", "_Literal"): [[0], [1]],
            ("d", "hasAtom", "d"): [[1], [0]],
            ("d", "hasBond", "bond"): [[1], [0]],
            ("d", "hasStructure", "hasStructure"): [[1, 2], [0, 0]],
        },
        [-1, 0, 1],
        [False, True, False],
    ),
    "bgs": (
        {"Geochronology/Division": 1, UNIT: 2},
        {
            (UNIT, "Lexicon/hasAge", "Geochronology/Division"): [[0, 1], [0, 0]],
            (UNIT, "http://www_w3_org/2004/02/skos/core#broader", UNIT): [[1], [0]],
        },
        [0, 1],
        [True, False],
    ),
    "am": (
        {"TYPE": 2, "_BNode": 1, "p": 1, "proxy": 2, "t": 1},
        {
            ("_BNode", "y", "t"): [[0], [0]],
            ("p", "http://www_w3_org/2004/02/skos/core#broader", "TYPE"): [[0], [0]],
            ("proxy", f"http://www_w3_org/1999/02/{TYPE}", "TYPE"): [[0], [1]],
            ("proxy", "maker", "p"): [[0, 1], [0, 0]],
            ("proxy", "x", "_BNode"): [[0], [0]],
        },
        [0, 1],
        [True, False],
    ),
}


@pytest.mark.parametrize("name", list(KINDS))
def test_small_files_give_the_graph_that_dgl_gives(tmp_path, name):
    counts, edges, labels, train = EXPECTED[name]
    dataset = KINDS[name](insert_reverse=False, raw_dir=write(tmp_path, name), verbose=False)
    graph = dataset[0]
    assert {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes} == counts
    assert {etype: [ends.tolist() for ends in graph.edges(etype=etype)] for etype in graph.canonical_etypes} == edges
    data = graph.nodes[dataset.predict_category].data
    assert data["label"].tolist() == data["labels"].tolist() == dataset.labels.tolist() == labels
    assert data["train_mask"].tolist() == train
    assert dataset.num_classes == 2
    assert labels[int(dataset.train_idx)] == 0
    assert labels[int(dataset.test_idx)] == 1


@pytest.mark.parametrize("name", list(KINDS))
def test_reverse_relations_double_the_edges(tmp_path, name):
    write(tmp_path, name)
    one, both = (KINDS[name](insert_reverse=each, raw_dir=tmp_path, verbose=False)[0] for each in (False, True))
    assert len(both.canonical_etypes) == 2 * len(one.canonical_etypes)
    for source, relation, target in one.canonical_etypes:
        forward, backward = (
            one.edges(etype=(source, relation, target)),
            both.edges(etype=(target, f"rev-{relation}", source)),
        )
        assert torch.equal(torch.stack(forward), torch.stack(backward[::-1]))


def test_order_of_lines_and_compression_do_not_matter(tmp_path):
    plain, other = write(tmp_path / "plain", "aifb"), write(tmp_path / "other", "aifb", STATEMENTS["aifb"][::-1])
    with (other / "aifb_stripped.nt").open("rb") as read, gzip.open(other / "aifb_stripped.nt.gz", "wb") as packed:
        shutil.copyfileobj(read, packed)
    (other / "aifb_stripped.nt").unlink()
    one, two = (AIFBDataset(raw_dir=folder, verbose=False, force_reload=True)[0] for folder in (plain, other))
    assert one.canonical_etypes == two.canonical_etypes
    assert all(
        torch.equal(torch.stack(one.edges(etype=etype)), torch.stack(two.edges(etype=etype)))
        for etype in one.canonical_etypes
    )


def test_other_statements_in_the_folder_are_not_read(tmp_path):
    folder = write(tmp_path, "aifb")
    (folder / "notes.nt").write_text("no statement at all")
    assert AIFBDataset(raw_dir=folder, verbose=False)[0].num_nodes("Personen") == 2


def test_what_says_the_answer_is_not_in_the_graph(tmp_path):
    graph = AIFBDataset(raw_dir=write(tmp_path, "aifb"), verbose=False)[0]
    assert not any("affiliation" in relation or "employs" in relation for relation in graph.etypes)
    assert "Forschungsgruppen" not in graph.ntypes


def test_people_of_the_split_who_are_in_no_statement_are_warned_of(tmp_path):
    train, test = SPLIT["aifb"]
    folder = write(tmp_path, "aifb", split=([*train, (f"{AIFB}Personen/view/p9", "3", "g1")], test))
    with pytest.warns(UserWarning, match=r"1 things of trainingSet.tsv .*p9"):
        dataset = AIFBDataset(raw_dir=folder, verbose=False)
    assert len(dataset.train_idx) == 1


def test_statements_are_counted_aloud(tmp_path, capsys):
    AIFBDataset(print_every=4, raw_dir=write(tmp_path, "aifb"), verbose=True)
    assert "8 statements read" in capsys.readouterr().out
    with pytest.raises(InputError, match="print_every=0"):
        AIFBDataset(print_every=0, raw_dir=tmp_path)


def test_files_of_something_else_are_refused(tmp_path):
    folder = write(tmp_path / "none", "aifb", [(f"{AIFB}Projekte/view/x", f"{SWRC}name", '"x"')])
    with pytest.raises(TableError, match="'Personen'"):
        AIFBDataset(raw_dir=folder, verbose=False)
    folder = write(tmp_path / "empty", "aifb", [("http://a", "http://b", "http://c")])
    with pytest.raises(TableError, match="no statement"):
        AIFBDataset(raw_dir=folder, verbose=False)


def test_real_aifb_has_the_published_counts_and_is_dgls_graph(data_dir):
    dataset = AIFBDataset(verbose=False)
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges(), len(graph.ntypes), len(graph.canonical_etypes)) == (
        7262,
        48810,
        7,
        104,
    )
    assert (len(dataset.train_idx), len(dataset.test_idx), dataset.num_classes) == (140, 36, 4)
    assert not set(dataset.train_idx.tolist()) & set(dataset.test_idx.tolist())
    # As DGL 2.1.0 gives them for the same statements.
    data = graph.nodes["Personen"].data
    assert [fingerprint(data[name]) for name in ("train_mask", "test_mask", "label")] == [
        *("0a67bc488e56", "3853cc1ce1db", "33119aedc503")
    ]
    for etype, expected in {
        ("Publikationen", "ontology#author", "Personen"): "01b71d5dcfdc",
        ("Publikationen", "ontology#title", "_Literal"): "e1feb787ae80",
        ("Forschungsgebiete", "rdftype", "_Literal"): "93655e837471",
        ("_Literal", "rev-ontology#year", "Publikationen"): "37fcfb7e1537",
        ("Personen", "rev-ontology#member", "Projekte"): "35d6a0d0382f",
    }.items():
        assert edges_fingerprint(graph, etype) == expected


def test_real_aifb_has_the_statements_of_the_published_file(data_dir):
    from weft.data.formats.ntriples import LITERAL, read_ntriples

    statements = set(read_ntriples(data_dir / "aifb/aifb_stripped.nt.gz"))
    things = {term for subject, _, found in statements for term in (subject, found)}
    assert len(statements) == 29043
    assert len({predicate for _, predicate, _ in statements}) == 45
    assert len({term.text if term.kind != LITERAL else term for term in things}) == 8285
