"""Statements and receipts of ours in the hands of a stranger: scitt-cose, which implements the RFCs alone."""

import pytest
import scitt_cose
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given

from tests.verifier.ledgerformat.signed import AGENCY, KEYS, ORIGIN, entries, envelopes, receipt, statements, submission
from tests.verifier.primitives.keyring import signer
from verifier.errors import SuyuanError
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.statement import batch_root, parse_entry, parse_statement
from verifier.primitives.keys import EDDSA, ES256
from verifier.primitives.merkle import leaf_hash


def pem(signs):
    return signs.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(signs):
    return signs.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class TestSignedStatement:
    """A statement is an RFC 9943 Signed Statement."""

    @given(statements())
    def test_of_ours_is_verified(self, entry):
        statement = parse_statement(entry)
        read = scitt_cose.parse_signed_statement(entry, public_key_pem=pem(signer(EDDSA)))
        assert read["signature_verified"] is True
        assert read["issuer"] == statement.header.issuer
        assert read["subject"] == "urn:suyuan:batch"
        assert read["content_type"] == "application/vnd.suyuan.batch+cbor"
        assert read["payload"] == statement.payload

    @pytest.mark.parametrize("alg", [EDDSA, ES256], ids=["EdDSA", "ES256"])
    def test_of_ours_is_verified_with_the_key_that_signed_and_no_other(self, alg):
        entry = submission([b"head"], alg).statement
        assert scitt_cose.verify_sign1(entry, public_key_pem=pem(signer(alg)))
        with pytest.raises(scitt_cose.CoseError):
            scitt_cose.verify_sign1(entry, public_key_pem=pem(signer(alg, "other")))

    @given(envelopes())
    def test_of_ours_may_be_a_hash_envelope(self, entry):
        read = scitt_cose.parse_signed_statement(entry, public_key_pem=pem(signer(EDDSA)))
        assert read["signature_verified"] is True
        assert (read["subject"], read["payload"]) == (parse_entry(entry).header.subject, parse_entry(entry).digest)

    def test_of_theirs_is_read_by_us_when_it_has_our_headers(self):
        heads = [b"head"]
        entry = parse_statement(submission(heads).statement)
        claims = {1: AGENCY, 2: "urn:suyuan:batch", 3: [ORIGIN]}
        theirs = scitt_cose.sign_sign1(
            entry.payload,
            alg="EdDSA",
            private_key_pem=private_pem(signer(EDDSA)),
            protected={1: -8, 3: "application/vnd.suyuan.batch+cbor", 4: signer(EDDSA).public.kid, 15: claims},
        )
        parse_statement(theirs).verify(signer(EDDSA).public)
        assert parse_statement(theirs).root == batch_root(heads)


class TestReceipt:
    """RFC 9942, vds 1"""

    @pytest.mark.parametrize("size", [2, 3, 7, 8, 33])
    def test_of_ours_is_verified(self, size):
        for index, entry in enumerate(entries(size)):
            data = receipt(index, size)
            result = scitt_cose.verify_receipt(data, leaf_entry_hex=entry.hex(), log_public_key_pem=pem(KEYS.receipt))
            assert result.ok, result.errors
            assert (result.tree_size, result.leaf_index) == (size, index)
            assert (result.issuer, result.subject, result.iat) == (ORIGIN, "urn:suyuan:receipt", 1_763_800_000)
            ours = verify_receipt(parse_receipt(data), leaf=leaf_hash(entry), key=KEYS.receipt.public, origin=ORIGIN)
            assert result.root == ours.hex()

    def test_with_a_bit_of_any_byte_changed_is_refused_by_both(self):
        """But a size that fits the same path: RFC 9942 does not sign it, so they accept it, and our header has it."""
        data, entry = receipt(3, 9), entries(9)[3]
        for at in range(len(data)):
            changed = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
            with pytest.raises(SuyuanError):
                verify_receipt(parse_receipt(changed), leaf=leaf_hash(entry), key=KEYS.receipt.public, origin=ORIGIN)
            result = scitt_cose.verify_receipt(
                changed, leaf_entry_hex=entry.hex(), log_public_key_pem=pem(KEYS.receipt)
            )
            assert not result.ok or result.tree_size != result.protected_header_ext["tree-size"]

    def test_of_ours_travels_in_a_transparent_statement(self):
        entry = submission([b"head"]).statement
        transparent = scitt_cose.attach_receipts(entry, [receipt(0, 2)])
        assert scitt_cose.extract_receipts(transparent) == [receipt(0, 2)]
        with pytest.raises(SuyuanError):
            parse_statement(transparent)
