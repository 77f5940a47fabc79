"""The process that works scenarios out, and what it needs."""

from braid.kit.jobs.process import missing_of

MODULE = "services.ras.scenarios.work"
#: What the process imports and the platform is not otherwise installed with.
PACKAGES = ("polars",)


def missing_packages() -> list[str]:
    """What would have to be installed before a scenario can be worked out here."""
    return missing_of(PACKAGES)
