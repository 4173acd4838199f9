"""One program for each framework; each runs in its own environment and speaks JSON lines (``protocol``)."""
