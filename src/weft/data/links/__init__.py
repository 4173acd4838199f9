"""Data sets whose links are to be predicted."""
