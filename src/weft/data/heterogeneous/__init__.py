"""Data sets of several types of node and edge."""
