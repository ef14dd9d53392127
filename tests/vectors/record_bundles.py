"""Records an evidence bundle, once: `python -m tests.vectors.record_bundles`. Nothing is written over.

It is what `suyuan evidence-bundle` makes for a warehouse that was granted a payment: body, amount, source document.
`v1/files/bundles.json` says for whom it verifies, and what its attachment is.
"""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

from typer.testing import CliRunner

from ledger.cli.commands import app
from ledger.compose.event import AttachmentDraft, Draft
from tests.ledger.cli.conftest import SECRET
from tests.ledger.cli.participants import Street, open_street
from tests.vectors.recording import record_once
from tests.world import DAY, FIRM, ORDER, now, tell_parcel
from verifier.ledgerformat.trust_policy import format_trust_policy

SOURCE = b"<source>invented</source>"


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    os.environ["PASS"] = SECRET
    with contextlib.chdir(root), open_street(root) as street:
        payment = pay(street)
        keys = (*street.asking("payer"), *street.speaking("payer"))
        run("grant", "give", street.uri("warehouse"), payment.name.hex(), *fields(), "--until", now() + DAY, *keys)
        street.publish()
        words = ("--grantee", street.uri("warehouse"), "--purpose", "dispute", "--out", "order.bundle")
        run("evidence-bundle", ORDER, *words, *street.to, *street.asking("customs"))
        policy = format_trust_policy(street.world.standpoint().policy).decode()
        about = {"policy": policy, "at": int(time.time()), "payment": payment.name.hex(), "source": SOURCE.hex()}
    return {"order.bundle": (root / "order.bundle").read_bytes(), "bundles.json": json.dumps(about, indent=1).encode()}


def pay(street: Street):
    """Return the payment, said with its source document, once keys ask for and say what is needed."""
    tell_parcel(street.world, until="order")
    source = {"/source": AttachmentDraft("application/xml", SOURCE)}
    paid = Draft("order.payment", now(), {"order": ORDER}, {"firm": FIRM}, {"/amount": "199.00"}, source)
    (payment,) = street.world.say("payer", paid)
    street.asking("customs")
    street.asking("payer")
    street.speaking("payer")
    return payment


def fields() -> list[str]:
    """Return the options of what is granted."""
    return [word for each in ("body", "/amount", "/source") for word in ("--field", each)]


def run(*words: object) -> None:
    """Run a command, which has to succeed."""
    ran = CliRunner().invoke(app, [str(each) for each in words], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output


if __name__ == "__main__":
    sys.exit(record_once(record, "bundles.json"))
