import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.signed import AGENCY, ORIGIN, SIGNING, envelopes, submission
from tests.verifier.primitives.keyring import signer
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import BadSignatureError, MalformedError, MismatchError
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, parse_statement, statement_identity
from verifier.primitives.cbor import format_cbor
from verifier.primitives.cose import Sign1, format_sign1
from verifier.primitives.keys import ALGORITHM_NAMES, EDDSA

KID = signer(EDDSA).public.kid
CLAIMS = {1: AGENCY, 2: "urn:example:paper", 3: [ORIGIN]}
HEADER = {1: -8, 4: KID, 15: CLAIMS, 258: -16}


def spelt(header=HEADER, payload=bytes(32), signature=bytes(64)):
    return format_sign1(Sign1(format_cbor(header), {}, payload, signature))


class TestHashEnvelope:
    """**Hash envelope** (RFC 9995): protected, exactly: 1 alg · 4 kid · 15 {1 iss, 2 sub, 3 aud} · 258 -16 · optional
    259, 260; payload the 32-byte digest."""

    @given(envelopes())
    def test_is_read_as_it_was_signed(self, entry):
        envelope = parse_entry(entry)
        assert isinstance(envelope, Envelope)
        assert envelope.entry == entry
        envelope.verify(signer(EDDSA).public)

    @given(bent(envelopes()))
    def test_bent_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_entry, data, lambda parsed: parsed.entry)

    @given(envelopes())
    def test_is_no_statement_over_a_batch(self, entry):
        with pytest.raises(MalformedError, match="a hash envelope"):
            parse_statement(entry)

    def test_is_told_from_a_statement_by_its_header(self):
        assert isinstance(parse_entry(submission([b"head"]).statement), Statement)
        assert isinstance(parse_entry(spelt()), Envelope)

    @pytest.mark.parametrize("more", [{259: "text/plain"}, {259: 0}, {260: "https://example.org"}, {259: 60, 260: ""}])
    def test_may_say_what_its_preimage_is_and_where(self, more):
        assert parse_entry(spelt(HEADER | more)).digest == bytes(32)

    @pytest.mark.parametrize("alg", SIGNING, ids=ALGORITHM_NAMES.get)
    def test_signature_is_of_its_own_key(self, alg):
        size = {-48: 2420}.get(alg, 64)
        envelope = parse_entry(spelt(HEADER | {1: alg, 4: signer(alg).public.kid}, signature=bytes(size)))
        with pytest.raises(BadSignatureError, match="envelope signature"):
            envelope.verify(signer(alg).public)
        with pytest.raises(MismatchError, match="kid"):
            envelope.verify(signer(alg, "other").public)

    def test_is_the_same_as_another_of_equal_header_and_digest(self):
        one, other = parse_entry(spelt()), parse_entry(spelt(signature=b"\x01" * 64))
        third = parse_entry(spelt(payload=b"\x01" * 32))
        assert statement_identity(one) == statement_identity(other) != statement_identity(third)


@pytest.mark.parametrize(
    "parts",
    [
        {"header": HEADER | {258: -43}},
        {"header": HEADER | {258: "sha-256"}},
        {"header": HEADER | {258: None}},
        {"header": HEADER | {3: "text/plain"}},
        {"header": HEADER | {3: "application/vnd.suyuan.batch+cbor"}},
        {"header": HEADER | {261: 0}},
        {"header": HEADER | {259: b"text/plain"}},
        {"header": HEADER | {259: -1}},
        {"header": HEADER | {259: None}},
        {"header": HEADER | {260: 0}},
        {"header": HEADER | {260: None}},
        {"header": {1: -8, 15: CLAIMS, 258: -16}},
        {"header": HEADER | {4: KID[:31]}},
        {"header": HEADER | {1: -9}},
        {"header": HEADER | {15: {1: AGENCY, 2: "urn:example:paper"}}},
        {"header": HEADER | {15: CLAIMS | {1: "urn:suyuan:agency:Customs"}}},
        {"header": HEADER | {15: CLAIMS | {2: ""}}},
        {"header": HEADER | {15: CLAIMS | {2: "a" * 257}}},
        {"header": HEADER | {15: CLAIMS | {2: "urn:suyuan:batch"}}},
        {"header": HEADER | {15: CLAIMS | {2: "urn:suyuan:seal"}}},
        {"header": HEADER | {15: CLAIMS | {2: "urn:suyuan:receipt"}}},
        {"header": HEADER | {15: CLAIMS | {3: []}}},
        {"payload": bytes(31)},
        {"payload": bytes(33)},
        {"payload": b""},
        {"payload": None},
        {"signature": bytes(63)},
    ],
)
def test_a_wrong_part_is_refused(parts):
    with pytest.raises(MalformedError):
        parse_entry(spelt(**parts))


@given(st.binary(min_size=32, max_size=32))
def test_any_digest_may_be_enclosed(digest):
    assert parse_entry(spelt(payload=digest)).digest == digest
