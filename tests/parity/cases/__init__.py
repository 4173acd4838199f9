"""Parity cases, a file a topic; each holds ``CASES``."""
