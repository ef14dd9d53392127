"""What row 10 of the capabilities promises, on its examples: a settlement in yuan against the list that it is for."""

from __future__ import annotations

import json

import pytest

from fixtures.examples import read_example
from tests.ledger.vocabulary.conftest import found
from tests.ledger.vocabulary.telling import altered
from verifier.cli.main import main
from verifier.errors import SuyuanError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.merkle import leaf_hash

SETTLED, LISTED, YUAN = "finance.fx-settled", "clearance.export-list", "142"


@pytest.fixture
def ledger_and_teller(tmp_path):
    ledger, teller = found(tmp_path / "zone")
    yield ledger, teller
    ledger.close()


def shown(folder, event):
    """Write a file as the ledger answers disclosures; return its path."""
    texts = {parse_disclosure(each).pointer: each for each in event.disclosures}
    path = folder / f"{event.name.hex()}.json"
    path.write_text(json.dumps({"event": event.name.hex(), "disclosures": texts}))
    return str(path)


def recomputed(ledger, folder, capsys, declaration, *events):
    """Return what `suyuan-verify recompute` says of settlements, over the parties' trace of a declaration."""
    with ledger.store.read() as reader:
        policy = TrustPolicy(leaf_hash(reader.entries(0, 1)[0]))
    (folder / "trust.policy").write_bytes(format_trust_policy(policy))
    (folder / "list.trace").write_bytes(ledger.prover.trace(declaration, walk="parties").data)
    files = [str(folder / "list.trace"), *(shown(folder, each) for each in events)]
    main(["recompute", *files, "--policy", str(folder / "trust.policy"), "--json"])
    (result,) = [each for each in json.loads(capsys.readouterr().out)["results"] if each["what"] == "settlement"]
    return result


def test_a_settlement_in_yuan_is_gated_counted_once_and_held_against_what_was_cleared(
    ledger_and_teller, tmp_path, capsys
):
    ledger, teller = ledger_and_teller
    settlement = read_example(SETTLED)
    (declaration,) = settlement.event["subjects"]["declarations"]
    assert settlement.event["data"]["currency"] == YUAN
    for name in settlement.after:
        if name != "transport.departure":
            teller.tell(name)
    with pytest.raises(SuyuanError, match="settled-before-departure"):
        teller.say(settlement)
    settled, listed = teller.tell(SETTLED), teller.tell(LISTED)
    with pytest.raises(SuyuanError, match="settled-twice"):
        teller.say(settlement)
    result = recomputed(ledger, tmp_path, capsys, declaration, listed, settled)
    assert (result["outcome"], result["missing"]) == ("confirmed", [])
    receipts = [settlement.event["subjects"]["receipts"][0][:-8] + "01234567"]
    more = altered(
        SETTLED,
        subjects={"declarations": [declaration], "receipts": receipts},
        disclosed={"/amounts": {"settled": "0.01"}},
    )
    second = teller.say(more)
    result = recomputed(ledger, tmp_path, capsys, declaration, listed, settled, second)
    assert result["outcome"] == "refuted", "a second receipt that makes it more than was cleared"
