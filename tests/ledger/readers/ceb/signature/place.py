"""Where the signed messages are, and the moment at which they are judged."""

from datetime import UTC, datetime
from pathlib import Path

VECTORS = Path(__file__).with_name("vectors")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
