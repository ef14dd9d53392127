"""What a submitter keeps beside its key."""

from __future__ import annotations

import os

from ledger.client.keeping import keep_submission


def test_what_was_sent_is_nobody_elses_on_this_machine(tmp_path, world):
    """Names, numbers and amounts stand in a submission in clear."""
    before = os.umask(0o022)
    try:
        kept = keep_submission(tmp_path / "receipts", world.submission())
    finally:
        os.umask(before)
    assert kept.path("submission").stat().st_mode & 0o777 == 0o600
    assert kept.path("statement").stat().st_mode & 0o777 == 0o644
