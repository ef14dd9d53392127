import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.signed import KEYS, ORIGIN, seals, signed_seals, submission
from tests.verifier.primitives.keyring import signer
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import BadSignatureError, MalformedError
from verifier.ledgerformat.seal import Seal, format_seal_payload, is_seal, parse_seal, parse_seal_payload
from verifier.ledgerformat.statement import parse_entry
from verifier.primitives.cbor import format_cbor
from verifier.primitives.cose import Sign1, format_sign1
from verifier.primitives.keys import EDDSA, ES256

SEAL = Seal(5, 7, b"\x01" * 32, b"\x02" * 32, 9, 1_763_800_000_000)
SIGNED = KEYS.sign_seal(SEAL)
KID = KEYS.seal.public.kid
CLAIMS = {1: ORIGIN, 2: "urn:suyuan:seal"}
HEADER = {1: -8, 3: "application/vnd.suyuan.seal+cbor", 4: KID, 15: CLAIMS}
PAYLOAD = [1, 5, 7, b"\x01" * 32, b"\x02" * 32, 9, 1, 1_763_800_000_000]


def spelt(header=HEADER, payload=PAYLOAD, unprotected=None):
    spelt_payload = payload if isinstance(payload, bytes) or payload is None else format_cbor(payload)
    return format_sign1(Sign1(format_cbor(header), unprotected or {}, spelt_payload, bytes(64)))


def with_member(place, value):
    return [*PAYLOAD[:place], value, *PAYLOAD[place + 1 :]]


class TestSeal:
    """The ledger's own statement, last leaf of every **block**: protected, exactly: 1 alg · 3 content type · 4 kid · 15
    {1 origin, 2 `urn:suyuan:seal`}. Payload `[1, first, covered, previous, index root, keys, 1, time]`."""

    @given(signed_seals())
    def test_is_read_as_it_was_signed(self, signed):
        parsed = parse_seal(signed.entry)
        assert parsed == signed
        parsed.verify(KEYS.seal.public, ORIGIN)

    @given(seals())
    def test_payload_is_what_cbor2_writes(self, seal):
        members = [1, seal.first, seal.covered, seal.previous, seal.root, seal.keys, 1, seal.time]
        assert format_seal_payload(seal) == cbor2.dumps(members)
        assert parse_seal_payload(cbor2.dumps(members)) == seal

    @given(st.one_of(st.binary(max_size=120), bent(signed_seals().map(lambda signed: signed.entry))))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_seal, data, lambda signed: signed.entry)

    @given(bent(seals().map(format_seal_payload)))
    def test_other_payloads_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_seal_payload, data, format_seal_payload)

    def test_is_no_statement_that_anybody_may_submit(self):
        """No statement with this content type is admitted from outside."""
        assert is_seal(SIGNED.entry)
        assert not is_seal(submission([b"head"]).statement)
        with pytest.raises(MalformedError, match="seals come from the ledger only"):
            parse_entry(SIGNED.entry)

    @given(st.binary(max_size=60))
    def test_of_any_bytes_it_can_be_said_or_refused_whether_they_are_one(self, data):
        parse_or_refuse(is_seal, data)

    @pytest.mark.parametrize("change", ["key", "algorithm", "origin", "signature"])
    def test_is_verified_for_one_key_and_ledger(self, change):
        key, origin = KEYS.seal.public, ORIGIN
        signed = SIGNED
        if change == "signature":
            signed = parse_seal(SIGNED.entry[:-1] + bytes([SIGNED.entry[-1] ^ 1]))
        elif change == "origin":
            origin = "other.example/log"
        else:
            key = signer(ES256 if change == "algorithm" else EDDSA, "other").public
        with pytest.raises(BadSignatureError if change == "signature" else MalformedError):
            signed.verify(key, origin)

    def test_covers_its_block_and_itself(self):
        """A seal covers leaf i if first ≤ i ≤ covered."""
        assert [leaf for leaf in range(12) if SEAL.covers(leaf)] == [5, 6, 7]

    def test_of_a_block_without_statements_covers_itself_only(self):
        seal = parse_seal_payload(format_cbor([1, 7, 7, bytes(32), bytes(32), 0, 1, 0]))
        assert [leaf for leaf in range(12) if seal.covers(leaf)] == [7]

    def test_of_the_first_block_has_no_previous(self):
        assert parse_seal_payload(format_cbor([1, 0, 3, None, bytes(32), 4, 1, 0])).previous is None


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"unprotected": {1: -8}}, "seal"),
        ({"payload": None}, "seal"),
        ({"payload": b""}, "seal"),
        ({"payload": []}, "seal"),
        ({"payload": PAYLOAD[:-1]}, "seal"),
        ({"payload": [*PAYLOAD, 0]}, "seal"),
        ({"payload": with_member(0, 2)}, "seal"),
        ({"payload": with_member(6, 2)}, "seal"),
        ({"payload": with_member(1, -1)}, "seal"),
        ({"payload": with_member(1, "5")}, "seal"),
        ({"payload": with_member(2, 2**53)}, "seal"),
        ({"payload": with_member(5, -1)}, "seal"),
        ({"payload": with_member(5, None)}, "seal"),
        ({"payload": with_member(7, 2**53)}, "seal"),
        ({"payload": with_member(4, bytes(31))}, "seal.root"),
        ({"payload": with_member(4, None)}, "seal.root"),
        ({"payload": with_member(3, bytes(33))}, "seal.previous"),
        ({"payload": with_member(3, "")}, "seal.previous"),
        ({"payload": with_member(3, None)}, "seal.first"),
        ({"payload": with_member(1, 0)}, "seal.first"),
        ({"payload": with_member(1, 8)}, "seal.first"),
        ({"header": HEADER | {2: [1]}}, "seal header"),
        ({"header": HEADER | {3: "application/vnd.suyuan.batch+cbor"}}, "seal header"),
        ({"header": {1: -8, 4: KID, 15: CLAIMS}}, "seal header"),
        ({"header": HEADER | {1: -9}}, "seal header"),
        ({"header": HEADER | {4: KID[:31]}}, "seal header"),
        ({"header": HEADER | {4: KID + b"\x00"}}, "seal header"),
        ({"header": HEADER | {4: None}}, "seal header"),
        ({"header": HEADER | {15: CLAIMS | {1: 0}}}, "seal header"),
        ({"header": HEADER | {15: CLAIMS | {2: "urn:suyuan:batch"}}}, "seal claims"),
        ({"header": HEADER | {15: CLAIMS | {6: 0}}}, "seal claims"),
        ({"header": HEADER | {15: []}}, "seal claims"),
    ],
)
def test_a_wrong_part_is_refused_by_its_name(parts, field):
    parse_seal(spelt())
    with pytest.raises(MalformedError) as refusal:
        parse_seal(spelt(**parts))
    assert refusal.value.field == field
