"""Which worker runs what: the tests of one folder stay together, in their order.

Worlds that a folder shares are then founded once, and none stands idle while a worker is elsewhere: a ledger whose
newest block waits for its quorum for a minute takes nothing any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - where there are no workers it is not needed

    class FolderScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0].rpartition("/")[0]

    return FolderScheduling(config, log)
