"""Pages that say what a finished run gives, made from the files in its folder alone."""

from weft.report.recommendation import recommendation_report

__all__ = ["recommendation_report"]
