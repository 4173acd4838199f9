"""Tasks: a configuration in, a finished run out."""

from weft.tasks.recommendation import RecommendConfig, RecommendRun, recommend

__all__ = ["RecommendConfig", "RecommendRun", "recommend"]
