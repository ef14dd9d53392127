import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.bodies import as_bytes, body_values, with_one_part_exchanged
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import MalformedError, TooLargeError
from verifier.ledgerformat.body import MAX_BODY, body_hash, parse_body
from verifier.primitives.base64strict import format_base64url

GTIN = "https://id.gs1.org/01/06901234567892"
BODY = {"subjects": {"item": f"{GTIN}/21/1"}, "data": {"quantity": 2}, "_sd": {}, "salt": "AAAAAAAAAAAAAAAAAAAAAA"}


def items(count):
    return [f"{GTIN}/21/{each}" for each in range(count)]


class TestBody:
    """**Body**: a JSON object with exactly the members `subjects`, `data`, `_sd`, `salt`."""

    @given(body_values())
    def test_what_was_written_is_read(self, value):
        body = parse_body(as_bytes(value))
        assert (body.subjects, body.data) == (value["subjects"], value["data"])
        assert {pointer: format_base64url(digest) for pointer, digest in body.digests.items()} == value["_sd"]

    @given(st.one_of(st.binary(max_size=80), bent(body_values().map(as_bytes))))
    def test_other_bytes_are_read_or_refused(self, data):
        parse_or_refuse(parse_body, data)

    @given(with_one_part_exchanged(body_values()).map(as_bytes))
    def test_with_one_part_exchanged_is_read_or_refused(self, data):
        parse_or_refuse(parse_body, data)

    @given(body_values(), st.sampled_from([None, 0, " ", "\t"]))
    def test_white_space_and_order_are_free(self, value, indent):
        turned = dict(reversed(value.items()))
        assert parse_body(json.dumps(turned, indent=indent).encode()) == parse_body(as_bytes(value))

    @given(st.binary(max_size=80))
    def test_hash_is_over_the_bytes_as_they_came(self, data):
        """H(0x05 ‖ body)"""
        assert body_hash(data) == sha256(b"\x05" + data).digest()

    @pytest.mark.parametrize("member", sorted(BODY))
    def test_has_each_member_and_no_other(self, member):
        less = {name: value for name, value in BODY.items() if name != member}
        for other in (less, BODY | {"more": 0}, less | {member.upper(): BODY[member]}):
            with pytest.raises(MalformedError, match="exactly subjects, data, _sd and salt"):
                parse_body(as_bytes(other))

    @pytest.mark.parametrize("value", [[], "body", 0, None, True])
    def test_is_an_object(self, value):
        with pytest.raises(MalformedError):
            parse_body(as_bytes(value))

    def test_has_at_most_65_536_bytes(self):
        padded = as_bytes(BODY).ljust(MAX_BODY)
        assert parse_body(padded).data == {"quantity": 2}
        with pytest.raises(TooLargeError, match="at most 65536"):
            parse_body(padded + b" ")

    def test_lists_all_subjects_of_all_roles(self):
        body = parse_body(as_bytes(BODY | {"subjects": {"item": items(1)[0], "items": items(3)}}))
        assert body.of_role("item") == (items(1)[0],)
        assert body.of_role("items") == tuple(items(3))
        assert body.of_role("none") == ()
        assert body.all_subjects() == (items(1)[0], *items(3))


class TestSubjects:
    """a URI, or a non-empty array of distinct URIs where the role is *many*"""

    def test_are_at_most_64_in_a_role(self):
        assert len(parse_body(as_bytes(BODY | {"subjects": {"items": items(64)}})).of_role("items")) == 64

    @pytest.mark.parametrize(
        "given_for_a_role",
        [[], items(65), [*items(2), items(1)[0]], [items(2)], [None], 0, None, {}, "", "item", ["item"]],
    )
    def test_in_any_other_shape_are_refused(self, given_for_a_role):
        with pytest.raises(MalformedError, match=r"^body\.subjects\.item:"):
            parse_body(as_bytes(BODY | {"subjects": {"item": given_for_a_role}}))


@pytest.mark.parametrize("member", ["subjects", "data", "_sd"])
@pytest.mark.parametrize("value", [[], None, "", 0])
def test_subjects_data_and_digests_are_objects(member, value):
    with pytest.raises(MalformedError, match="objects as subjects, data and _sd"):
        parse_body(as_bytes(BODY | {member: value}))


@pytest.mark.parametrize(
    "salt", ["", "A" * 21, "A" * 20, "A" * 24, "A" * 22 + "==", "A" * 21 + "B", "+" * 22, None, 0, []]
)
def test_the_salt_is_base64url_of_16_bytes(salt):
    with pytest.raises(MalformedError, match=r"^body\.salt:"):
        parse_body(as_bytes(BODY | {"salt": salt}))


@pytest.mark.parametrize(
    "digest", ["", "A" * 42, "A" * 42 + "B", "A" * 43 + "=", "A" * 44, "+" * 43, None, 0, ["A" * 43]]
)
def test_a_digest_is_base64url_of_32_bytes(digest):
    parse_body(as_bytes(BODY | {"_sd": {"/a": "A" * 43}}))
    with pytest.raises(MalformedError, match=r"^body\._sd\['/a'\]:"):
        parse_body(as_bytes(BODY | {"_sd": {"/a": digest}}))
