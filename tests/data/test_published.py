"""Addresses and checksums of published files."""

import hashlib

import pytest

from weft.data.published import _known, published_files


def test_a_known_file_has_an_address_and_a_checksum_and_another_has_none():
    known, unknown = published_files("planetoid", ["ind.cora.x", "ind.pubmed.x"])
    assert known.url == (
        "https://raw.githubusercontent.com/kimiyoung/planetoid/af6abf468a772cc055bec88c52e4d6f51b7c37e3/data/ind.cora.x"
    )
    assert len(known.sha256) == 64
    assert (unknown.name, unknown.url, unknown.sha256) == ("ind.pubmed.x", None, None)


def test_every_line_of_the_table_is_an_address_and_a_checksum():
    for path, (url, sha256) in _known().items():
        assert url.startswith("https://raw.githubusercontent.com/")
        assert len(url.split("/")[5]) == 40, f"{path}: a commit, so that the file stays the same"
        assert set(sha256) <= set("0123456789abcdef")
        assert len(sha256) == 64


@pytest.mark.parametrize(
    "path", ["planetoid/ind.citeseer.graph", "seal/USAir.mat", "geom-gcn/splits/film_split_0.6_0.2_0.npz"]
)
def test_checksums_are_those_of_the_real_files(data_dir, path):
    assert hashlib.sha256((data_dir / path).read_bytes()).hexdigest() == _known()[path][1]
