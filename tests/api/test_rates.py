"""How often somebody may ask: by address, by key, by what is asked; against a real server."""

from __future__ import annotations

import pytest

from api.errors import RateError
from api.rates import WINDOW, Rates, network_of
from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.errors import BusyError
from ledger.signing.signer import generate
from tests.api.access_world import Asker, ByHand, found_access_world
from tests.api.conftest import Server, settings_for
from verifier.ledgerformat.submission import MEDIA_TYPE
from verifier.primitives.keys import EDDSA


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("rates") / "zone", askers=("customs", "tax"))
    yield made
    made.world.ledger.close()


@pytest.fixture
def serve(zone):
    running = []

    def start(**limits):
        running.append(Server(zone.world.ledger, settings_for(zone.world.folder, **limits)))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def refused(answer, policy, quota):
    assert answer.status == 429, answer.body
    assert 1 <= int(answer.headers["retry-after"]) <= WINDOW + 1
    assert answer.headers["ratelimit-policy"] == f'"{policy}";q={quota};w={WINDOW}'
    assert answer.headers["ratelimit"].startswith(f'"{policy}";r=0;t=')
    assert b"urn:suyuan:problem:rate" in answer.body


def test_an_address_that_signs_nothing_is_answered_so_often_a_minute(serve):
    anybody = Asker(serve(rate_address=5).base)
    assert [anybody.ask("/").status for _ in range(5)] == [200] * 5
    refused(anybody.ask("/"), "address", 5)
    refused(anybody.ask("/no-such-place"), "address", 5)


def test_what_everybody_mirrors_is_not_counted(serve):
    anybody = Asker(serve(rate_address=1).base)
    for path in ("/checkpoint", "/charter", "/tile/0/000.p/2", "/consistency/2/4", "/healthz", "/readyz", "/metrics"):
        assert {anybody.ask(path).status for _ in range(3)} <= {200, 404}
    assert anybody.ask("/").status == 200
    assert anybody.ask("/").status == 429
    assert anybody.ask("/checkpoint").status == 200


def test_each_key_is_counted_for_itself_and_not_with_its_address(zone, serve):
    base = serve(rate_address=1, rate_key=3).base
    customs, tax = (Asker(base, zone.keys[each, "active"]) for each in ("customs", "tax"))
    assert [customs.ask("/").status for _ in range(3)] == [200] * 3
    refused(customs.ask("/"), "key", 3)
    assert tax.ask("/").status == 200
    assert Asker(base).ask("/").status == 200


def test_whoever_names_a_key_that_it_does_not_hold_uses_up_its_own_share(zone, serve):
    base = serve(rate_address=3, rate_key=2).base
    kid = zone.keys["customs", "active"].public.kid.hex()
    guesses = [ByHand(base, generate(EDDSA), parameters={"keyid": kid}).headers() for _ in range(4)]
    assert [Asker(base).ask("/", headers=each).status for each in guesses] == [401, 401, 401, 429]
    assert Asker(base, zone.keys["customs", "active"]).ask("/").status == 200


def test_a_request_that_is_one_too_many_uses_no_nonce(zone, serve):
    nonces = zone.world.ledger.store.nonces()
    customs = Asker(serve(rate_key=1).base, zone.keys["customs", "active"])
    assert customs.ask("/").status == 200
    kept = nonces.kept
    assert customs.ask("/").status == 429
    assert nonces.kept == kept


def test_submissions_have_a_limit_of_their_own(serve):
    anybody = Asker(serve(rate_address=1, rate_submissions=2).base)
    kind = {"Content-Type": MEDIA_TYPE}
    assert [anybody.ask("/validate", "POST", b"\xff", kind).status for _ in range(2)] == [200] * 2
    assert anybody.ask("/").status == 200
    answer = anybody.ask("/entries", "POST", b"\xff", kind)
    assert answer.status == 429
    assert answer.headers["ratelimit-policy"].startswith('"submissions";q=2')


def test_zero_is_no_limit(zone, serve):
    base = serve(rate_address=0, rate_key=0, rate_submissions=0).base
    assert {Asker(base).ask("/search?q=x", headers={}).status for _ in range(20)} == {400}
    assert {Asker(base, zone.keys["tax", "active"]).ask("/").status for _ in range(20)} == {200}


def test_the_client_waits_as_long_as_it_is_asked_to(zone, serve):
    slept = []
    patience = Patience(attempts=2, most=120, sleep=slept.append, spread=lambda: 1.0)  # half as much again
    client = LedgerClient(serve(rate_address=1).base, patience=patience)
    assert client.trace(zone.actor("customs").uri)
    with pytest.raises(BusyError) as busy:
        client.trace(zone.actor("customs").uri)
    assert len(slept) == 1
    assert 1.5 <= slept[0] <= 1.5 * (WINDOW + 1)
    assert 1 <= busy.value.retry_after <= WINDOW + 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", ""),
        ("unix:socket", "unix:socket"),
    ],
)
def test_an_address_of_ipv6_stands_for_its_subscriber(address, network):
    assert network_of(address) == network


def test_a_refusal_counts_nothing_and_names_the_limit():
    rates = Rates(per_address=2, per_key=2, submissions=2)
    for _ in range(2):
        rates.charge_address("192.0.2.1")
    for _ in range(3):
        with pytest.raises(RateError, match="at most 2") as error:
            rates.charge_address("192.0.2.1")
        assert (error.value.policy, error.value.quota) == ("address", 2)
    rates.charge_address("192.0.2.2")
    rates.charge_key(b"\x01" * 32)
