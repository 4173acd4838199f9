"""Arrays come without pickle, and what is wrong with a file is said with its name."""

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from weft.data.formats.arrays import compressed_rows, existing, read_mat, read_npy, read_npz, read_sparse_npz
from weft.errors import TableError


def test_existing_gives_the_path_of_a_file_and_names_one_that_is_not_there(tmp_path):
    (tmp_path / "a.txt").write_text("")
    assert existing(tmp_path / "a.txt", "here") == tmp_path / "a.txt"
    with pytest.raises(TableError, match=r"here: there is no file .*b\.txt"):
        existing(tmp_path / "b.txt", "here")
    with pytest.raises(TableError):
        existing(tmp_path, "a folder is no file")


def test_named_arrays_of_an_archive_come_and_pickled_neighbours_do_no_harm(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(3), objects=np.array([{}], dtype=object))
    assert read_npz(tmp_path / "a.npz", "x")["x"].tolist() == [0, 1, 2]
    assert set(read_npz(tmp_path / "a.npz", "x", optional=("y",))) == {"x"}
    with pytest.raises(TableError, match=r"no array 'z'; it has 'objects', 'x'"):
        read_npz(tmp_path / "a.npz", "z")
    with pytest.raises(TableError, match=r"'objects'.*not plain"):
        read_npz(tmp_path / "a.npz", "objects")


def test_a_pickled_array_is_refused(tmp_path):
    np.save(tmp_path / "plain.npy", np.ones(2))
    np.save(tmp_path / "objects.npy", np.array([[1], [2, 3]], dtype=object))
    assert read_npy(tmp_path / "plain.npy").tolist() == [1, 1]
    with pytest.raises(TableError, match=r"objects\.npy.*no plain array"):
        read_npy(tmp_path / "objects.npy")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"\x93NUMPY", b"words"])
def test_damaged_files_are_named(tmp_path, content):
    path = tmp_path / "cut.npz"
    path.write_bytes(content)
    for read in (read_npy, read_npz, read_sparse_npz):
        with pytest.raises(TableError, match=r"cut\.npz"):
            read(path)


def test_array_whose_bytes_are_damaged_is_named(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.arange(100))
    content = bytearray(path.read_bytes())
    content[300] ^= 255
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"array 'x' of .*a\.npz"):
        read_npz(path, "x")


def test_one_array_and_several_are_not_taken_for_each_other(tmp_path):
    np.save(tmp_path / "one.npy", np.arange(3))
    np.savez(tmp_path / "several.npz", x=np.arange(3))
    with pytest.raises(TableError, match="holds one array; expected an archive of 'x'"):
        read_npz(tmp_path / "one.npy", "x")
    with pytest.raises(TableError, match="archive of arrays; expected one array"):
        read_npy(tmp_path / "several.npz")


@pytest.mark.parametrize(("indices", "indptr"), [([9], [0, 1, 1]), ([-1], [0, 1, 1]), ([0], [0, 5, 1]), ([0], [0, 1])])
def test_matrix_with_entries_outside_is_refused(tmp_path, indices, indptr):
    parts = {"data": np.ones(1), "indices": np.array(indices), "indptr": np.array(indptr), "shape": np.array([2, 3])}
    with pytest.raises(TableError, match=r"adj_\* are no matrix"):
        compressed_rows({f"adj_{name}": part for name, part in parts.items()}, "adj")
    np.savez(tmp_path / "m.npz", format=b"csr", **parts)
    with pytest.raises(TableError, match=r"m\.npz.*no sparse matrix"):
        read_sparse_npz(tmp_path / "m.npz")


def test_compressed_rows_and_sparse_files_give_their_matrix(tmp_path):
    matrix = scipy.sparse.csr_matrix(np.array([[0, 2.0, 0], [1, 0, 3]]))
    parts = {name: getattr(matrix, name) for name in ("data", "indices", "indptr", "shape")}
    stored = {f"adj_{name}": np.asarray(part) for name, part in parts.items()}
    assert (compressed_rows(stored, "adj") != matrix).nnz == 0
    scipy.sparse.save_npz(tmp_path / "m.npz", matrix)
    assert (read_sparse_npz(tmp_path / "m.npz") != matrix).nnz == 0
    np.savez(tmp_path / "other.npz", x=np.ones(2))
    with pytest.raises(TableError, match="no sparse matrix"):
        read_sparse_npz(tmp_path / "other.npz")


def test_variables_of_a_matlab_file_come_dense_and_sparse(tmp_path):
    scipy.io.savemat(tmp_path / "m.mat", {"net": scipy.sparse.eye(2).tocsc(), "y": np.array([[1, 2]])})
    found = read_mat(tmp_path / "m.mat", "net", "y")
    assert found["net"].toarray().tolist() == [[1, 0], [0, 1]]
    assert found["y"].tolist() == [[1, 2]]
    with pytest.raises(TableError, match=r"no variable 'z'; it has 'net', 'y'"):
        read_mat(tmp_path / "m.mat", "z")


def test_matlab_files_of_another_layout_are_named_as_such(tmp_path):
    (tmp_path / "hdf.mat").write_bytes(b"MATLAB 7.3".ljust(512) + b"\x89HDF\r\n\x1a\n" + bytes(64))
    with pytest.raises(TableError, match=r"HDF5.*'-v7'"):
        read_mat(tmp_path / "hdf.mat", "x")
    (tmp_path / "text.mat").write_bytes(b"no matlab at all" * 20)
    with pytest.raises(TableError, match=r"text\.mat"):
        read_mat(tmp_path / "text.mat", "x")
