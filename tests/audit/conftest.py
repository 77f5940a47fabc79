"""The whole platform, as tests of the gateway have it."""

from tests.gateway.conftest import platform

__all__ = ["platform"]
