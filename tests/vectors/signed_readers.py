"""How vectors of what participants and ledgers sign are read."""

from collections.abc import Callable, Mapping
from typing import Any

from verifier.ledgerformat.batch_answer import format_batch_answer, parse_batch_answer
from verifier.ledgerformat.receipt import format_receipt, parse_receipt, verify_receipt
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.statement import Envelope, check_batch, parse_entry, parse_statement, statement_identity
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.primitives.keys import parse_key
from verifier.primitives.merkle import leaf_hash

Vector = Mapping[str, Any]
Facts = dict[str, Any]


def read_statement(vector: Vector) -> Facts:
    entry = bytes.fromhex(vector["hex"])
    statement = parse_statement(entry)
    assert statement.entry == entry
    if "key" in vector:
        statement.verify(parse_key(vector["key"]))
    if "heads" in vector:
        check_batch(statement, [bytes.fromhex(each) for each in vector["heads"]])
    header = statement.header
    names = {"alg": header.alg, "kid": header.kid.hex(), "iss": header.issuer, "aud": list(header.audience)}
    payload = {"root": statement.root.hex(), "count": statement.count, "first": statement.first}
    return {"leaf": leaf_hash(entry).hex(), "identity": statement_identity(statement).hex()} | names | payload


def read_envelope(vector: Vector) -> Facts:
    entry = bytes.fromhex(vector["hex"])
    envelope = parse_entry(entry)
    assert isinstance(envelope, Envelope)
    assert envelope.entry == entry
    if "key" in vector:
        envelope.verify(parse_key(vector["key"]))
    header = envelope.header
    names = {"iss": header.issuer, "sub": header.subject, "aud": list(header.audience)}
    return {"leaf": leaf_hash(entry).hex(), "digest": envelope.digest.hex()} | names


def read_seal(vector: Vector) -> Facts:
    entry = bytes.fromhex(vector["hex"])
    signed = parse_seal(entry)
    assert signed.entry == entry
    if "key" in vector:
        signed.verify(parse_key(vector["key"]), vector["origin"])
    seal = signed.seal
    block = {"first": seal.first, "covered": seal.covered, "previous": seal.previous and seal.previous.hex()}
    return {"leaf": leaf_hash(entry).hex()} | block | {"root": seal.root.hex(), "keys": seal.keys, "time": seal.time}


def read_receipt(vector: Vector) -> Facts:
    data = bytes.fromhex(vector["hex"])
    receipt = parse_receipt(data)
    place = {"size": receipt.size, "index": receipt.index}
    parts = {"protected": receipt.protected, "signature": receipt.signature, "path": list(receipt.path)}
    assert format_receipt(**parts, **place) == data
    parts = {"leaf": leaf_hash(bytes.fromhex(vector["entry"])), "key": parse_key(vector["key"])}
    root = verify_receipt(receipt, origin=vector["origin"], **parts)
    return {"root": root.hex(), "time": receipt.time} | place


def read_submission(vector: Vector) -> Facts:
    data = bytes.fromhex(vector["hex"])
    submission = parse_submission(data)
    assert format_submission(submission) == data
    disclosures = [list(each) for each in submission.disclosures]
    return {
        "statement": submission.statement.hex(),
        "heads": [each.hex() for each in submission.heads],
        "bodies": [each.hex() for each in submission.bodies],
        "disclosures": disclosures,
        "attachments": [each.hex() for each in submission.attachments],
    }


def read_batch_answer(vector: Vector) -> Facts:
    data = bytes.fromhex(vector["hex"])
    events = parse_batch_answer(data)
    assert format_batch_answer(events) == data
    return {"heads": [each.head.hex() for each in events], "bodies": [each.body and each.body.hex() for each in events]}


SIGNED_READERS: dict[str, Callable[[Vector], Facts]] = {
    "batch-answer": read_batch_answer,
    "envelope": read_envelope,
    "receipt": read_receipt,
    "seal": read_seal,
    "statement": read_statement,
    "submission": read_submission,
}
