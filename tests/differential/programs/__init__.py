"""A module a topic; each program makes calls that both libraries understand, on graphs of graphs.py."""
