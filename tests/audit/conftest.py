"""The whole platform, as tests of the gateway have it."""

from tests.gateway.conftest import platform, standing_platform

__all__ = ["platform", "standing_platform"]
