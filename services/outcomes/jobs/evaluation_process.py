"""The process that works evaluations out, and what it needs."""

from braid.kit.jobs.process import missing_of

MODULE = "services.outcomes.jobs.evaluation_work"
#: What the process imports and the platform is not otherwise installed with.
PACKAGES = ("matplotlib", "polars", "scipy", "statsmodels")


def missing_packages() -> list[str]:
    """What would have to be installed before an evaluation can be worked out here."""
    return missing_of(PACKAGES)
