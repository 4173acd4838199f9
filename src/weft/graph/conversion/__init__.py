"""Graphs from and to NetworkX, SciPy, PyTorch's sparse matrices and PyG, each of which is imported when it is used."""
