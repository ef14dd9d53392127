"""A new release takes the place of the old one when it is whole, and not before."""

import pytest

from api.page_releases import PageReleases
from tests.api.conftest import GOOD
from verifier.primitives.merkle import leaf_hash

POLICY = "suyuan trust policy v1\ncharter {}\nmax-age 864000\n"


@pytest.fixture
def newer(world, tmp_path):
    """Return what serves another release: the same page with a policy that says more."""
    with world.ledger.sources() as sources:
        charter = leaf_hash(sources.reader.entries(0, 1)[0]).hex()
    (tmp_path / "trust.policy").write_text(POLICY.format(charter))
    return PageReleases(world.ledger, tmp_path / "trust.policy", built=None)


KEPT = """async () => (await caches.keys())
  .filter((name) => name.startsWith("suyuan-release-")).map((name) => name.slice(15))"""
UPDATED = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration.update().catch(() => null);
  const coming = registration.installing ?? registration.waiting;
  if (coming) await new Promise((done) => {
    const look = () => (["activated", "redundant"].includes(coming.state) ? done(coming.state) : setTimeout(look, 20));
    look();
  });
  return coming?.state ?? "none";
}"""


def visit(page, server):
    page.goto(f"{server.base}/01/{GOOD}")
    page.wait_for_selector("#verdict")
    page.evaluate("""async () => {
      const has = async () => (await (await caches.open("suyuan-proofs")).keys()).length > 0;
      while (!(await has())) await new Promise((done) => setTimeout(done, 20));
    }""")


def test_a_new_release_replaces_the_old_one_and_old_pages_run_under_it(page, world, serve, newer):
    server = serve(world.ledger, world.folder)
    old = server.app.state.page.current()
    visit(page, server)
    server.app.state.page = newer
    assert page.evaluate(UPDATED) == "activated"
    new = newer.current()
    assert page.evaluate(KEPT) == [old.fingerprint, new.fingerprint], "the one before stays for pages that are open"
    server.stop()
    page.reload()
    page.wait_for_selector("#verdict")
    address = page.locator("script[type=module]").get_attribute("src")
    assert address == f"{new.folder}page.en.js", "a page that was kept under the old release runs under the new one"
    assert page.locator("#verdict").get_attribute("data-state") == "verified"


def test_a_release_that_cannot_be_fetched_whole_changes_nothing(page, world, serve, newer):
    server = serve(world.ledger, world.folder)
    old = server.app.state.page.current()
    visit(page, server)
    server.app.state.page = newer
    files = dict(newer.current().files)
    del files["offline.html"]
    object.__setattr__(newer.current(), "files", files)
    assert page.evaluate(UPDATED) == "redundant"
    server.stop()
    page.reload()
    page.wait_for_selector("#verdict")
    assert old.folder in page.locator("script[type=module]").get_attribute("src")
    assert page.locator("#verdict").get_attribute("data-state") == "verified"
