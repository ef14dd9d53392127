"""Nothing is left out unseen: with `SUYUAN_REQUIRE=all` every skipped test is a failure that names the reason.

What needs data that are no part of this project is marked `outside("VARIABLE")`. Where the environment variable
names no folder such a test is not collected, and the summary says so: no package could bring the data.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest

_left_out = pytest.StashKey[Counter]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "outside(variable): needs data whose folder this environment variable names")
    config.stash[_left_out] = Counter()
    if os.environ.get("SUYUAN_REQUIRE") == "all":
        config.pluginmanager.register(_NoSkips(), "suyuan-no-skips")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = {item: variable for item in items if (variable := _needed(item)) and not os.environ.get(variable)}
    config.stash[_left_out].update(missing.values())
    config.hook.pytest_deselected(items=list(missing))
    items[:] = [item for item in items if item not in missing]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for variable, count in sorted(config.stash[_left_out].items()):
        terminalreporter.write_line(f"not run: {count} tests of data that {variable} would name")


def _needed(item: pytest.Item) -> str:
    marker = item.get_closest_marker("outside")
    return marker.args[0] if marker else ""


class _NoSkips:
    """A skip is a failure; what is expected to fail is none."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.skipped and not hasattr(report, "wasxfail"):
            _fail(report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.skipped:
            _fail(report)
        return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    place = report.longrepr
    reason = place[2] if isinstance(place, tuple) else str(place)
    report.outcome = "failed"
    report.longrepr = f"{reason} (SUYUAN_REQUIRE=all: a test that is skipped has failed)"
