"""Witnesses that follow a ledger in this process, as the witness's tests have them."""

from tests.ledger.witness.conftest import watch  # noqa: F401 - a fixture
