"""What is answered directly is answered as its route would answer it."""

from __future__ import annotations

import re

import pytest

from verifier.primitives.checkpoint import parse_signed_checkpoint

TRACE = "application/vnd.suyuan.trace+cbor"
OWN = {"date", "suyuan-request"}  # header fields of one answer alone
GOOD = "06901234567892"
ASKED = [
    ("GET", f"/01/{GOOD}/21/D1", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/nobody-has-it", {"Accept": TRACE}),
    ("HEAD", f"/01/{GOOD}/21/D1", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/D1", {"Accept": "text/html", "Accept-Language": "en"}),
    ("GET", f"/01/{GOOD}/21/D1", {"Accept": "application/json", "Accept-Language": "zh"}),
    ("GET", f"/01/{GOOD}/21/D1", {"Accept": "application/linkset+json"}),
    ("GET", f"/01/{GOOD}/21/D1", {"Accept": "image/png"}),
    ("GET", f"/01/{GOOD}/21/A%2F1", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/A%2f1", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/D%311", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/123456789012345678901", {"Accept": TRACE}),
    ("GET", "/01/06901234567890/21/D1", {"Accept": TRACE}),
    ("GET", "/01/6901234567892/21/D1", {"Accept": "text/html"}),
    ("GET", f"/01/{GOOD}/21/D1?", {"Accept": TRACE}),
    ("GET", f"/01/{GOOD}/21/D1?format=proof", {}),
    ("GET", f"/01/{GOOD}/21/D1?colour=red", {}),
    ("GET", f"/01/{GOOD}/21/D1?linkType=gs1:traceability", {}),
    ("GET", f"/01/{GOOD}/21/D1", {"Accept": TRACE, "Signature": "sig=:AAAA:"}),
    ("POST", f"/01/{GOOD}/21/D1", {}),
    ("GET", "/tile/0/000.p/7", {}),
    ("GET", "/tile/0/000", {}),
    ("GET", "/tile/0/000", {}),
    ("GET", "/tile/1/000.p/1", {}),
    ("GET", "/tile/0/999", {}),
    ("GET", "/tile/64/000", {}),
    ("GET", "/tile/00/000", {}),
    ("GET", "/tile/0/00x", {}),
    ("GET", "/tile/0/000.p/256", {}),
    ("GET", "/tile/0/000?colour=red", {}),
    ("GET", "/tile/entries/000.p/7", {}),
]


@pytest.fixture(scope="module")
def servers(tmp_path_factory, zone_terms):
    """One ledger of more than a full tile, behind a server as it is and one that answers nothing directly."""
    world = zone_terms.World(tmp_path_factory.mktemp("direct") / "zone")
    zone_terms.tell(world)
    world.zone.say(world.seller, [zone_terms.item("D1")])
    ledger = world.ledger
    pending = [ledger.submit(world.submission(world.seller, zone_terms.item(f"D{n}"))) for n in range(2, 262)]
    for each in pending:
        each.result()
    ledger.writer.call(ledger.writer.sequencer.publish).result()
    with pytest.MonkeyPatch.context() as patch:
        direct = zone_terms.Server(ledger, zone_terms.settings_for(world.folder))
        patch.setattr("api.app.direct_routes", tuple)
        usual = zone_terms.Server(ledger, zone_terms.settings_for(world.folder))
    yield direct, usual
    direct.stop()
    usual.stop()
    world.close()


@pytest.mark.parametrize(("method", "path", "headers"), ASKED, ids=lambda each: str(each)[:60])
def test_the_answer_is_that_of_the_route(servers, method, path, headers):
    direct, usual = (each.ask(method, path, headers=headers) for each in servers)
    assert direct.status == usual.status
    assert _body(direct) == _body(usual)
    assert _fields(direct) == _fields(usual)


def _body(answer):
    """Return an answer's body without what two servers say differently; of a page, which tells its age, nothing."""
    return b"" if _is_page(answer) else re.sub(rb"127\.0\.0\.1:[0-9]+", b"", answer.body)


def _fields(answer):
    own = {*OWN, "content-length"} if _is_page(answer) else OWN
    return sorted((name.lower(), value) for name, value in answer.headers.items() if name.lower() not in own)


def _is_page(answer):
    return answer.headers.get("Content-Type", "").startswith("text/html")


def test_a_full_tile_was_there_to_compare(servers):
    assert parse_signed_checkpoint(servers[0].get("/checkpoint").body)[0].size > 256
    assert len(servers[0].get("/tile/0/000").body) == 256 * 32


@pytest.mark.parametrize(
    ("path", "route"),
    [(f"/01/{GOOD}/21/D1", "/01/{gtin}/21/{serial:path}"), ("/tile/0/000", "/tile/{level}/{path:path}")],
)
def test_the_log_names_the_route(servers, path, route):
    for server in servers:
        request = server.get(path, TRACE).headers["Suyuan-Request"]
        line = server.logged(lambda line, request=request: line.get("request") == request)
        assert (line["route"], line["status"]) == (route, 200)
