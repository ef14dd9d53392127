"""The small zone of the sequencer's tests."""

from tests.ledger.sequencer.conftest import closed, engine, founded, founded_witnessed, small, witnessed  # noqa: F401 - fixtures
