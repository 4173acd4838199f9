"""Layers of weft and of DGL 2.1.0 on the same inputs."""
