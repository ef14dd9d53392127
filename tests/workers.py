"""Which worker runs what: the tests of a folder stay together, in their order; folders that take longest go first.

Worlds that a folder shares are then founded once, and none stands idle while a worker is elsewhere: a ledger whose
newest block waits for its quorum for a minute takes nothing any more. What shares is put away with the folder
(`scope="package"`), so that no server, nor a demonstration of nine processes, runs beside all tests that follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# At the end no worker then waits for another one that has just begun a long folder. One that is new needs no entry.
LONGEST = (
    "tests/docs",
    "tests/fixtures/trade",
    "tests/attacks",
    "tests/api",
    "tests/web/page",
    "tests/demo",
    "tests/crash",
    "tests/verifier/proof/audit",
    "tests/api/desk",
    "tests/ledger/cli",
    "tests/ledger/matching",
    "tests/ledger/gateway",
    "tests/ledger/witness/replay",
    "tests/ledger/readers/ceb",
    "tests/verifier/cli",
    "tests/api/publicdesk",
    "tests/ledger/witnessing",
    "tests/ledger/erasure",
    "tests/web/status",
    "tests/api/gateway",
    "tests/api/labels",
)
_RANK = {folder: place for place, folder in enumerate(LONGEST)}


def folder_of(nodeid: str) -> str:
    """Return the folder of a test."""
    return nodeid.partition("::")[0].rpartition("/")[0]


def longest_first(nodeid: str) -> int:
    """Return by what tests are sorted, which otherwise stay as they are."""
    return _RANK.get(folder_of(nodeid), len(_RANK))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: longest_first(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - where there are no workers it is not needed

    class FolderScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return folder_of(nodeid)

    return FolderScheduling(config, log)
