"""The same small programs under DGL 2.1.0 (recorded in golden/) and under weft: see CONTRIBUTING.md."""
