"""Data sets of a graph whose nodes have a signal over time."""
