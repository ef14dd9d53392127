"""The small zone of the sequencer's tests, with three witnesses of whom two make the quorum."""

from tests.ledger.sequencer.conftest import engine, founded_witnessed, witnessed  # noqa: F401 - fixtures
