"""Takes the function out of the module that needs the solver."""

from .stability_analysis import StabilityConfig, stability_score

__all__ = ["StabilityConfig", "stability_score"]
