"""Recommendation: a purchases table in, recommendations and honest measures out."""

from weft.tasks.recommendation.config import ModelSettings, RecommendConfig, load_config
from weft.tasks.recommendation.result import RecommendRun
from weft.tasks.recommendation.run import recommend

__all__ = ["ModelSettings", "RecommendConfig", "RecommendRun", "load_config", "recommend"]
