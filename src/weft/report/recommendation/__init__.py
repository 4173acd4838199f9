"""The report of a recommendation run."""

from weft.report.recommendation.page import recommendation_report

__all__ = ["recommendation_report"]
