"""The whole platform for the tests of this folder."""

from tests.journey.conftest import desk, module_databases, running

__all__ = ["desk", "module_databases", "running"]
