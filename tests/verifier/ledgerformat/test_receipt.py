import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import MTH, PATH
from tests.verifier.ledgerformat.signed import KEYS, ORIGIN, entries, receipt, receipts
from tests.verifier.primitives.keyring import signer
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import BadSignatureError, MalformedError, MismatchError, NotIncludedError, VerificationError
from verifier.ledgerformat.receipt import Receipt, format_receipt, parse_receipt, receipt_root, verify_receipt
from verifier.primitives.cbor import format_cbor
from verifier.primitives.cose import Sign1, format_sign1
from verifier.primitives.keys import EDDSA, ES256
from verifier.primitives.merkle import leaf_hash

KEY = KEYS.receipt.public
CLAIMS = {1: ORIGIN, 2: "urn:suyuan:receipt", 6: 1_763_800_000}
HEADER = {1: -8, 4: KEY.kid, 15: CLAIMS, 395: 1, "tree-size": 5}
PROOF = [5, 2, [bytes(32)] * 3]


def written_again(parsed: Receipt) -> bytes:
    parts = {"protected": parsed.protected, "signature": parsed.signature}
    return format_receipt(**parts, size=parsed.size, index=parsed.index, path=list(parsed.path))


def spelt(header=HEADER, proof=PROOF, payload=None, proofs=None, unprotected=None):
    inclusion = [format_cbor(proof)] if proofs is None else proofs
    return format_sign1(Sign1(format_cbor(header), unprotected or {396: {-1: inclusion}}, payload, bytes(64)))


