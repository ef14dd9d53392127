"""Once visited, a page works without its server, and says since when."""

import pytest

from tests.api.conftest import Server, settings_for


@pytest.fixture
def own_server(world):
    running = Server(world.ledger, settings_for(world.folder))
    yield running
    running.stop()


def settled(page):
    """Wait until the worker is there and has kept what was looked at."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("() => caches.open('suyuan-pages').then(async (it) => (await it.keys()).length > 0)")


def test_a_page_that_was_visited_is_there_without_the_server(page, own_server):
    page.goto(f"{own_server.base}/01/06901234567892")
    settled(page)
    own_server.stop()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.asOf")
    assert page.evaluate("document.documentElement.dataset.script") == "running"
