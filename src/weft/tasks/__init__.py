"""Tasks: a configuration in, a finished run out."""

from weft.tasks.recommendation import RecommendConfig, RecommendRun, load_config, recommend

__all__ = ["RecommendConfig", "RecommendRun", "load_config", "recommend"]