class TestReceipt:
    """RFC 9942, vds 1. Protected, exactly: 1 alg · 4 kid · 15 {1 origin, 2 `urn:suyuan:receipt`, 6 iat} · 395 1 ·
    "tree-size" size. Unprotected, exactly {396: {-1: [bstr .cbor [size, index, [path]]]}}. Payload nil."""

    @given(receipts())
    def test_is_read_as_it_was_made(self, data):
        assert written_again(parse_receipt(data)) == data

    @given(st.one_of(st.binary(max_size=120), bent(receipts())))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_receipt, data, written_again)

    @given(receipts())
    def test_cbor2_reads_the_same_parts(self, data):
        parsed = parse_receipt(data)
        protected, unprotected, payload, signature = cbor2.loads(data).value
        (proof,) = unprotected[396][-1]
        assert cbor2.loads(proof) == [parsed.size, parsed.index, list(parsed.path)]
        assert (payload, signature) == (None, parsed.signature)
        claims = {1: ORIGIN, 2: "urn:suyuan:receipt", 6: parsed.time}
        assert cbor2.loads(protected) == {1: -8, 4: KEY.kid, 15: claims, 395: 1, "tree-size": parsed.size}

    def test_proves_every_leaf_of_small_logs(self):
        """Path: leaf sibling first (RFC 9162 §2.1.3). What is signed is the root."""
        for size in range(2, 12):
            log = entries(size)
            for index in range(size):
                parsed = parse_receipt(receipt(index, size))
                assert list(parsed.path) == PATH(index, log)
                root = verify_receipt(parsed, leaf=leaf_hash(log[index]), key=KEY, origin=ORIGIN)
                assert root == MTH(log) == receipt_root(parsed, leaf_hash(log[index]))

    def test_has_the_header_and_signature_that_all_of_its_checkpoint_have(self):
        some = [parse_receipt(receipt(index, 9)) for index in range(9)]
        assert len({(each.protected, each.signature) for each in some}) == 1

    @given(bent(st.just(receipt(3, 9))))
    def test_bent_proves_nothing(self, data):
        parsed = parse_or_refuse(parse_receipt, data)
        if parsed is not None and data != receipt(3, 9):
            with pytest.raises(VerificationError):
                verify_receipt(parsed, leaf=leaf_hash(entries(9)[3]), key=KEY, origin=ORIGIN)

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"leaf": leaf_hash(b"another")}, BadSignatureError),
            ({"leaf": leaf_hash(entries(9)[4])}, BadSignatureError),
            ({"key": signer(EDDSA, "other").public}, MismatchError),
            ({"key": signer(ES256).public}, MismatchError),
            ({"key": KEYS.seal.public}, MismatchError),
            ({"origin": "other.example/log"}, MismatchError),
            ({"leaf": bytes(31)}, NotIncludedError),
        ],
    )
    def test_of_something_else_is_refused(self, changes, error):
        right = {"leaf": leaf_hash(entries(9)[3]), "key": KEY, "origin": ORIGIN}
        with pytest.raises(error):
            verify_receipt(parse_receipt(receipt(3, 9)), **right | changes)

    @pytest.mark.parametrize("index", [5, 6, 2**40])
    def test_of_a_leaf_outside_the_tree_is_refused(self, index):
        with pytest.raises(NotIncludedError):
            receipt_root(parse_receipt(spelt(proof=[5, index, [bytes(32)]])), bytes(32))

    def test_says_its_size_under_the_signature(self):
        """One root is the root of one size only by convention: sizes 5 to 8 share paths of leaf 0."""
        other = spelt(proof=[6, 0, [bytes(32)] * 3])
        with pytest.raises(MalformedError, match="tree-size"):
            parse_receipt(other)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"payload": bytes(32)}, "receipt.payload"),
        ({"payload": b""}, "receipt.payload"),
        ({"header": HEADER | {395: 2}}, "receipt"),
        ({"header": {label: value for label, value in HEADER.items() if label != 395}}, "receipt"),
        ({"header": {label: value for label, value in HEADER.items() if label != "tree-size"}}, "receipt"),
        ({"header": HEADER | {3: "text/plain"}}, "receipt"),
        ({"header": HEADER | {1: -9}}, "receipt"),
        ({"header": HEADER | {4: KEY.kid[:31]}}, "receipt"),
        ({"header": HEADER | {4: KEY.kid + b"\x00"}}, "receipt"),
        ({"header": HEADER | {4: None}}, "receipt"),
        ({"header": HEADER | {"tree-size": "5"}}, "receipt"),
        ({"header": HEADER | {"tree-size": -5}, "proof": [-5, 2, [bytes(32)]]}, "receipt"),
        ({"header": HEADER | {15: CLAIMS | {1: 0}}}, "receipt"),
        ({"header": HEADER | {15: CLAIMS | {6: -1}}}, "receipt"),
        ({"header": HEADER | {15: CLAIMS | {6: "now"}}}, "receipt"),
        ({"header": HEADER | {15: CLAIMS | {2: "urn:suyuan:seal"}}}, "receipt.claims"),
        ({"header": HEADER | {15: CLAIMS | {3: [ORIGIN]}}}, "receipt.claims"),
        ({"header": HEADER | {15: {1: ORIGIN, 2: "urn:suyuan:receipt"}}}, "receipt.claims"),
        ({"unprotected": {396: {-2: [b""]}}}, "receipt"),
        ({"unprotected": {396: {-1: [format_cbor(PROOF)], -2: [b""]}}}, "receipt"),
        ({"unprotected": {396: {-1: [format_cbor(PROOF)]}, 1: 0}}, "receipt"),
        ({"unprotected": {396: [format_cbor(PROOF)]}}, "receipt"),
        ({"unprotected": {395: {-1: [format_cbor(PROOF)]}}}, "receipt"),
        ({"proofs": []}, "receipt"),
        ({"proofs": [format_cbor(PROOF)] * 2}, "receipt"),
        ({"proofs": format_cbor(PROOF)}, "receipt"),
        ({"proofs": [PROOF]}, "receipt.proof"),
        ({"proofs": [b""]}, "receipt.proof"),
        ({"proofs": [format_cbor(PROOF) + b"\x00"]}, "receipt.proof"),
        ({"proof": [6, 2, [bytes(32)] * 3]}, "receipt.tree-size"),
        ({"proof": [5, 2]}, "receipt.proof"),
        ({"proof": [5, 2, [], 0]}, "receipt.proof"),
        ({"proof": {}}, "receipt.proof"),
        ({"proof": [5, 2, []]}, "receipt.proof"),
        ({"proof": [5, 2, bytes(32)]}, "receipt.proof"),
        ({"proof": ["5", 2, [bytes(32)]]}, "receipt.proof"),
        ({"proof": [5, None, [bytes(32)]]}, "receipt.proof"),
        ({"proof": [5, -1, [bytes(32)]]}, "receipt.proof"),
        ({"proof": [5, 2, [bytes(31)]]}, "receipt.proof.path"),
        ({"proof": [5, 2, [bytes(32), "x"]]}, "receipt.proof.path"),
    ],
)
def test_a_wrong_part_is_refused_by_its_name(parts, field):
    parse_receipt(spelt())
    with pytest.raises(MalformedError) as refusal:
        parse_receipt(spelt(**parts))
    assert refusal.value.field == field
