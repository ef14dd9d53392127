"""Receipts: believed only when they are the trusted ledger's, and redeemed once a quorum stands behind them."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.gateway.intake import read_ceb
from ledger.gateway.looking import receipt_json
from ledger.gateway.opening import Options, open_gateway
from ledger.gateway.receipts import ReceiptChecker
from ledger.gateway.sending import Sender
from ledger.readers.ceb import Facts
from tests.ledger.client.serving import Reply, Service
from tests.ledger.gateway.zone import QUICK, found_firms, messages_of, until
from verifier.errors import SuyuanError
from verifier.primitives.checkpoint import parse_signed_checkpoint


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory):
    made = found_firms(tmp_path_factory.mktemp("witnessed") / "zone", witnesses=3)
    made.cosign()
    yield made
    made.ledger.close()


@pytest.fixture
def served(witnessed):
    service = Service(witnessed.ledger)
    yield service
    service.close()


@pytest.fixture
def opened(witnessed, served, tmp_path):
    platform = witnessed.cast["platform"]
    sender = Sender(platform.uri, platform.signer, witnessed.folder / "platform.pem")
    made = open_gateway(
        Options(
            folder=tmp_path / "gateway", url=served.url, senders=[sender], types=witnessed.zone.types,
            policy=witnessed.standpoint().policy, limits=QUICK,
        )
    )  # fmt: skip
    made.gateway.start()
    yield made
    made.gateway.close()


def hand_over(opened, witnessed, seed):
    ((_, message),) = messages_of([seed], ["CEB311"])
    arrival = read_ceb(message, facts=Facts(to=witnessed.cast["seller"].uri))
    (item,) = opened.gateway.take(arrival).result(10).items
    return item["item"]


def test_a_promise_is_redeemed_when_the_witnesses_have_cosigned(opened, witnessed):
    item = hand_over(opened, witnessed, 80_001)
    assert opened.gateway.wait_idle(20)
    assert receipt_json(opened.gateway, item)["standing"] == "promised"
    witnessed.cosign()
    until(lambda: receipt_json(opened.gateway, item)["standing"] == "recorded")
    told = receipt_json(opened.gateway, item)
    checkpoint, _ = parse_signed_checkpoint(base64.urlsafe_b64decode(told["checkpoint"] + "=="))
    assert checkpoint.size > told["leaf"]
    until(lambda: not list((opened.gateway.store.folder / "receipts").glob("*.promise")))


def test_a_promise_that_nobody_has_cosigned_yet_is_asked_for_seldom(opened, witnessed, served):
    hand_over(opened, witnessed, 80_005)
    assert opened.gateway.wait_idle(20)
    asked = len(served.asked)
    for _ in range(3):
        assert opened.redeemer.turn()
    assert len(served.asked) - asked <= 5


def test_a_receipt_of_another_statement_is_no_receipt(opened, witnessed, served):
    first = hand_over(opened, witnessed, 80_002)
    assert opened.gateway.wait_idle(20)
    other = receipt_json(opened.gateway, first)["receipt"]

    def lie(body):
        true = served.submit(body)
        return Reply(base64.urlsafe_b64decode(other + "=="), true.kind, true.status, true.headers)

    served.lies["/entries"] = lie
    item = hand_over(opened, witnessed, 80_003)
    until(lambda: bool(opened.gateway.sending.troubles))
    assert receipt_json(opened.gateway, item)["state"] == "signed"
    del served.lies["/entries"]
    assert opened.gateway.wait_idle(20)
    assert receipt_json(opened.gateway, item)["state"] == "recorded"


def test_a_checker_believes_no_ledger_but_the_one_that_is_pinned(witnessed, served, tmp_path, opened):
    item = hand_over(opened, witnessed, 80_004)
    assert opened.gateway.wait_idle(20)
    told = receipt_json(opened.gateway, item)
    statement, receipt = (base64.urlsafe_b64decode(told[name] + "==") for name in ("statement", "receipt"))
    client = LedgerClient(served.url, patience=Patience(attempts=1))
    policy = witnessed.standpoint().policy
    ReceiptChecker(client, policy)(statement, receipt)
    altered = bytearray(receipt)
    altered[-1] ^= 1
    with pytest.raises(SuyuanError):
        ReceiptChecker(client, policy)(statement, bytes(altered))

    with pytest.raises(SuyuanError):
        ReceiptChecker(client, replace(policy, charter=bytes(32)))(statement, receipt)


def test_promises_of_one_round_ask_for_what_they_share_once(opened, witnessed, served):
    items = []
    for seed in range(80_010, 80_014):  # a batch each
        items.append(hand_over(opened, witnessed, seed))
        assert opened.gateway.wait_idle(20)
    before = served.asked.count("GET /charter")
    witnessed.cosign()
    until(lambda: all(receipt_json(opened.gateway, item)["standing"] == "recorded" for item in items))
    assert served.asked.count("GET /charter") - before <= 2
    assert not list((opened.gateway.store.folder / "receipts").glob("*")), "nothing lies about"


def test_a_receipt_that_is_none_is_laid_down_for_somebody_to_see_and_keeps_no_other_back(opened, witnessed, served):
    first = hand_over(opened, witnessed, 80_020)
    assert opened.gateway.wait_idle(20)
    second = hand_over(opened, witnessed, 80_021)
    assert opened.gateway.wait_idle(20)
    identity = receipt_json(opened.gateway, second)["identity"]

    def lie(body):
        true = served._pass_on("GET", f"/entries/{identity}", body, {"accept": "application/cose"})
        return Reply(true.body[:-1] + bytes([true.body[-1] ^ 1]), true.kind, true.status, true.headers)

    served.lies[f"/entries/{identity}"] = lie
    witnessed.cosign()
    until(lambda: opened.gateway.chore_fault is not None)
    until(lambda: receipt_json(opened.gateway, first)["standing"] == "recorded")
    kinds = {each.suffix for each in (opened.gateway.store.folder / "receipts").glob(f"{identity}.*")}
    assert {".statement", ".promise"} <= kinds
    assert receipt_json(opened.gateway, second)["standing"] == "promised"
    del served.lies[f"/entries/{identity}"]
    until(lambda: receipt_json(opened.gateway, second)["standing"] == "recorded")
