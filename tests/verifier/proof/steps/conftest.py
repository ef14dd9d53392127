"""A world that each test may spoil, beside the story that all tests of `proof` read."""

from tests.attacks.conftest import template, world

__all__ = ["template", "world"]
