"""CoDEx-S, Nations, UMLS, Kinships, Countries: counts of the real files, and samples."""

import pytest
import torch

from weft.data import CoDExSDataset, CountriesDataset, KinshipsDataset, NationsDataset, UMLSDataset
from weft.errors import InputError, TableError

COUNTS = [
    (CoDExSDataset, 2034, 42, (32888, 1827, 1828)),
    (NationsDataset, 14, 55, (1592, 199, 201)),
    (UMLSDataset, 135, 46, (5216, 652, 661)),
    (KinshipsDataset, 104, 25, (8544, 1068, 1074)),
    (lambda: CountriesDataset("S1"), 271, 2, (1111, 24, 24)),
    (lambda: CountriesDataset("S2"), 271, 2, (1063, 24, 24)),
    (lambda: CountriesDataset("S3"), 271, 2, (985, 24, 24)),
]


@pytest.mark.parametrize(("make", "entities", "relations", "sizes"), COUNTS)
def test_real_files_have_the_published_counts_and_no_fact_in_two_parts(data_dir, make, entities, relations, sizes):
    dataset = make()
    assert (dataset.num_nodes, dataset.num_rels) == (entities, relations)
    assert (len(dataset.train), len(dataset.valid), len(dataset.test)) == sizes
    parts = [part.unique(dim=0) for part in (dataset.train, dataset.valid, dataset.test)]
    assert len(torch.cat(parts).unique(dim=0)) == sum(map(len, parts))
    # Of Countries, one training fact stands twice.
    assert sum(sizes) - sum(map(len, parts)) == (1 if entities == 271 else 0)
    assert (dataset[0].num_nodes(), dataset[0].num_edges()) == (entities, 2 * sum(sizes))


def test_negatives_of_codex_are_as_many_and_are_no_facts(data_dir):
    dataset = CoDExSDataset()
    assert (len(dataset.valid_negatives), len(dataset.test_negatives)) == (1827, 1828)
    known = {tuple(fact) for part in (dataset.train, dataset.valid, dataset.test) for fact in part.tolist()}
    assert not known & {tuple(fact) for fact in [*dataset.valid_negatives.tolist(), *dataset.test_negatives.tolist()]}


def test_numbers_on_nations_stand_with_their_names(data_dir):
    dataset = NationsDataset()
    assert dataset.attributes == ["area", "population"]
    assert dataset.literals[dataset.entities.index("brazil"), 0] == 8514877
    assert dataset.literals.isnan().any(dim=1).nonzero().flatten().tolist() == [dataset.entities.index("ussr")]


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


FACTS = {"train": "b\tr\ta\n", "valid": "a\tr\ta\n", "test": "a\tr\tb\n"}


@pytest.mark.parametrize("kind", [UMLSDataset, KinshipsDataset])
def test_a_sample_is_read(tmp_path, kind):
    assert kind(raw_dir=write(tmp_path, **FACTS)).test.tolist() == [[0, 0, 1]]


def test_negatives_are_numbered_with_the_facts(tmp_path):
    files = {**FACTS, "valid_negatives": "b\tr\tb\n", "test_negatives": "a\tr\tb\n"}
    dataset = CoDExSDataset(raw_dir=write(tmp_path, **files))
    assert (dataset.valid_negatives.tolist(), dataset.test_negatives.tolist()) == ([[1, 0, 1]], [[0, 0, 1]])


def test_a_number_on_something_that_is_in_no_fact_is_refused(tmp_path):
    with pytest.raises(TableError, match="has 'c', which is in no fact"):
        NationsDataset(raw_dir=write(tmp_path, **FACTS, literals="c\tarea\t1\n"))
    with pytest.raises(TableError, match="'wide', which is no number"):
        NationsDataset(raw_dir=write(tmp_path, **FACTS, literals="a\tarea\twide\n"))


def test_another_task_of_countries_is_refused(tmp_path):
    with pytest.raises(InputError, match="task='S4'"):
        CountriesDataset("S4", raw_dir=tmp_path)
