"""How each format's vectors are read: a reader returns the facts that a vector promises, or refuses it.

Every reader that can, also writes again what it read, and compares. A format to come adds a folder below
`v1/`, and a reader here.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from tests.vectors.derived_readers import DERIVED_READERS
from tests.vectors.proof_readers import PROOF_READERS
from tests.vectors.result_readers import RESULT_READERS
from tests.vectors.signed_readers import SIGNED_READERS
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import event_name, format_head, parse_head
from verifier.ledgerformat.hidden_code import check_hidden_code, hidden_digest, parse_hidden_code
from verifier.ledgerformat.index import check_index, format_index_proof, parse_index_proof
from verifier.ledgerformat.subject import form_of, subject_name
from verifier.ledgerformat.trust_policy import format_trust_policy, parse_trust_policy
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.base64strict import format_base64url
from verifier.primitives.cbor import format_cbor, parse_cbor
from verifier.primitives.checkpoint import cosigned_bytes, format_checkpoint, parse_checkpoint, verify_lines
from verifier.primitives.keys import format_key, parse_key
from verifier.primitives.merkle import check_consistency, check_inclusion, root_of_shared_path
from verifier.primitives.note import (
    Note,
    format_note,
    format_signature_line,
    format_vkey,
    parse_note,
    parse_signature_line,
    parse_vkey,
)
from verifier.primitives.strict_json import parse_json
from verifier.primitives.tiles import format_bundle, format_tile_path, parse_bundle, parse_tile_path
from verifier.primitives.tlog_policy import TlogPolicy, parse_tlog_policy

Vector = Mapping[str, Any]
Facts = dict[str, Any]
Reader = Callable[[Vector], Facts]


def given_bytes(vector: Vector) -> bytes:
    """Return what is to be read: `hex`, or the UTF-8 of `text`."""
    return bytes.fromhex(vector["hex"]) if "hex" in vector else vector["text"].encode()


def read_cbor(vector: Vector) -> Facts:
    data = given_bytes(vector)
    assert format_cbor(parse_cbor(data)) == data
    return {}


def read_json(vector: Vector) -> Facts:
    return {"value": parse_json(given_bytes(vector))}


def read_hidden_code(vector: Vector) -> Facts:
    hidden = parse_hidden_code(vector["text"])
    item = check_hidden_code(hidden, parse_body(vector["body"].encode()))
    digest = format_base64url(hidden_digest(item, hidden))
    return {"item": item, "salt": hidden.salt.hex(), "code": hidden.code, "text": hidden.text, "digest": digest}


def read_note(vector: Vector) -> Facts:
    data = given_bytes(vector)
    note = parse_note(data)
    assert format_note(note) == data
    if "vkey" in vector:
        key = parse_vkey(vector["vkey"])
        assert {(key.name, key.key_id)} == {(line.name, line.key_id) for line in note.signatures}
        key.key.verify(note.signatures[0].blob, note.text.encode())
    lines = note.signatures
    return {"text": note.text, "names": [each.name for each in lines], "key_ids": [each.key_id.hex() for each in lines]}


def read_vkey(vector: Vector) -> Facts:
    key = parse_vkey(vector["text"])
    assert format_vkey(key) == vector["text"]
    return {"name": key.name, "type": key.kind, "key_id": key.key_id.hex(), "public": key.key.raw.hex()}


def read_checkpoint(vector: Vector) -> Facts:
    checkpoint = parse_checkpoint(vector["text"])
    assert format_checkpoint(checkpoint) == vector["text"]
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}


def read_cosignature(vector: Vector) -> Facts:
    key, checkpoint = parse_vkey(vector["vkey"]), parse_checkpoint(vector["checkpoint"])
    line = parse_signature_line(vector["line"])
    assert format_signature_line(line) == vector["line"] + "\n"
    (verified,) = verify_lines(checkpoint, Note(vector["checkpoint"], (line,)), [key])
    return {"time": verified.time, "message": cosigned_bytes(key, checkpoint, verified.time or 0).hex()}


def read_tile_path(vector: Vector) -> Facts:
    tile = parse_tile_path(vector["text"])
    assert format_tile_path(tile) == vector["text"]
    return {"level": "entries" if tile.level is None else tile.level, "number": tile.number, "width": tile.width}


def read_bundle(vector: Vector) -> Facts:
    data = given_bytes(vector)
    entries = parse_bundle(data, vector["width"])
    assert format_bundle(entries) == data
    return {"entries": [each.hex() for each in entries]}


def read_tlog_policy(vector: Vector) -> Facts:
    policy = parse_tlog_policy(vector["text"])
    groups = {name: [group.threshold, list(group.members)] for name, group in policy.groups.items()}
    facts = {"logs": [key.name for key in policy.logs], "witnesses": list(policy.witnesses), "groups": groups}
    return facts | {"quorum": policy.quorum, "reached_by": _least_quorums(policy)}


def _least_quorums(policy: TlogPolicy) -> list[list[str]]:
    """Return every set of witnesses that reaches the quorum and has none in it that does."""
    least: list[set[str]] = []
    for count in range(len(policy.witnesses) + 1):
        for names in map(set, combinations(sorted(policy.witnesses), count)):
            reached = policy.satisfied(policy.quorum, [policy.witnesses[name] for name in names])
            if reached and not any(each <= names for each in least):
                least.append(names)
    return [sorted(each) for each in least]


def read_trust_policy(vector: Vector) -> Facts:
    data = given_bytes(vector)
    policy = parse_trust_policy(data)
    assert format_trust_policy(policy) == data
    quorum = policy.policy.quorum if policy.policy else None
    return {"charter": policy.charter.hex(), "max_age": policy.max_age, "replay": policy.replay, "quorum": quorum}


def read_key(vector: Vector) -> Facts:
    key = parse_key(vector["key"])
    assert format_key(key) == vector["key"]
    return {"alg": key.alg, "kid": key.kid.hex()}


def read_signature(vector: Vector) -> Facts:
    parse_key(vector["key"]).verify(bytes.fromhex(vector["signature"]), bytes.fromhex(vector["message"]))
    return {}


def read_subject(vector: Vector) -> Facts:
    return {"form": form_of(vector["text"]), "name": subject_name(vector["text"]).hex()}


def read_head(vector: Vector) -> Facts:
    data = given_bytes(vector)
    head = parse_head(data)
    assert format_head(head) == data
    facts = {"name": event_name(data).hex(), "type": head.type, "principal": head.principal, "time": head.time}
    links = {"joins": [kind for kind, _ in head.joins], "follows": [kind for kind, _ in head.follows]}
    return facts | links | {"about": len(head.about), "to": head.to, "until": head.until}


def read_body(vector: Vector) -> Facts:
    data = given_bytes(vector)
    body = parse_body(data)
    return {"hash": body_hash(data).hex(), "subjects": list(body.all_subjects()), "pointers": sorted(body.digests)}


def read_disclosure(vector: Vector) -> Facts:
    disclosure = parse_disclosure(vector["text"])
    digest = format_base64url(disclosure.digest)
    return {"pointer": disclosure.pointer, "value": disclosure.value, "digest": digest}


def read_type_file(vector: Vector) -> Facts:
    kind = parse_type(given_bytes(vector))
    kinds = {"joined_kinds": sorted(kind.joined_kinds), "followed_kinds": sorted(kind.followed_kinds)}
    return {"type": kind.name, "version": kind.version, "permanent": kind.permanent} | kinds


def read_index_proof(vector: Vector) -> Facts:
    data = given_bytes(vector)
    proof = parse_index_proof(parse_cbor(data))
    assert format_cbor(format_index_proof(proof)) == data
    claims = {bytes.fromhex(key): value and bytes.fromhex(value) for key, value in vector["claims"].items()}
    check_index(bytes.fromhex(vector["root"]), claims, proof)
    return {}


def read_inclusion(vector: Vector) -> Facts:
    path = [bytes.fromhex(each) for each in vector["path"]]
    parts = {"index": vector["index"], "size": vector["size"], "path": path}
    check_inclusion(**parts, leaf=bytes.fromhex(vector["leaf"]), root=bytes.fromhex(vector["root"]))
    return {}


def read_consistency(vector: Vector) -> Facts:
    path = [bytes.fromhex(each) for each in vector["path"]]
    roots = {"root": bytes.fromhex(vector["root"]), "newer_root": bytes.fromhex(vector["newer_root"])}
    check_consistency(size=vector["size"], newer_size=vector["newer_size"], path=path, **roots)
    return {}


def read_shared_path(vector: Vector) -> Facts:
    leaves = {int(position): bytes.fromhex(leaf) for position, leaf in vector["leaves"].items()}
    return {"root": root_of_shared_path(vector["size"], leaves, bytes.fromhex(vector["path"])).hex()}


OWN_READERS: dict[str, Reader] = {
    "hidden-code": read_hidden_code,
    "body": read_body,
    "bundle": read_bundle,
    "cbor": read_cbor,
    "checkpoint": read_checkpoint,
    "cosignature": read_cosignature,
    "disclosure": read_disclosure,
    "head": read_head,
    "index-proof": read_index_proof,
    "json": read_json,
    "key": read_key,
    "merkle-consistency": read_consistency,
    "merkle-inclusion": read_inclusion,
    "note": read_note,
    "shared-path": read_shared_path,
    "signature": read_signature,
    "subject": read_subject,
    "tile-path": read_tile_path,
    "tlog-policy": read_tlog_policy,
    "trust-policy": read_trust_policy,
    "type-file": read_type_file,
    "vkey": read_vkey,
}
READERS = OWN_READERS | SIGNED_READERS | DERIVED_READERS | PROOF_READERS | RESULT_READERS
