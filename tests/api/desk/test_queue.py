"""Pages of an inbox, as the desk reads them: together they are the inbox, filtered or not."""

from __future__ import annotations

import pytest

from ledger.client.client import LedgerClient
from ledger.endorsing.queue import Item, read_inbox, read_page
from ledger.signing.keyfile import load_key
from tests.api.desk.conftest import SECRET


@pytest.mark.parametrize("types", [(), ("clearance.*", "filing.*"), ("order.*",)])
@pytest.mark.parametrize("limit", [2, 1000])
def test_pages_together_are_the_inbox(office, types, limit):
    uri = office.world.cast["customs"].uri
    client = LedgerClient(office.service.url, request_key=load_key(office.folder / "desk.pem", SECRET.encode()))
    found: list[Item] = []
    page = read_page(client, uri, limit=limit, types=types)
    while True:
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            break
        page = read_page(client, uri, after=page.next, limit=limit, types=types)
    assert found == list(read_inbox(client, uri, types=types))
    assert page.total == len(list(read_inbox(client, uri)))
    assert {each.issuer_names["en"] for each in found} <= {"Example Seller", "Example Inspection"}
